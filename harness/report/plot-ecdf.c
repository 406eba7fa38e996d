/* SPDX-License-Identifier: Apache-2.0 */
/* Start-up times as empirical distributions. */
#include "harness/base/cleanup.h"
#include "harness/base/units.h"
#include "harness/report/plot-chart.h"

/* One curve: a step up at each value, then on to the edge where samples timed out: it stays below 1. */
static void ecdf_curve(struct script *script, const struct analysis_summary *summary, const char *title,
		       double edge)
{
	cleanup_free double *sorted = stats_sorted(summary->values, summary->count);
	size_t finite = summary->count - summary->stats.censored, step = plot_step(finite);
	char text[UNITS_MAX];

	for (size_t k = 0; k <= finite + (finite < summary->count); k++) {
		size_t at = k ? k - 1 : 0;

		if (k < finite && k % step)
			continue;
		script_field(script, at < finite ? sorted[at] / PLOT_NS_PER_MS : edge);
		script_field(script, (double)(k > finite ? finite : k) / (double)summary->count);
		script_field_text(script, title);
		script_row_end(script);
		if (k && at < finite)
			script_hover(script, sorted[at] / PLOT_NS_PER_MS, (double)k / (double)summary->count, 1,
				     "%s: %.0f %% ready after %s", title, 100 * (double)k / (double)summary->count,
				     units_text(UNITS_NS, sorted[at], text));
	}
}

static size_t ecdf_curves(struct script *script, const struct analysis *analysis, double edge)
{
	size_t count = 0;

	for (size_t i = 0; i < analysis->subject_count; i++) {
		const struct analysis_summary *summary = plot_latency(analysis, i);

		if (!summary || summary->count == summary->stats.censored)
			continue;
		script_table(script, "A subject's curve: at ms, this share of its samples is ready.",
			     "ms\tshare\tsubject");
		ecdf_curve(script, summary, analysis->subjects[i].title, edge);
		script_number(script, (double)(i + 1), "curve_row[%zu]", ++count);
	}
	return count;
}

static size_t ecdf_censored(struct script *script, const struct analysis *analysis, double edge)
{
	size_t count = 0;

	script_table(script, "Where curves stop below 1, as samples timed out.",
		     "ms\tshare\trow\tsubject");
	for (size_t i = 0; i < analysis->subject_count; i++) {
		const struct analysis_summary *summary = plot_latency(analysis, i);

		if (!summary || !summary->stats.censored)
			continue;
		script_field(script, edge);
		script_field(script, 1 - (double)summary->stats.censored / (double)summary->count);
		script_field(script, (double)(i + 1));
		script_field_text(script, analysis->subjects[i].title);
		script_row_end(script);
		count++;
	}
	return count;
}

bool plot_ecdf(struct script *script, const struct analysis *analysis)
{
	struct plot_axis axis = plot_latency_axis(analysis, false);

	if (!plot_latency_any(analysis))
		return false;
	plot_latency_note(script, analysis);
	plot_latency_rows(script, analysis);
	plot_axis_write(script, &axis);
	script_arrays(script, analysis->subject_count, "curve_row");
	script_number(script, 1, "curve_row[1]"); /* must be set also where there is no curve */
	script_number(script, (double)ecdf_curves(script, analysis, axis.high), "curve_count");
	script_number(script, (double)ecdf_censored(script, analysis, axis.high), "censored_count");
	script_finish(script, analysis, PLOT_LATENCY);
	return true;
}
