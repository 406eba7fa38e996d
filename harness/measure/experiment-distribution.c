/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way of an image: pushed to a registry on loopback (registry.h), removed here, pulled from there and started
 * until ready. The registry is the turn's own, and empty at its begin. Steps:
 *
 *	first	the image in one piece, of which neither the registry nor the engine has anything
 *	change	an instance of it has written one small file, and that was committed
 *	whole	the changed image in one piece again; only where the runtime makes one, as people do with disks
 *
 * All steps are pushed, then all images are removed, then all steps are pulled, each with a start. What was just
 * written is in the page cache: no disk is measured, and no network but loopback.
 *
 * Record "push": step, push_ns, sent_bytes, received_bytes (on the registry's connections, with the heads of HTTP),
 *   connections_count.
 * Record "pull": the same with pull_ns, and start_ns (request to ready of the first instance), total_ns (their sum).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/clock.h"
#include "harness/measure/experiment-visit.h"
#include "harness/measure/registry.h"
#include "harness/model/runtime.h"

#define TRAVEL_WAIT_NS 120000000000u

enum { FIRST, CHANGE, WHOLE, STEPS };

static const char *const steps[STEPS] = {[FIRST] = "first", [CHANGE] = "change", [WHOLE] = "whole"};

/** One turn. */
struct travel {
	struct experiment_turn *turn;
	struct registry *registry;
	char name[24]; /* of the image */
};

/** One way to or from the registry. */
struct leg {
	uint64_t ns;
	struct relay_counts before, after;
};

static void travel_fail(const struct travel *t, int rc, const char *phase, const struct error *err)
{
	experiment_fail(t->turn, rc == -ETIMEDOUT ? SAMPLE_TIMEOUT : SAMPLE_START_ERROR, phase, "%s%s", err->text,
			registry_lives(t->registry) ? "" : "; the registry has ended");
}

static bool leg_go(const struct travel *t, size_t step, const char *phase,
		   int (*go)(struct subject *subject, const struct remote_image *image, struct error *err),
		   struct leg *ret_leg)
{
	const struct remote_image image = {
		.registry = registry_address(t->registry),
		.name = t->name,
		.tag = steps[step],
		.deadline_ns = clock_now_ns() + TRAVEL_WAIT_NS,
	};
	struct error err = {0};

	ret_leg->before = registry_counts(t->registry);
	uint64_t begin_ns = clock_now_ns();
	int rc = go(t->turn->subject, &image, &err);

	ret_leg->ns = clock_now_ns() - begin_ns;
	ret_leg->after = registry_counts(t->registry);
	if (rc < 0)
		travel_fail(t, rc, phase, &err);
	return !rc;
}

static struct json *leg_record(const struct travel *t, size_t step, const char *what, const char *key,
			       const struct leg *leg)
{
	struct json *record = experiment_begin_record(t->turn, what);

	json_add_text(record, "step", steps[step]);
	json_add_int(record, key, (int64_t)leg->ns);
	json_add_int(record, "sent_bytes", (int64_t)(leg->after.to_server_bytes - leg->before.to_server_bytes));
	json_add_int(record, "received_bytes",
		     (int64_t)(leg->after.from_server_bytes - leg->before.from_server_bytes));
	json_add_int(record, "connections_count", (int64_t)(leg->after.connections - leg->before.connections));
	return record;
}

/* --- there --- */

static bool change(struct experiment_turn *turn, struct attempt *a, void *data)
{
	(void)data;
	return experiment_change(a, 1, experiment_number(turn->choice, "bytes"));
}

static bool commit(struct experiment_turn *turn, struct attempt *a, void *data)
{
	uint64_t ns;

	(void)turn;
	(void)data;
	return experiment_commit(a, &ns);
}

/* Makes the image of this step the newest one. `ret_none`: there is no such image, and nothing is wrong. */
static bool image_make(const struct travel *t, size_t step, bool *ret_none)
{
	struct error err = {0};

	*ret_none = false;
	if (step == CHANGE)
		return experiment_visit(t->turn, &(struct experiment_visit){.ready = change, .stopped = commit});
	int rc = t->turn->subject->runtime->pack(t->turn->subject, &err);

	*ret_none = rc == -ENOTSUP && step == WHOLE;
	if (rc == -ENOTSUP && step == FIRST)
		experiment_fail(t->turn, SAMPLE_SKIPPED, "distribution", "%s", err.text);
	else if (rc < 0 && !*ret_none)
		travel_fail(t, rc, "pack", &err);
	return !rc;
}

/* Returns how many steps there are to pull; 0: the turn is over. */
static size_t push_all(const struct travel *t)
{
	struct leg leg;
	bool none;

	for (size_t step = FIRST; step < STEPS; step++) {
		if (experiment_must_end(t->turn))
			return 0;
		if (!image_make(t, step, &none))
			return none ? step : 0;
		if (!leg_go(t, step, "push", t->turn->subject->runtime->push, &leg) ||
		    !experiment_record(t->turn, leg_record(t, step, "push", "push_ns", &leg)))
			return 0;
	}
	return STEPS;
}

/* --- and back --- */

static bool came(struct experiment_turn *turn, struct attempt *a, bool ready, void *data)
{
	int64_t *start_ns = data;

	(void)turn;
	*start_ns = ready ? experiment_latency_ns(a) : UNKNOWN;
	return ready;
}

static bool pull_one(const struct travel *t, size_t step)
{
	struct leg leg;
	int64_t start_ns = UNKNOWN;

	if (!leg_go(t, step, "pull", t->turn->subject->runtime->pull, &leg) ||
	    !experiment_visit(t->turn, &(struct experiment_visit){.came = came, .data = &start_ns}))
		return false;
	struct json *record = leg_record(t, step, "pull", "pull_ns", &leg);

	experiment_add_known(record, "start_ns", start_ns);
	experiment_add_known(record, "total_ns", start_ns == UNKNOWN ? UNKNOWN : (int64_t)leg.ns + start_ns);
	return experiment_record(t->turn, record);
}

static void travel(const struct travel *t)
{
	const struct runtime *runtime = t->turn->subject->runtime;
	size_t count = push_all(t);

	runtime->revert(t->turn->subject);
	for (size_t step = FIRST; step < count; step++)
		if (experiment_must_end(t->turn) || !pull_one(t, step))
			break;
	runtime->revert(t->turn->subject);
}

void experiment_distribution(struct experiment_turn *turn)
{
	const struct runtime *runtime = turn->subject->runtime;
	struct travel t = {.turn = turn};
	struct error err = {0};

	if (!runtime->pack || !runtime->push || !runtime->pull || !runtime->commit || !runtime->revert) {
		experiment_fail(turn, SAMPLE_SKIPPED, "distribution", "its runtime knows no registry");
		return;
	}
	if (registry_start(turn->attempts->run, &t.registry, &err) < 0) {
		experiment_fail(turn, err.class == ERROR_HOST ? SAMPLE_SKIPPED : SAMPLE_START_ERROR, "registry", "%s",
				err.text);
		return;
	}
	(void)snprintf(t.name, sizeof(t.name), "tare-%s", turn->attempts->run->id);
	travel(&t);
	registry_stop(t.registry);
	if (receiver_interrupted(turn->attempts->receiver))
		experiment_fail(turn, SAMPLE_ABORTED, "distribution", "the run was interrupted");
}
