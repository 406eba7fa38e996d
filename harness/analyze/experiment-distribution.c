/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/analyze/experiment-distribution.h"

#include <string.h>

#include "harness/analyze/experiment-records.h"
#include "harness/base/alloc.h"

#define DISTRIBUTION "distribution"

static const struct {
	const char *name, *text;
} steps[] = {
	{DISTRIBUTION_FIRST, "nothing of it there"},
	{DISTRIBUTION_CHANGE, "a small change"},
	{"whole", "changed, in one piece again"},
};

/* Which records: `what` of a subject in a step. */
struct wanted {
	const struct analysis *analysis;
	size_t subject;
	const char *what, *step;
};

static bool is_wanted(const struct json *record, const void *data)
{
	const struct wanted *wanted = data;

	return experiment_is(record, wanted->what) &&
	       experiment_subject(wanted->analysis, record) == wanted->subject &&
	       !strcmp(json_get_text(record, "step", ""), wanted->step);
}

static struct distribution_row row_of(const struct analysis *analysis, size_t subject, size_t step)
{
	const struct wanted push = {analysis, subject, "push", steps[step].name},
			    pull = {analysis, subject, "pull", steps[step].name};

	return (struct distribution_row){
		.subject = subject,
		.step = steps[step].name,
		.text = steps[step].text,
		.push_ns = experiment_stats(analysis, DISTRIBUTION, "push_ns", is_wanted, &push),
		.sent_bytes = experiment_stats(analysis, DISTRIBUTION, "sent_bytes", is_wanted, &push),
		.pull_ns = experiment_stats(analysis, DISTRIBUTION, "pull_ns", is_wanted, &pull),
		.received_bytes = experiment_stats(analysis, DISTRIBUTION, "received_bytes", is_wanted, &pull),
		.start_ns = experiment_stats(analysis, DISTRIBUTION, "start_ns", is_wanted, &pull),
		.total_ns = experiment_stats(analysis, DISTRIBUTION, "total_ns", is_wanted, &pull),
	};
}

struct distribution_row *distribution_rows_make(const struct analysis *analysis, size_t *ret_count)
{
	struct distribution_row *rows = NULL;
	size_t count = 0;

	for (size_t subject = 0; subject < analysis->subject_count; subject++)
		for (size_t step = 0; step < sizeof(steps) / sizeof(steps[0]); step++) {
			struct distribution_row row = row_of(analysis, subject, step);

			if (!row.push_ns.n && !row.pull_ns.n)
				continue;
			rows = alloc_grow(rows, count + 1, sizeof(*rows));
			rows[count++] = row;
		}
	*ret_count = count;
	return rows;
}
