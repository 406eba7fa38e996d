/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/analyze/experiment-exec.h"

#include <string.h>

#include "harness/analyze/experiment-records.h"
#include "harness/base/alloc.h"

#define EXEC "exec"

static const struct {
	const char *name, *text;
} ways[] = {
	{"runtime", "the runtime's own way in"},
	{"channel", "through the payload's channel"},
};

struct wanted {
	const struct analysis *analysis;
	size_t subject;
	const char *way;
};

static bool is_wanted(const struct json *record, const void *data)
{
	const struct wanted *wanted = data;

	return experiment_subject(wanted->analysis, record) == wanted->subject &&
	       !strcmp(json_get_text(record, "way", ""), wanted->way);
}

struct exec_way *exec_ways_make(const struct analysis *analysis, size_t *ret_count)
{
	struct exec_way *all = NULL;
	size_t count = 0;

	for (size_t i = 0; i < analysis->subject_count; i++)
		for (size_t k = 0; k < sizeof(ways) / sizeof(ways[0]); k++) {
			const struct wanted wanted = {.analysis = analysis, .subject = i, .way = ways[k].name};
			struct exec_way way = {
				.subject = i,
				.way = ways[k].name,
				.text = ways[k].text,
				.first_ns = experiment_stats(analysis, EXEC, "first_ns", is_wanted, &wanted),
				.again_ns = experiment_stats(analysis, EXEC, "again_ns", is_wanted, &wanted),
			};

			if (!way.first_ns.n)
				continue;
			all = alloc_grow(all, count + 1, sizeof(*all));
			all[count++] = way;
		}
	*ret_count = count;
	return all;
}
