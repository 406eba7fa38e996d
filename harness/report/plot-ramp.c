/* SPDX-License-Identifier: Apache-2.0 */
/* Ramps: footprint against the number of instances, with the fitted line. */
#include <math.h>
#include <string.h>

#include "harness/analyze/experiment-ramp.h"
#include "harness/base/alloc.h"
#include "harness/base/units.h"
#include "harness/report/plot-curves.h"

#define LINE_STEPS 24

/* A point, and what a pointer shows on it; what is not above 0 has no place on a logarithmic axis. */
static void point_row(struct script *script, double n, double value, const char *subject)
{
	char amount[UNITS_MAX];

	value = value > 0 ? value : NAN;
	(void)units_text(UNITS_BYTES, value, amount);
	script_hover(script, n, value, 1, "%s, all %.0f: %s", subject, n, amount);
	script_field(script, n);
	script_field(script, value);
	script_field_text(script, subject);
	script_row_end(script);
}

/* The line and its band over the points that it goes through; what lies below 0 has no place on the axis. */
static void line_rows(struct script *script, const struct ramp_fit *fit)
{
	const struct interval *ci = &fit->marginal.ci;
	double first = INFINITY, last = 0;

	for (size_t i = 0; i < fit->point_count; i++)
		if (fit->points[i].fitted && fit->points[i].n > 0) {
			first = fmin(first, fit->points[i].n);
			last = fmax(last, fit->points[i].n);
		}

	script_table(script, "The fitted line, and the band of its slope's interval.", "n\tbytes\tlow\thigh");
	for (int i = 0; i <= LINE_STEPS; i++) {
		double n = last > 0 ? first * pow(last / first, (double)i / LINE_STEPS) : NAN;
		const double values[] = {n, fit->intercept + fit->marginal.value * n,
					 fit->intercept + (ci->known ? ci->lo : fit->marginal.value) * n,
					 fit->intercept + (ci->known ? ci->hi : fit->marginal.value) * n};

		for (size_t k = 0; k < 4; k++)
			script_field(script, values[k] > 0 ? values[k] : NAN);
		script_row_end(script);
	}
}

/* The last experiment with ramps; a scenario has one. False: there is none, or it has no such numbers. */
static bool footprint_fill(struct script *script, const struct ramp_fit *fits, size_t count)
{
	struct plot_curves curves = {.bytes = true, .what = "instances at once"};
	char amount[UNITS_MAX];

	for (size_t i = 0; i < count; i++) {
		double n = NAN, bytes = NAN;

		script_table(script, "What all instances of a subject take together.", "n\tbytes\tsubject");
		for (size_t k = 0; k < fits[i].point_count; k++) {
			const struct ramp_point *point = &fits[i].points[k];
			bool shown = point->footprint_bytes > 0 && point->n > 0;

			if (shown && !(point->n < n)) {
				n = point->n;
				bytes = point->footprint_bytes;
			}
			plot_curves_take(&curves, point->n, point->footprint_bytes);
			point_row(script, point->n, shown ? point->footprint_bytes : NAN, fits[i].title);
		}
		line_rows(script, &fits[i]);
		plot_curves_add(&curves, fits[i].subject, fits[i].title, n, bytes,
				alloc_format("%s each", units_text(UNITS_BYTES, fits[i].marginal.value, amount)));
	}
	bool any = curves.n_high > 0;

	plot_curves_end(script, &curves);
	return any;
}

bool plot_ramp(struct script *script, const struct analysis *analysis)
{
	size_t count;
	struct ramp_fit *fits = ramp_fits_make(analysis, &count);

	script_note(script, false,
		    "points: what all instances take together; line: Theil-Sen; band: 95 %% interval of its slope");
	bool filled = footprint_fill(script, fits, count);

	ramp_fits_free(fits, count);
	if (filled)
		script_finish(script, analysis, "");
	return filled;
}
