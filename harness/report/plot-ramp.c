/* SPDX-License-Identifier: Apache-2.0 */
/* Ramps: footprint against the number of instances with the fitted line, and the time of each start. */
#include <math.h>
#include <string.h>

#include "harness/analyze/experiment-ramp.h"
#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/units.h"
#include "harness/report/plot-chart.h"

#define LINE_STEPS 24

/* The ends of both axes. */
struct frame {
	double n_high, low, high;
};

static void frame_take(struct frame *frame, double n, double value)
{
	if (!(n > 0) || !(value > 0))
		return;
	frame->n_high = fmax(frame->n_high, n);
	frame->low = fmin(frame->low, value);
	frame->high = fmax(frame->high, value);
}

/* A point, and what a pointer shows on it; what is not above 0 has no place on a logarithmic axis. */
static void point_row(struct script *script, double n, double value, enum units units, const char *subject)
{
	char amount[UNITS_MAX];

	value = value > 0 ? value : NAN;
	(void)units_text(units, value, amount);
	script_hover(script, n, value, 1, "%s, %s %.0f: %s", subject, units == UNITS_NS ? "number" : "all", n, amount);
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

static void curve_texts(struct script *script, const struct analysis *a, const struct ramp_fit *fit, size_t curve,
			const char *text)
{
	script_text(script, a->subjects[fit->subject].title, "curve_name[%zu]", curve);
	script_text(script, text, "curve_text[%zu]", curve);
	script_number(script, (double)(fit->subject + 1), "curve_colour[%zu]", curve);
}

static void frame_write(struct script *script, const struct frame *frame, size_t curves, bool bytes)
{
	script_number(script, (double)curves, "curve_count");
	script_number(script, fmax(frame->n_high * 1.15, 2), "n_high");
	script_number(script, frame->low / 1.6, "y_low");
	script_number(script, frame->high * 1.6, "y_high");
	script_number(script, bytes, "y_bytes");
	script_number(script, 10, "name_width");
}

/* The last experiment with ramps; a scenario has one. False: there is none, or it has no such numbers. */
static bool footprint_fill(struct script *script, const struct analysis *a, const struct ramp_fit *fits, size_t count)
{
	struct frame frame = {.low = INFINITY};
	char amount[UNITS_MAX];
	size_t curves = 0;

	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < fits[i].point_count; k++)
			frame_take(&frame, fits[i].points[k].n, fits[i].points[k].footprint_bytes);
	if (!(frame.n_high > 0))
		return false;
	script_arrays(script, count, "curve_name curve_text curve_colour");
	for (size_t i = 0; i < count; i++) {
		cleanup_free char *text =
			alloc_format("%s each", units_text(UNITS_BYTES, fits[i].marginal.value, amount));

		curve_texts(script, a, &fits[i], ++curves, text);
		script_table(script, "What all instances of a subject take together.", "n\tbytes\tsubject");
		for (size_t k = 0; k < fits[i].point_count; k++)
			point_row(script, fits[i].points[k].n, fits[i].points[k].footprint_bytes, UNITS_BYTES,
				  a->subjects[fits[i].subject].title);
		line_rows(script, &fits[i]);
	}
	frame_write(script, &frame, curves, true);
	return true;
}

bool plot_ramp(struct script *script, const struct analysis *analysis)
{
	size_t count;
	struct ramp_fit *fits = ramp_fits_make(analysis, &count);

	script_note(script, false,
		    "points: what all instances take together; line: Theil-Sen; band: 95 %% interval of its slope");
	bool filled = footprint_fill(script, analysis, fits, count);

	ramp_fits_free(fits, count);
	if (filled)
		script_finish(script, analysis, "");
	return filled;
}

static bool starts_fill(struct script *script, const struct analysis *a, const struct ramp_fit *fits, size_t count)
{
	struct frame frame = {.low = INFINITY};
	size_t curves = 0;

	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < fits[i].start_count; k++)
			frame_take(&frame, fits[i].starts[k].n, fits[i].starts[k].latency_ns);
	if (!(frame.n_high > 0))
		return false;
	script_arrays(script, count, "curve_name curve_text curve_colour");
	for (size_t i = 0; i < count; i++) {
		cleanup_free char *text = alloc_format("%.0f at once", fits[i].n_max);

		curve_texts(script, a, &fits[i], ++curves, text);
		script_table(script, "The start of each instance.", "n\tns\tsubject");
		for (size_t k = 0; k < fits[i].start_count; k++)
			point_row(script, fits[i].starts[k].n, fits[i].starts[k].latency_ns, UNITS_NS,
				  a->subjects[fits[i].subject].title);
		script_table(script, "No line.", "n\tns\tlow\thigh");
		for (int k = 0; k < 4; k++)
			script_field(script, NAN);
		script_row_end(script);
	}
	frame_write(script, &frame, curves, false);
	return true;
}

bool plot_density(struct script *script, const struct analysis *analysis)
{
	size_t count;
	struct ramp_fit *fits = ramp_fits_make(analysis, &count);

	for (size_t i = 0; i < count; i++)
		script_note(script, false, "%.40s: %.0f ran at once; it ended because: %.60s",
			    analysis->subjects[fits[i].subject].title, fits[i].n_max, ramp_reason_text(fits[i].reason));
	bool filled = starts_fill(script, analysis, fits, count);

	ramp_fits_free(fits, count);
	if (filled)
		script_finish(script, analysis, "");
	return filled;
}
