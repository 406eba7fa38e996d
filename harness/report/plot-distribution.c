/* SPDX-License-Identifier: Apache-2.0 */
/* Distribution: for each subject a row for each step, with the dot of pull and start together; the bytes beside it. */
#include <math.h>
#include <stdlib.h>

#include "harness/analyze/experiment-distribution.h"
#include "harness/base/cleanup.h"
#include "harness/base/units.h"
#include "harness/report/plot-rows.h"

static size_t rows_fill(struct script *script, const struct analysis *a, const struct distribution_row *rows,
			size_t count)
{
	char amount[UNITS_MAX], moved[UNITS_MAX];
	size_t row = 0;

	for (size_t i = 0; i < count && row + 2 < PLOT_ROWS_MAX; i++) {
		const struct distribution_row *r = &rows[i];
		const char *title = a->subjects[r->subject].title;
		double total_ns = r->total_ns.n ? r->total_ns.median : NAN;

		if (!i || r->subject != rows[i - 1].subject)
			row = plot_rows_head(script, row, title);
		(void)units_text(UNITS_NS, total_ns, amount);
		(void)units_text(UNITS_BYTES, r->received_bytes.median, moved);
		row = plot_rows_add(script, row, r->text, r->total_ns.n ? amount : "",
				    r->received_bytes.n ? moved : "");
		plot_rows_line(script, row, total_ns / PLOT_NS_PER_MS, r->subject, r->text, title);
	}
	return row;
}

bool plot_distribution(struct script *script, const struct analysis *analysis)
{
	size_t count;
	cleanup_free struct distribution_row *rows = distribution_rows_make(analysis, &count);
	struct plot_axis axis = {0};

	for (size_t i = 0; i < count; i++)
		plot_rows_axis_add(&axis, rows[i].total_ns.n ? rows[i].total_ns.median / PLOT_NS_PER_MS : NAN);
	if (!count || !plot_rows_axis_end(script, &axis))
		return false;
	script_note(script, false,
		    "pulled from a registry on loopback and started until ready; medians of %zu", rows[0].total_ns.n);
	script_number(script, 26, "name_width");
	script_text(script, "until ready", "head_value");
	script_text(script, "received", "head_time");
	plot_rows_begin(script);
	script_table(script, "Pull and start of an image, in ms.", "row\tms\tsubject_number\timage\tsubject");
	script_number(script, (double)rows_fill(script, analysis, rows, count), "row_count");
	script_finish(script, analysis, "");
	return true;
}
