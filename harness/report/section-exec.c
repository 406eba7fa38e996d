/* SPDX-License-Identifier: Apache-2.0 */
/* The experiment `exec` in the report: how long it takes to run one command inside. */
#include <stdlib.h>

#include "harness/analyze/experiment-exec.h"
#include "harness/base/cleanup.h"
#include "harness/base/units.h"
#include "harness/report/experiments.h"

struct json *json_of_exec(const struct analysis *analysis)
{
	struct json *object = json_object(), *list = json_array();
	size_t count;
	cleanup_free struct exec_way *ways = exec_ways_make(analysis, &count);

	for (size_t i = 0; i < count; i++) {
		struct json *row = json_object();

		json_add_text(row, "subject", analysis->subjects[ways[i].subject].name);
		json_add_text(row, "way", ways[i].way);
		json_add(row, "first_ns", json_of_stats(&ways[i].first_ns));
		json_add(row, "again_ns", json_of_stats(&ways[i].again_ns));
		json_append(list, row);
	}
	json_add(object, "ways", list);
	return object;
}

void section_exec(struct page *page, const struct analysis *analysis)
{
	struct table table = {.align = "ssrrr"};
	char text[UNITS_MAX];
	size_t count;
	cleanup_free struct exec_way *ways = exec_ways_make(analysis, &count);

	page_heading(page, "Inside: one command in an instance that runs");
	page_paragraph(page, "From the request until its end is known; the command ends at once. The runtime's own way "
			     "in (nsenter for our container, without its cgroups and filter) against a child of "
			     "the payload, asked for through its channel. A guest's payload polls its serial port "
			     "up to 32 ms apart when nothing comes, which the first command waits for. Medians, "
			     "one value for each instance.");
	table_add(&table, "subject"), table_add(&table, "way in"), table_add(&table, "first");
	table_add(&table, "each further"), table_add(&table, "n");
	for (size_t i = 0; i < count; i++) {
		table_add(&table, "%s", analysis->subjects[ways[i].subject].title);
		table_add(&table, "%s", ways[i].text);
		table_add(&table, "%s", units_text(UNITS_NS, ways[i].first_ns.median, text));
		table_add(&table, "%s", units_text(UNITS_NS, ways[i].again_ns.median, text));
		table_add(&table, "%zu", ways[i].first_ns.n);
	}
	page_table(page, &table);
}
