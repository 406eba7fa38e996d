/* SPDX-License-Identifier: Apache-2.0 */
/* Axes of times: from 0 where that can be read, else logarithmic, and they say so. */
#include <math.h>
#include <string.h>

#include "harness/report/plot-chart.h"

#define LOG_FROM 20.0 /* a larger range than this needs a logarithmic axis (method R7.6) */
#define ZERO_FROM 1.5 /* a smaller one would be a dot on an axis from 0 */

double plot_round(double value, bool up)
{
	static const double steps[] = {1, 2, 5, 10};
	double power = pow(10, floor(log10(value)));
	double best = power;

	for (size_t i = 0; i < 4; i++) {
		if (up && steps[i] * power >= value * (1 - 1e-9))
			return steps[i] * power;
		if (!up && steps[i] * power <= value * (1 + 1e-9))
			best = steps[i] * power;
	}
	return best;
}

static struct plot_axis axis_make(double least, double most)
{
	struct plot_axis axis = {.low = 0, .high = most * 1.06, .zero = true};
	double pad = most > least ? (most - least) * 0.12 : most * 0.1;

	if (!(most > 0))
		return (struct plot_axis){0, 1, false, true};
	if (least > 0 && most / least > LOG_FROM)
		return (struct plot_axis){plot_round(least / 1.15, false), plot_round(most * 1.15, true),
					  true, false};
	if (most / least < ZERO_FROM)
		axis = (struct plot_axis){least - pad, most + pad, false, false};
	return axis;
}

double plot_warmup_ms(const struct brief *sample, const char *subject)
{
	const struct metric *metric = metric_find(PLOT_LATENCY);
	bool shown = sample->warmup && sample->valid && sample->kind == metric->kind;

	return shown && !strcmp(sample->shared->subject, subject) ? metric->value(sample) / PLOT_NS_PER_MS : NAN;
}

static void axis_widen(double value, double *least, double *most)
{
	if (!isfinite(value))
		return;
	*least = fmin(*least, value);
	*most = fmax(*most, value);
}

struct plot_axis plot_latency_axis(const struct analysis *analysis, bool warmup)
{
	double least = INFINITY, most = 0;

	for (size_t i = 0; i < analysis->subject_count; i++) {
		const struct analysis_summary *summary = plot_latency(analysis, i);

		for (size_t k = 0; summary && k < summary->count; k++)
			axis_widen(summary->values[k] / PLOT_NS_PER_MS, &least, &most);
		for (size_t k = 0; warmup && k < analysis->recording->briefs.count; k++)
			axis_widen(plot_warmup_ms(analysis->recording->briefs.list[k],
						  analysis->subjects[i].name),
				   &least, &most);
	}
	return axis_make(least, most);
}

void plot_axis_write(struct script *script, const struct plot_axis *axis)
{
	script_number(script, axis->low, "x_low");
	script_number(script, axis->high, "x_high");
	script_number(script, axis->log, "x_log");
	script_text(script,
		    axis->log	 ? "logarithmic axis: each ten times longer takes the same width"
		    : axis->zero ? "milliseconds"
				 : "milliseconds (the axis does not begin at 0)",
		    "axis_title");
}
