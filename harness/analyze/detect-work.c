/* SPDX-License-Identifier: Apache-2.0 */
/* What the experiment `work` tells about fairness: two clocks over one piece of work, and pieces that are too short. */
#include "harness/analyze/detect.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/analyze/experiment-records.h"
#include "harness/analyze/experiment-work.h"
#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/model/experiment.h"

#define WORK_LEAST_NS 200e6 /* R4.2 */

/* A process and a container share the host's clock: where theirs differ from the marks, the marks were late. */
void detect_guest_clock(struct analysis *a, struct analysis_flag *flag)
{
	size_t count, off = 0, cells_off = 0;
	cleanup_free struct work_cell *cells = work_cells_make(a, &count);
	cleanup_free bool *touched = alloc_zero(a->subject_count + 1, sizeof(*touched));
	double most = 0;

	for (size_t i = 0; i < count; i++) {
		if (a->subjects[cells[i].subject].kind != KIND_VM || !cells[i].clock_off)
			continue;
		touched[cells[i].subject] = true;
		cells_off++;
		off += cells[i].clock_off;
		most = fmax(most, cells[i].clock_ratio);
	}
	for (size_t i = 0; i < a->subject_count; i++)
		if (touched[i])
			flag_touch(flag, i);
	if (off)
		(void)snprintf(flag->detail, sizeof(flag->detail),
			       "instances: %zu, at %zu workloads; by up to %.1f %%", off, cells_off, most * 100);
}

/* How long one iteration takes in the fastest subject, as it was calibrated; NAN: it works nowhere. */
static double iteration_ns(const struct json *workload)
{
	double ops = json_get_number(workload, "ops_count", NAN), fastest = NAN;

	for (const struct json *cost = json_first(json_get(workload, "costs")); cost; cost = json_next(cost))
		fastest = fmin(fastest, json_get_number(cost, "ns_per_op", NAN));
	return ops * fastest;
}

static bool subject_left_out(const struct json *workloads, const char *subject)
{
	for (const struct json *row = json_first(workloads); row; row = json_next(row))
		for (const struct json *out = json_first(json_get(row, "left_out")); out; out = json_next(out))
			if (!strcmp(json_get_text(out, "subject", ""), subject))
				return true;
	return false;
}

/* The amounts of work are in one record, which a resumed run goes on with. */
static const struct json *work_counts(const struct analysis *a)
{
	for (const struct json *r = json_first(a->recording->experiments); r; r = json_next(r))
		if (experiment_is(r, EXPERIMENT_KEPT) && json_get(r, "workloads"))
			return json_get(r, "workloads");
	return NULL;
}

void detect_short(struct analysis *a, struct analysis_flag *flag)
{
	const struct json *workloads = work_counts(a);
	size_t brief = 0;
	double least = INFINITY;

	for (const struct json *row = json_first(workloads); row; row = json_next(row)) {
		double ns = iteration_ns(row);

		if (!(ns < WORK_LEAST_NS * (1 - 1e-9)))
			continue;
		brief++;
		least = fmin(least, ns);
	}
	flag->triggered = brief > 0;
	for (size_t i = 0; i < a->subject_count; i++)
		if (subject_left_out(workloads, a->subjects[i].name))
			flag_touch(flag, i);
	if (brief)
		(void)snprintf(flag->detail, sizeof(flag->detail), "workloads: %zu of %zu; the shortest %.3g ms", brief,
			       json_count(workloads), least / 1e6);
}
