/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/analyze/experiment-limit.h"

#include <string.h>

#include "harness/analyze/experiment-records.h"
#include "harness/base/alloc.h"

#define LIMIT "limit"

static bool is_of(const struct json *record, const void *subject)
{
	return !strcmp(json_get_text(record, "subject", ""), subject);
}

static bool is_trial(const struct json *record, const void *subject)
{
	return is_of(record, subject) && experiment_is(record, "trial");
}

static struct limit_bound bound_make(const struct analysis *a, size_t subject)
{
	const char *name = a->subjects[subject].name;
	struct stats_summary trials = experiment_stats(a, LIMIT, "limit_bytes", is_trial, name);

	return (struct limit_bound){
		.subject = subject,
		.works_bytes = experiment_stats(a, LIMIT, "works_bytes", is_of, name),
		.fails_bytes = experiment_stats(a, LIMIT, "fails_bytes", is_of, name),
		.step_bytes = experiment_stats(a, LIMIT, "step_bytes", is_of, name),
		.cgroup_peak_bytes = experiment_stats(a, LIMIT, "cgroup_peak_bytes", is_of, name),
		.rss_peak_bytes = experiment_stats(a, LIMIT, "rss_peak_bytes", is_of, name),
		.trials = trials.n,
	};
}

struct limit_bound *limit_bounds_make(const struct analysis *analysis, size_t *ret_count)
{
	struct limit_bound *all = NULL;
	size_t count = 0;

	if (experiment_next(analysis, LIMIT, NULL))
		all = alloc_zero(analysis->subject_count, sizeof(*all));
	for (size_t i = 0; all && i < analysis->subject_count; i++) {
		all[count] = bound_make(analysis, i);
		count += all[count].trials > 0;
	}
	*ret_count = count;
	return all;
}
