/* SPDX-License-Identifier: Apache-2.0 */
/* Layers: a line for each subject of the time to start upon so many, and beside it of what the commits took. */
#include <math.h>
#include <stdlib.h>

#include "harness/analyze/experiment-layers.h"
#include "harness/base/cleanup.h"
#include "harness/base/units.h"
#include "harness/report/plot-rows.h"

/* Two numbers and their texts in each row: the start upon the layers, and the size of the last of them. */
static size_t rows_fill(struct script *script, const struct analysis *a, const struct layers_row *rows, size_t count)
{
	char amount[UNITS_MAX], layer[UNITS_MAX], text[64];
	size_t row = 0;

	for (size_t i = 0; i < count && row + 2 < PLOT_ROWS_MAX; i++) {
		const struct layers_row *r = &rows[i];
		double latency_ns = r->latency_ns.n ? r->latency_ns.median : NAN;

		if (!i || r->subject != rows[i - 1].subject)
			row = plot_rows_head(script, row, a->subjects[r->subject].title);

		(void)snprintf(text, sizeof(text), r->layers ? "%zu more layer%s" : "the image as it came", r->layers,
			       r->layers == 1 ? "" : "s");
		(void)units_text(UNITS_NS, latency_ns, amount);
		(void)units_text(UNITS_BYTES, r->allocated_bytes.median, layer);
		row = plot_rows_add(script, row, text, amount, r->allocated_bytes.n ? layer : "");
		plot_rows_line(script, row, latency_ns / PLOT_NS_PER_MS, r->subject, text,
			       a->subjects[r->subject].title);
	}
	return row;
}

bool plot_layers(struct script *script, const struct analysis *analysis)
{
	size_t count;
	cleanup_free struct layers_row *rows = layers_rows_make(analysis, &count);
	struct plot_axis axis = {0};

	for (size_t i = 0; i < count; i++)
		plot_rows_axis_add(&axis, rows[i].latency_ns.n ? rows[i].latency_ns.median / PLOT_NS_PER_MS : NAN);
	if (!count || !plot_rows_axis_end(script, &axis))
		return false;
	script_note(script, false, "each layer is a new file in the image, committed from an instance; medians of %zu",
		    rows[0].latency_ns.n);
	script_number(script, 18, "name_width");
	script_text(script, "start", "head_value");
	script_text(script, "last layer", "head_time");
	plot_rows_begin(script);
	script_table(script, "Start upon so many layers, in ms.", "row\tms\tsubject_number\tlayers\tsubject");
	script_number(script, (double)rows_fill(script, analysis, rows, count), "row_count");
	script_finish(script, analysis, "");
	return true;
}
