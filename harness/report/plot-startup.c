/* SPDX-License-Identifier: Apache-2.0 */
/* Start-up times: every sample a point, the median with its interval, and what failed. */
#include <math.h>

#include "harness/base/units.h"
#include "harness/report/plot-chart.h"

#define GOLDEN 0.6180339887498949 /* its multiples fill [0, 1) evenly: jitter without chance */

static void startup_point(struct script *script, const struct analysis *analysis, size_t subject,
			  size_t order, double ms)
{
	double ignored, jitter = round((modf((double)(order + 1) * GOLDEN, &ignored) * 2 - 1) * 1e4) / 1e4;
	char text[UNITS_MAX];

	if (!isfinite(ms))
		return;
	script_field(script, (double)(subject + 1));
	script_field(script, ms);
	script_field(script, jitter);
	script_field_text(script, analysis->subjects[subject].title);
	script_row_end(script);
	script_hover(script, ms, (double)(subject + 1) + 0.26 * jitter, 1, "%s: %s",
		     analysis->subjects[subject].title, units_text(UNITS_NS, ms * PLOT_NS_PER_MS, text));
}

static size_t startup_samples(struct script *script, const struct analysis *analysis)
{
	size_t count = 0;

	script_table(script,
		     "Samples that count, in the order in which they ran. Jitter spreads them across "
		     "the row.",
		     "row\tms\tjitter\tsubject");
	for (size_t i = 0; i < analysis->subject_count; i++) {
		const struct analysis_summary *summary = plot_latency(analysis, i);

		for (size_t k = 0; summary && k < summary->count; k += plot_step(summary->count)) {
			startup_point(script, analysis, i, k, summary->values[k] / PLOT_NS_PER_MS);
			count += isfinite(summary->values[k]);
		}
	}
	return count;
}

static size_t startup_warmups(struct script *script, const struct analysis *analysis)
{
	const struct recording *recording = analysis->recording;
	size_t count = 0;

	script_table(script, "Samples of warm-up blocks, which do not count.",
		     "row\tms\tjitter\tsubject");
	for (size_t i = 0; i < analysis->subject_count; i++) {
		size_t at = 0, step = plot_step(analysis->subjects[i].counts[BLOCK_LATENCY].warmup);

		for (size_t k = 0; k < recording->briefs.count; k++) {
			double ms = plot_warmup_ms(recording->briefs.list[k], analysis->subjects[i].name);

			if (!isfinite(ms) || at++ % step)
				continue;
			startup_point(script, analysis, i, count++, ms);
		}
	}
	return count;
}

static void startup_medians(struct script *script, const struct analysis *analysis, double high)
{
	size_t count = 0, intervals = 0;

	script_table(
		script,
		"Medians. An interval that reaches beyond the timeout ends at the edge of the chart.",
		"row\tmedian_ms\tlow_ms\thigh_ms\tn\tsubject");
	for (size_t i = 0; i < analysis->subject_count; i++) {
		const struct analysis_summary *summary = plot_latency(analysis, i);

		if (!summary || !summary->count || !isfinite(summary->stats.median))
			continue;
		const struct interval *ci = &summary->stats.ci;

		script_field(script, (double)(i + 1));
		script_field(script, summary->stats.median / PLOT_NS_PER_MS);
		script_field(script, ci->lo / PLOT_NS_PER_MS);
		script_field(script, ci->known ? fmin(ci->hi / PLOT_NS_PER_MS, high) : NAN);
		script_field(script, (double)summary->count);
		script_field_text(script, analysis->subjects[i].title);
		script_row_end(script);
		count++;
		intervals += ci->known;
	}
	script_number(script, (double)count, "median_count");
	script_number(script, (double)intervals, "interval_count");
}

/* One of the two tables of what has no place on the axis. */
static size_t startup_troubles(struct script *script, const struct analysis *analysis, bool timeouts)
{
	size_t count = 0;

	script_table(script,
		     timeouts ? "Samples that timed out: longer than any other."
			      : "Samples that failed: no time at all.",
		     "row\tcount\tsubject");
	for (size_t i = 0; i < analysis->subject_count; i++) {
		const struct analysis_counts *counts = &analysis->subjects[i].counts[BLOCK_LATENCY];
		size_t here = timeouts ? counts->by_status[SAMPLE_TIMEOUT] : counts->failed;

		if (!here)
			continue;
		script_field(script, (double)(i + 1));
		script_field(script, (double)here);
		script_field_text(script, analysis->subjects[i].title);
		script_row_end(script);
		count++;
	}
	return count;
}

bool plot_startup(struct script *script, const struct analysis *analysis)
{
	struct plot_axis axis = plot_latency_axis(analysis, true);

	if (!plot_latency_any(analysis))
		return false;
	plot_latency_note(script, analysis);
	plot_latency_rows(script, analysis);
	plot_axis_write(script, &axis);
	script_number(script, (double)startup_samples(script, analysis), "sample_count");
	script_number(script, (double)startup_warmups(script, analysis), "warmup_count");
	startup_medians(script, analysis, axis.high);
	script_number(script, (double)startup_troubles(script, analysis, true), "timeout_count");
	script_number(script, (double)startup_troubles(script, analysis, false), "failure_count");
	script_finish(script, analysis, PLOT_LATENCY);
	return true;
}
