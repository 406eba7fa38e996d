/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/report/plot-rows.h"

#include <math.h>

void plot_rows_begin(struct script *script)
{
	script_arrays(script, PLOT_ROWS_MAX, "row_name row_value row_time row_head");
}

static size_t row_write(struct script *script, size_t row, const char *const texts[3], bool head)
{
	row++;
	script_text(script, texts[0], "row_name[%zu]", row);
	script_text(script, texts[1], "row_value[%zu]", row);
	script_text(script, texts[2], "row_time[%zu]", row);
	script_number(script, head, "row_head[%zu]", row);
	return row;
}

size_t plot_rows_head(struct script *script, size_t row, const char *title)
{
	return row_write(script, row, (const char *const[]){title, "", ""}, true);
}

size_t plot_rows_add(struct script *script, size_t row, const char *name, const char *value, const char *time)
{
	return row_write(script, row, (const char *const[]){name, value, time}, false);
}

void plot_rows_line(struct script *script, size_t row, double number, size_t subject, const char *name,
		    const char *title)
{
	script_field(script, (double)row);
	script_field(script, number);
	script_field(script, (double)(subject + 1));
	script_field_text(script, name);
	script_field_text(script, title);
	script_row_end(script);
}

void plot_rows_axis_add(struct plot_axis *axis, double ms)
{
	axis->low = isnan(ms) || (axis->low > 0 && axis->low < ms) ? axis->low : ms;
	axis->high = isnan(ms) || axis->high > ms ? axis->high : ms;
}

bool plot_rows_axis_end(struct script *script, struct plot_axis *axis)
{
	if (axis->high <= 0)
		return false;
	axis->log = true;
	axis->low = plot_round(axis->low, false);
	axis->high = plot_round(axis->high, true);
	plot_axis_write(script, axis);
	return true;
}
