/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Density on one chart: start, footprint, failures and end of an instance against how many live, in panels with one
 * logarithmic axis below. One curve for each subject and concurrency, with its name where it ends.
 */
#include <math.h>

#include "harness/analyze/experiment-ramp.h"
#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/units.h"
#include "harness/report/plot-chart.h"
#include "harness/report/plot-curves.h"

#define MARGIN 1.6 /* factor of a logarithmic axis beyond the numbers */

/* The panels with names at the ends of curves. */
enum panel {
	PANEL_START,
	PANEL_MEMORY,
	PANEL_END,
	PANEL_COUNT
};

static const double panel_px[PANEL_COUNT] = {190, 150, 130}; /* as the template has them */

/* A logarithmic axis while it grows, and where each curve ends on it. */
struct axis {
	double low, high;
	double *ends;
};

static void axis_take(struct axis *axis, double value)
{
	if (!(value > 0))
		return;
	axis->low = axis->low > 0 ? fmin(axis->low, value) : value;
	axis->high = fmax(axis->high, value);
}

static void row(struct script *script, double n, double value, size_t panel, const char *name,
		const char *place, const char *amount)
{
	value = value > 0 && n > 0 ? value : NAN;
	script_hover(script, n, value, panel, "%s, %s %.0f: %s", name, place, n, amount);
	script_field(script, n);
	script_field(script, value);
	script_row_end(script);
}

static void starts_rows(struct script *script, const struct ramp_fit *fit, struct axis *axis)
{
	char amount[UNITS_MAX];

	script_table(script, "The start of each instance.", "n\tns");
	for (size_t i = 0; i < fit->start_count; i++) {
		axis_take(axis, fit->starts[i].latency_ns);
		row(script, fit->starts[i].n, fit->starts[i].latency_ns, 1, fit->title, "ready as number",
		    units_text(UNITS_NS, fit->starts[i].latency_ns, amount));
	}
}

static void points_rows(struct script *script, const struct ramp_fit *fit, struct axis *axis, double *ret_end)
{
	char amount[UNITS_MAX];
	double n = 0;

	script_table(script, "What all instances take together.", "n\tbytes");
	for (size_t i = 0; i < fit->point_count; i++) {
		const struct ramp_point *point = &fit->points[i];

		axis_take(axis, point->footprint_bytes);
		if (point->footprint_bytes > 0 && point->n >= n) {
			n = point->n;
			*ret_end = point->footprint_bytes;
		}
		row(script, point->n, point->footprint_bytes, 2, fit->title, "all",
		    units_text(UNITS_BYTES, point->footprint_bytes, amount));
	}
}

static void stops_rows(struct script *script, const struct ramp_fit *fit, struct axis *axis)
{
	char amount[UNITS_MAX];

	script_table(script, "The end of each instance.", "n\tns");
	for (size_t i = 0; i < fit->stop_count; i++) {
		axis_take(axis, fit->stops[i].took_ns);
		row(script, fit->stops[i].n, fit->stops[i].took_ns, 4, fit->title, "ended as number",
		    units_text(UNITS_NS, fit->stops[i].took_ns, amount));
	}
}

/* A bin's middle on a logarithmic axis. */
static void bins_rows(struct script *script, const struct ramp_fit *fit)
{
	script_table(script, "Starts and ends at about the same N: medians, and the share of starts that failed.",
		     "n\tstart_ns\tend_ns\tfailed_percent");
	for (size_t i = 0; i < fit->bin_count; i++) {
		const struct ramp_bin *bin = &fit->bins[i];
		double n = sqrt((double)bin->n_low * fmin((double)bin->n_high, fmax(fit->n_max, (double)bin->n_low)));
		double failed = 100.0 * (double)bin->failed / (double)bin->starts;

		script_hover(script, n, failed, 3, "%s, %zu to %zu: %zu of %zu starts failed", fit->title, bin->n_low,
			     bin->n_high, bin->failed, bin->starts);
		script_field(script, n);
		script_field(script, bin->latency_ns > 0 ? bin->latency_ns : NAN);
		script_field(script, bin->teardown_ns > 0 ? bin->teardown_ns : NAN);
		script_field(script, failed);
		script_row_end(script);
	}
}

static double last_of(const struct ramp_fit *fit, bool end)
{
	double last = NAN;

	for (size_t i = 0; i < fit->bin_count; i++) {
		double value = end ? fit->bins[i].teardown_ns : fit->bins[i].latency_ns;

		last = value > 0 ? value : last;
	}
	return last;
}

static void axis_write(struct script *script, const struct axis *axis, size_t panel, size_t curves)
{
	cleanup_free double *px = alloc_zero(curves + 1, sizeof(*px));
	double low = axis->low > 0 ? axis->low / MARGIN : 1, high = axis->high > 0 ? axis->high * MARGIN : 10;

	plot_curves_place(axis->ends, curves, low, high, panel_px[panel], px);
	script_number(script, low, "axis_low[%zu]", panel + 1);
	script_number(script, high, "axis_high[%zu]", panel + 1);
	script_number(script, axis->high > 0, "axis_any[%zu]", panel + 1);
	for (size_t i = 0; i < curves; i++)
		script_number(script, axis->ends[i] > 0 ? px[i] : -1, "label_px[%zu]", panel * curves + i + 1);
}

/* "1 000 at once, as many as were asked for; starts twice as long from 163 on: waits for the CPUs" */
static void curve_write(struct script *script, const struct ramp_fit *fit, size_t number)
{
	cleanup_free char *knee = fit->knee.limit ? alloc_format("; twice as slow from %.0f on: %s", fit->knee.n,
								 ramp_limit_text(fit->knee.limit))
						  : alloc_text("; no knee");
	cleanup_free char *text = alloc_format("%s: %.0f at once, %s%s", fit->title, fit->n_max,
					       ramp_reason_text(fit->reason), knee);

	script_text(script, text, "curve_text[%zu]", number);
	script_text(script, fit->title, "curve_name[%zu]", number);
	script_number(script, (double)(fit->subject + 1), "curve_subject[%zu]", number);
	script_number(script, fit->concurrency > 1, "curve_wide[%zu]", number);
	script_number(script, fit->n_max > 0 ? fit->n_max : 1, "curve_end[%zu]", number);
	script_number(script, fit->knee.limit ? fit->knee.n : -1, "curve_knee[%zu]", number);
}

static bool density_fill(struct script *script, const struct ramp_fit *fits, size_t count)
{
	struct axis axes[PANEL_COUNT] = {{0}};
	double n_high = 1;

	for (size_t p = 0; p < PANEL_COUNT; p++)
		axes[p].ends = alloc_zero(count + 1, sizeof(*axes[p].ends));
	script_arrays(script, count ? count : 1,
		      "curve_name curve_text curve_subject curve_wide curve_end curve_knee");
	script_arrays(script, PANEL_COUNT, "axis_low axis_high axis_any");
	script_arrays(script, PANEL_COUNT * (count ? count : 1), "label_px");
	for (size_t i = 0; i < count; i++) {
		n_high = fmax(n_high, fits[i].n_max);
		starts_rows(script, &fits[i], &axes[PANEL_START]);
		points_rows(script, &fits[i], &axes[PANEL_MEMORY], &axes[PANEL_MEMORY].ends[i]);
		stops_rows(script, &fits[i], &axes[PANEL_END]);
		bins_rows(script, &fits[i]);
		axes[PANEL_START].ends[i] = last_of(&fits[i], false);
		axes[PANEL_END].ends[i] = last_of(&fits[i], true);
		curve_write(script, &fits[i], i + 1);
	}
	bool any = axes[PANEL_START].high > 0;

	script_number(script, (double)count, "curve_count");
	script_number(script, n_high * 1.15 + 1, "n_high");
	script_number(script, 10, "name_width");
	for (size_t p = 0; p < PANEL_COUNT; p++) {
		axis_write(script, &axes[p], p, count);
		free(axes[p].ends);
	}
	return any;
}

bool plot_density(struct script *script, const struct analysis *analysis)
{
	size_t count;
	struct ramp_fit *fits = ramp_fits_make(analysis, &count);

	script_note(script, false,
		    "each point is one instance; lines: medians of those at about the same N; a star is the knee");
	bool filled = density_fill(script, fits, count);

	ramp_fits_free(fits, count);
	if (filled)
		script_finish(script, analysis, "");
	return filled;
}
