/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images in layers: an instance of the newest image is started, its payload writes a small new file, it is stopped, and
 * what it changed is committed as the next image; so up to `layers` of them. All images of the turn lie on each other,
 * so what they share is what would be there once more for each if they did not. An engine's own notes about an image
 * (its JSON) are in no layer and not in these numbers.
 *
 * Record "start": layers (committed ones below the instance's own), latency_ns (request to ready; null: it failed),
 *   status, and where it is not ok phase and error.
 * Record "commit": layers (with the new one), commit_ns (the runtime's call, harness's clock), written_bytes,
 *   allocated_bytes and apparent_bytes (of the new layer, after a sync).
 * Record "images": images (the first and all commits), apart_bytes (the sum over images of all their layers),
 *   together_bytes (each layer once), shared_bytes (the difference), all allocated.
 */
#include "harness/measure/disk.h"
#include "harness/measure/experiment-visit.h"
#include "harness/model/runtime.h"

/* What the images of one turn take so far. */
struct images {
	int64_t below_bytes, apart_bytes; /* of the newest with all layers; of all, each with all layers */
	size_t count;
	bool unknown;
};

static bool weigh(struct experiment_turn *turn, size_t number, struct disk_reading *ret_reading)
{
	struct costs costs = {0};
	struct error err = {0};

	if (turn->subject->runtime->image_costs(turn->subject, number, &costs, &err) < 0) {
		experiment_fail(turn, SAMPLE_START_ERROR, "weigh", "%s", err.text);
		return false;
	}
	disk_weigh(&costs, ret_reading);
	return true;
}

static void images_add(struct images *images, const struct disk_reading *layer)
{
	int64_t bytes = layer->rows[DISK_BASE].allocated_bytes;

	images->unknown |= bytes == UNKNOWN;
	images->below_bytes += images->unknown ? 0 : bytes;
	images->apart_bytes += images->below_bytes;
	images->count++;
}

/* One step: an instance upon `layers` committed ones; unless it is the last it leaves one more. */
struct step {
	size_t layers;
	bool last;
	struct images *images;
};

static bool start_record(struct experiment_turn *turn, struct attempt *a, bool ready, void *data)
{
	const struct step *step = data;
	struct json *record = experiment_begin_record(turn, "start");

	json_add_int(record, "layers", (int64_t)step->layers);
	experiment_add_known(record, "latency_ns", ready ? experiment_latency_ns(a) : UNKNOWN);
	json_add_text(record, "status", sample_status_name(a->sample->status));
	if (a->sample->status != SAMPLE_OK) {
		json_add_text(record, "phase", a->sample->phase);
		json_add_text(record, "error", a->sample->error);
	}
	return experiment_record(turn, record);
}

static bool change(struct experiment_turn *turn, struct attempt *a, void *data)
{
	const struct step *step = data;

	return step->last || experiment_change(a, step->layers + 1, experiment_number(turn->choice, "bytes"));
}

static bool commit(struct experiment_turn *turn, struct attempt *a, void *data)
{
	const struct step *step = data;
	size_t layers = step->layers + 1;
	struct disk_reading layer;
	uint64_t commit_ns;

	if (step->last)
		return true;
	if (!experiment_commit(a, &commit_ns) || !weigh(turn, layers, &layer))
		return false;
	images_add(step->images, &layer);
	struct json *record = experiment_begin_record(turn, "commit");

	json_add_int(record, "layers", (int64_t)layers);
	json_add_int(record, "commit_ns", (int64_t)commit_ns);
	json_add_int(record, "written_bytes", (int64_t)experiment_number(turn->choice, "bytes"));
	experiment_add_known(record, "allocated_bytes", layer.rows[DISK_BASE].allocated_bytes);
	experiment_add_known(record, "apparent_bytes", layer.rows[DISK_BASE].apparent_bytes);
	return experiment_record(turn, record);
}

/* False: the turn is over. */
static bool step_take(struct experiment_turn *turn, size_t layers, bool last, struct images *images)
{
	struct step step = {.layers = layers, .last = last, .images = images};

	return experiment_visit(turn, &(struct experiment_visit){start_record, change, commit, &step});
}

static void images_record(struct experiment_turn *turn, const struct images *images)
{
	struct json *record = experiment_begin_record(turn, "images");

	json_add_int(record, "images", (int64_t)images->count);
	experiment_add_known(record, "apart_bytes", images->unknown ? UNKNOWN : images->apart_bytes);
	experiment_add_known(record, "together_bytes", images->unknown ? UNKNOWN : images->below_bytes);
	experiment_add_known(record, "shared_bytes",
			     images->unknown ? UNKNOWN : images->apart_bytes - images->below_bytes);
	(void)experiment_record(turn, record);
}

static void layers_make(struct experiment_turn *turn)
{
	size_t layers = experiment_number(turn->choice, "layers"), done = 0;
	struct images images = {0};
	struct disk_reading base;

	if (!weigh(turn, 0, &base))
		return;
	images_add(&images, &base);
	while (!experiment_must_end(turn) && step_take(turn, done, done == layers, &images) && done < layers)
		done++;
	if (images.count > 1)
		images_record(turn, &images);
}

void experiment_layers(struct experiment_turn *turn)
{
	const struct runtime *runtime = turn->subject->runtime;

	if (!runtime->commit || !runtime->image_costs || !runtime->revert) {
		experiment_fail(turn, SAMPLE_SKIPPED, "layers", "its runtime makes no images of its instances");
		return;
	}
	layers_make(turn);
	runtime->revert(turn->subject);
	if (receiver_interrupted(turn->attempts->receiver))
		experiment_fail(turn, SAMPLE_ABORTED, "layers", "the run was interrupted");
}
