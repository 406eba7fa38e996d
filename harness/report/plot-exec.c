/* SPDX-License-Identifier: Apache-2.0 */
/* Inside: for each subject a row for each way in, with the dot of a further command; the first is named beside it. */
#include <math.h>
#include <stdlib.h>

#include "harness/analyze/experiment-exec.h"
#include "harness/base/cleanup.h"
#include "harness/base/units.h"
#include "harness/report/plot-rows.h"

static size_t rows_fill(struct script *script, const struct analysis *a, const struct exec_way *ways, size_t count)
{
	char again[UNITS_MAX], first[UNITS_MAX];
	size_t row = 0;

	for (size_t i = 0; i < count && row + 2 < PLOT_ROWS_MAX; i++) {
		const char *title = a->subjects[ways[i].subject].title, *name = ways[i].text;

		if (!i || ways[i].subject != ways[i - 1].subject)
			row = plot_rows_head(script, row, title);
		(void)units_text(UNITS_NS, ways[i].again_ns.median, again);
		(void)units_text(UNITS_NS, ways[i].first_ns.median, first);
		row = plot_rows_add(script, row, name, again, first);
		plot_rows_line(script, row, ways[i].again_ns.median / PLOT_NS_PER_MS, ways[i].subject, name, title);
	}
	return row;
}

bool plot_exec(struct script *script, const struct analysis *analysis)
{
	size_t count;
	cleanup_free struct exec_way *ways = exec_ways_make(analysis, &count);
	struct plot_axis axis = {0};

	for (size_t i = 0; i < count; i++)
		plot_rows_axis_add(&axis, ways[i].again_ns.median / PLOT_NS_PER_MS);
	if (!count || !plot_rows_axis_end(script, &axis))
		return false;
	script_note(script, false, "from the request until the end of the command is known; medians of %zu instances",
		    ways[0].again_ns.n);
	script_number(script, 24, "name_width");
	script_text(script, "again", "head_value");
	script_text(script, "first", "head_time");
	plot_rows_begin(script);
	script_table(script, "One command inside, each after the first, in ms.",
		     "row\tms\tsubject_number\tway\tsubject");
	script_number(script, (double)rows_fill(script, analysis, ways, count), "row_count");
	script_finish(script, analysis, "");
	return true;
}
