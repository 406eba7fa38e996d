/* SPDX-License-Identifier: Apache-2.0 */
/* The experiment `limit` in the report: the least memory with which each subject gets ready. */
#include <math.h>
#include <stdlib.h>

#include "harness/analyze/experiment-limit.h"
#include "harness/base/cleanup.h"
#include "harness/base/units.h"
#include "harness/report/experiments.h"

struct json *json_of_limit(const struct analysis *analysis)
{
	struct json *object = json_object(), *rows = json_array();
	size_t count;
	cleanup_free struct limit_bound *bounds = limit_bounds_make(analysis, &count);

	for (size_t i = 0; i < count; i++) {
		struct json *row = json_object();

		json_add_text(row, "subject", analysis->subjects[bounds[i].subject].name);
		json_add_int(row, "trials_count", (int64_t)bounds[i].trials);
		json_add(row, "works_bytes", json_of_stats(&bounds[i].works_bytes));
		json_add(row, "fails_bytes", json_of_stats(&bounds[i].fails_bytes));
		json_add(row, "step_bytes", json_of_stats(&bounds[i].step_bytes));
		json_add(row, "cgroup_peak_bytes", json_of_stats(&bounds[i].cgroup_peak_bytes));
		json_add(row, "rss_peak_bytes", json_of_stats(&bounds[i].rss_peak_bytes));
		json_append(rows, row);
	}
	json_add(object, "bounds", rows);
	return object;
}

void section_limit(struct page *page, const struct analysis *analysis)
{
	struct table table = {.align = "lrrrrr"};
	char text[UNITS_MAX];
	size_t count;
	cleanup_free struct limit_bound *bounds = limit_bounds_make(analysis, &count);

	page_heading(page, "The least memory with which it gets ready");
	page_paragraph(page, "A bisection: with the smallest limit that works every trial got ready, with the largest "
			     "that fails one did not. A container's limit is its cgroup's, a guest's is its RAM, which "
			     "its own kernel shares. The peaks are the most that was needed until ready: charged to "
			     "the cgroup, and resident in the processes.");
	table_add(&table, "subject"), table_add(&table, "works with"), table_add(&table, "fails with");
	table_add(&table, "peak, cgroup"), table_add(&table, "peak, resident"), table_add(&table, "trials");
	for (size_t i = 0; i < count; i++) {
		const struct stats_summary *const numbers[] = {&bounds[i].works_bytes, &bounds[i].fails_bytes,
							       &bounds[i].cgroup_peak_bytes, &bounds[i].rss_peak_bytes};

		table_add(&table, "%s", analysis->subjects[bounds[i].subject].title);
		for (size_t k = 0; k < sizeof(numbers) / sizeof(numbers[0]); k++)
			table_add(&table, "%s",
				  units_text(UNITS_BYTES, numbers[k]->n ? numbers[k]->median : NAN, text));
		table_add(&table, "%zu", bounds[i].trials);
	}
	page_table(page, &table);
}
