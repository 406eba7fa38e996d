/* SPDX-License-Identifier: Apache-2.0 */
/* Copy-on-write: by how much the instance's layer grows with each write, one bar a write. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/analyze/experiment-cow.h"
#include "harness/base/cleanup.h"
#include "harness/base/units.h"
#include "harness/report/plot-rows.h"

#define LEAST_BYTES 1024.0 /* where the axis begins: no layer grows by less */

/* Row by row a subject's name (bold), then its writes. */
static size_t rows_fill(struct script *script, const struct analysis *a, const struct cow_write *writes, size_t count)
{
	char text[96], amount[UNITS_MAX], time[UNITS_MAX];
	size_t row = 0;

	for (size_t i = 0; i < count && row + 2 < PLOT_ROWS_MAX; i++) {
		const struct cow_write *w = &writes[i];
		double bytes = w->allocated_bytes.n ? w->allocated_bytes.median : NAN;

		if (!i || w->subject != writes[i - 1].subject)
			row = plot_rows_head(script, row, a->subjects[w->subject].title);
		(void)units_text(UNITS_BYTES, bytes, amount);
		(void)units_text(UNITS_NS, w->latency_ns.n ? w->latency_ns.median : NAN, time);
		row = plot_rows_add(script, row, cow_write_text(w, text, sizeof(text)),
				    bytes == 0 ? "nothing" : amount, time);
		script_hover(script, sqrt(LEAST_BYTES * fmax(bytes, LEAST_BYTES)), (double)row, 1, "%s: %s, +%s",
			     a->subjects[w->subject].title, text, amount);
		plot_rows_line(script, row, bytes, w->subject, text, a->subjects[w->subject].title);
	}
	return row;
}

bool plot_cow(struct script *script, const struct analysis *analysis)
{
	size_t count, widest = 0;
	cleanup_free struct cow_write *writes = cow_writes_make(analysis, &count);
	double most = LEAST_BYTES;
	char text[96];

	if (!count)
		return false;
	for (size_t i = 0; i < count; i++) {
		size_t length = strlen(cow_write_text(&writes[i], text, sizeof(text)));

		widest = length > widest ? length : widest;
		if (writes[i].allocated_bytes.n)
			most = fmax(most, writes[i].allocated_bytes.median);
	}
	script_note(script, false, "one byte is written and synced; medians of %zu fresh instances",
		    writes[0].allocated_bytes.n);
	script_note(script, false, "an overlay copies the whole file, a qcow2 layer the clusters that are touched");
	script_number(script, ceil((double)widest * 0.8), "name_width");
	plot_rows_begin(script);
	script_number(script, LEAST_BYTES, "bytes_low");
	script_number(script, most * 1.5, "bytes_high");
	script_table(script, "Growth of the instance's layer at each write, in bytes.",
		     "row\tbytes\tsubject_number\twrite\tsubject");
	script_number(script, (double)rows_fill(script, analysis, writes, count), "row_count");
	script_finish(script, analysis, "");
	return true;
}
