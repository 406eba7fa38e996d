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
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/clock.h"
#include "harness/measure/attempt-steps.h"
#include "harness/measure/disk.h"
#include "harness/measure/experiment.h"
#include "harness/model/runtime.h"

#define ANSWER_WAIT_NS 60000000000u
#define COMMIT_WAIT_NS 60000000000u

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

static bool start_record(struct experiment_turn *turn, struct attempt *a, size_t layers, bool ready)
{
	struct event request = timeline_get(&a->timeline, EVENT_REQUEST);
	struct event end = timeline_get(&a->timeline, EVENT_READY_OBS);
	struct json *record = experiment_begin_record(turn, "start");

	json_add_int(record, "layers", (int64_t)layers);
	experiment_add_known(record, "latency_ns", ready && end.set ? (int64_t)(end.t_ns - request.t_ns) : UNKNOWN);
	json_add_text(record, "status", sample_status_name(a->sample->status));
	if (a->sample->status != SAMPLE_OK) {
		json_add_text(record, "phase", a->sample->phase);
		json_add_text(record, "error", a->sample->error);
	}
	return experiment_record(turn, record);
}

static bool change(struct experiment_turn *turn, struct attempt *a, size_t layers)
{
	char command[96], value[32];

	(void)snprintf(command, sizeof(command), PROTOCOL_COMMAND_WRITE " /etc/change-%zu 0 %llu", layers,
		       (unsigned long long)experiment_number(turn->choice, "bytes"));
	if (!attempt_command(a, command, ANSWER_WAIT_NS))
		return false;
	if (!channel_fact(channel_text(a->channel), PROTOCOL_FACT_ERROR, value, sizeof(value)))
		return true;
	attempt_fail(a, SAMPLE_START_ERROR, "change", strerror((int)strtol(value, NULL, 10)));
	return false;
}

static bool commit(struct experiment_turn *turn, struct attempt *a, size_t layers, struct images *images)
{
	struct disk_reading layer;
	struct json *record;

	a->in.deadline_ns = clock_now_ns() + COMMIT_WAIT_NS;
	uint64_t begin_ns = clock_now_ns();
	int rc = a->runtime->commit(&a->in, &a->err);
	uint64_t end_ns = clock_now_ns();

	if (rc < 0) {
		attempt_fail(a, rc == -ETIMEDOUT ? SAMPLE_TIMEOUT : SAMPLE_START_ERROR, "commit", a->err.text);
		return false;
	}
	if (!weigh(turn, layers, &layer))
		return false;
	images_add(images, &layer);
	record = experiment_begin_record(turn, "commit");
	json_add_int(record, "layers", (int64_t)layers);
	json_add_int(record, "commit_ns", (int64_t)(end_ns - begin_ns));
	json_add_int(record, "written_bytes", (int64_t)experiment_number(turn->choice, "bytes"));
	experiment_add_known(record, "allocated_bytes", layer.rows[DISK_BASE].allocated_bytes);
	experiment_add_known(record, "apparent_bytes", layer.rows[DISK_BASE].apparent_bytes);
	return experiment_record(turn, record);
}

/* One instance upon `layers` committed ones; unless `last` it leaves one more. False: the turn is over. */
static bool step(struct experiment_turn *turn, size_t layers, bool last, struct images *images)
{
	struct sample sample;
	struct attempt a = {.all = turn->attempts, .subject = turn->step->subject, .sample = &sample};
	bool ready;

	sample_init(&sample);
	sample.id = (*turn->next_id)++;
	(void)snprintf(sample.subject, sizeof(sample.subject), "%s", turn->subject->name);
	attempt_begin(&a);
	ready = attempt_start(&a) && attempt_await_ready(&a);
	residue_remember(&a.residue, &a.in);
	bool goes_on = start_record(turn, &a, layers, ready) && ready;

	if (ready) {
		attempt_learn(&a);
		goes_on = goes_on && sample.status == SAMPLE_OK && (last || change(turn, &a, layers + 1));
		attempt_stop(&a);
		goes_on = goes_on && sample.status == SAMPLE_OK && (last || commit(turn, &a, layers + 1, images));
	}
	attempt_end(&a);
	if (sample.status != SAMPLE_OK)
		experiment_fail(turn, sample.status, sample.phase, "%s", sample.error);
	if (*sample.residue && !*turn->sample->residue)
		(void)snprintf(turn->sample->residue, sizeof(turn->sample->residue), "%s", sample.residue);
	return goes_on && sample.status == SAMPLE_OK;
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
	while (!experiment_must_end(turn) && step(turn, done, done == layers, &images) && done < layers)
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
