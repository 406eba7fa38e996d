/* SPDX-License-Identifier: Apache-2.0 */
/* Layers: a line for each subject of the time to start upon so many, and beside it of what the commits took. */
#include <math.h>
#include <stdlib.h>

#include "harness/analyze/experiment-layers.h"
#include "harness/base/cleanup.h"
#include "harness/base/units.h"
#include "harness/report/plot-chart.h"

#define ROWS_MAX 120

/* Two numbers and their texts in each row: the start upon the layers, and the size of the last of them. */
static size_t rows_fill(struct script *script, const struct analysis *a, const struct layers_row *rows, size_t count)
{
	char amount[UNITS_MAX], text[64];
	size_t row = 0;

	for (size_t i = 0; i < count && row + 2 < ROWS_MAX; i++) {
		const struct layers_row *r = &rows[i];
		double latency_ns = r->latency_ns.n ? r->latency_ns.median : NAN;

		if (!i || r->subject != rows[i - 1].subject) {
			script_text(script, a->subjects[r->subject].title, "row_name[%zu]", ++row);
			script_text(script, "", "row_value[%zu]", row);
			script_text(script, "", "row_time[%zu]", row);
			script_number(script, 1, "row_head[%zu]", row);
		}
		(void)snprintf(text, sizeof(text), r->layers ? "%zu more layer%s" : "the image as it came", r->layers,
			       r->layers == 1 ? "" : "s");
		script_text(script, text, "row_name[%zu]", ++row);
		script_text(script, units_text(UNITS_NS, latency_ns, amount), "row_value[%zu]", row);
		script_text(script, r->allocated_bytes.n ? units_text(UNITS_BYTES, r->allocated_bytes.median, amount)
							 : "",
			    "row_time[%zu]", row);
		script_number(script, 0, "row_head[%zu]", row);
		script_field(script, (double)row);
		script_field(script, latency_ns / PLOT_NS_PER_MS);
		script_field(script, (double)(r->subject + 1));
		script_field_text(script, text);
		script_field_text(script, a->subjects[r->subject].title);
		script_row_end(script);
	}
	return row;
}

bool plot_layers(struct script *script, const struct analysis *analysis)
{
	size_t count;
	cleanup_free struct layers_row *rows = layers_rows_make(analysis, &count);
	struct plot_axis axis = {.log = true};

	for (size_t i = 0; i < count; i++) {
		double ms = rows[i].latency_ns.n ? rows[i].latency_ns.median / PLOT_NS_PER_MS : NAN;

		axis.low = isnan(ms) || (axis.low > 0 && axis.low < ms) ? axis.low : ms;
		axis.high = isnan(ms) || axis.high > ms ? axis.high : ms;
	}
	if (!count || axis.high <= 0)
		return false;
	axis.low = plot_round(axis.low, false);
	axis.high = plot_round(axis.high, true);
	script_note(script, false, "each layer is a new file in the image, committed from an instance; medians of %zu",
		    rows[0].latency_ns.n);
	script_number(script, 18, "name_width");
	script_arrays(script, ROWS_MAX, "row_name row_value row_time row_head");
	plot_axis_write(script, &axis);
	script_table(script, "Start upon so many layers, in ms.", "row\tms\tsubject_number\tlayers\tsubject");
	script_number(script, (double)rows_fill(script, analysis, rows, count), "row_count");
	script_finish(script, analysis, "");
	return true;
}
