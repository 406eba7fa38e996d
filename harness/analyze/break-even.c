/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/analyze/break-even.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/analyze/experiment-records.h"
#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/model/experiment.h"

#define REQUEST "net_rr"

const double break_even_parts[BREAK_EVEN_PARTS] = {0.1, 0.05, 0.01};

/* What came of one workload in the instance of a sample; NULL: nothing. */
static const struct json *record_of(const struct analysis *a, const struct brief *sample, const char *workload)
{
	for (const struct json *r = NULL; (r = experiment_next(a, EXPERIMENT_WORK, r));)
		if (experiment_is(r, EXPERIMENT_WORK) && json_get_int(r, "sample", -1) == (int64_t)sample->id &&
		    !strcmp(json_get_text(r, "workload", ""), workload))
			return r;
	return NULL;
}

/* The workload whose operation is a request to the instance. */
static const struct workload *request_of(const struct analysis *a)
{
	const struct workload *const candidates[] = {workload_find(REQUEST), &workload_program};

	for (size_t i = 0; i < sizeof(candidates) / sizeof(candidates[0]); i++)
		for (const struct json *r = NULL; (r = experiment_next(a, EXPERIMENT_WORK, r));)
			if (experiment_is(r, EXPERIMENT_WORK) &&
			    !strcmp(json_get_text(r, "workload", ""), candidates[i]->name))
				return candidates[i];
	return NULL;
}

static struct break_even row_of(const struct analysis *a, size_t subject, const struct workload *request)
{
	const struct analysis_subject *s = &a->subjects[subject];
	const struct metric *start = metric_find("request_to_ready_ns");
	cleanup_free double *starts = alloc_zero(s->sample_count + 1, sizeof(*starts));
	cleanup_free double *requests = alloc_zero(s->sample_count + 1, sizeof(*requests));
	struct break_even row = {.subject = subject, .request = request};
	size_t count = 0, known = 0;

	for (size_t i = 0; i < s->sample_count; i++) {
		const struct brief *sample = s->samples[i];
		double ns = sample->kind == BLOCK_EXPERIMENT && analysis_counts_in(sample) ? start->value(sample) : NAN;

		if (!isfinite(ns))
			continue;
		starts[count++] = ns;
		const struct json *record = request ? record_of(a, sample, request->name) : NULL;
		double cost = record ? work_record_cost(record, s->kind) : NAN;

		if (cost > 0)
			requests[known++] = ns / cost;
	}
	(void)stats_summary(starts, count, a->confidence, &row.start_ns, NULL);
	(void)stats_summary(requests, known, a->confidence, &row.start_requests, NULL);
	return row;
}

struct break_even *break_even_make(const struct analysis *analysis, size_t *ret_count)
{
	struct break_even *rows = alloc_zero(analysis->subject_count + 1, sizeof(*rows));
	const struct workload *request = request_of(analysis);

	*ret_count = 0;
	for (size_t i = 0; i < analysis->subject_count; i++)
		if (analysis->subjects[i].usable)
			rows[(*ret_count)++] = row_of(analysis, i, request);
	return rows;
}
