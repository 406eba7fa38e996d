/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/analyze/marginal.h"

#include <math.h>

#include "harness/analyze/experiment-ramp.h"
#include "harness/analyze/slope.h"
#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"

static const struct ramp_fit *fit_of(const struct ramp_fit *fits, size_t count, size_t subject)
{
	for (size_t i = 0; i < count; i++)
		if (fits[i].subject == subject && fits[i].ramps)
			return &fits[i];
	return NULL;
}

/* The slope of one ramp, and the turn that it was measured in; NAN: it has none. */
static double slope_of(const struct ramp_fit *fit, size_t ramp, int64_t *ret_sample)
{
	cleanup_free struct slope_point *points = alloc_zero(fit->point_count + 1, sizeof(*points));
	size_t count = 0;
	double intercept;

	for (size_t i = 0; i < fit->point_count; i++) {
		const struct ramp_point *p = &fit->points[i];

		if (p->ramp != ramp || !p->fitted)
			continue;
		*ret_sample = p->sample;
		points[count++] = (struct slope_point){p->n, p->footprint_bytes, ramp};
	}
	return slope_theil_sen(points, count, &intercept);
}

/* SIZE_MAX: it has none. */
static size_t sample_of(const struct analysis_subject *subject, int64_t id)
{
	for (size_t i = 0; i < subject->sample_count; i++)
		if (subject->samples[i]->id == id)
			return i;
	return SIZE_MAX;
}

void marginal_collect(const struct analysis *analysis, struct analysis_summary *summary)
{
	if (metric_is_of_samples(summary->metric))
		return;
	const struct analysis_subject *subject = &analysis->subjects[summary->subject];
	size_t count;
	struct ramp_fit *fits = ramp_fits_make(analysis, &count);
	const struct ramp_fit *fit = fit_of(fits, count, summary->subject);

	for (size_t ramp = 0; fit && ramp < fit->ramps && summary->count < subject->sample_count; ramp++) {
		int64_t id = 0;
		double slope = slope_of(fit, ramp, &id);
		size_t at = isnan(slope) ? SIZE_MAX : sample_of(subject, id);

		if (at == SIZE_MAX)
			continue;
		summary->at[summary->count] = (uint32_t)at;
		summary->values[summary->count++] = slope;
	}
	ramp_fits_free(fits, count);
}

void marginal_settle(const struct analysis *analysis, struct analysis_summary *summary)
{
	if (metric_is_of_samples(summary->metric))
		return;
	size_t count;
	struct ramp_fit *fits = ramp_fits_make(analysis, &count);
	const struct ramp_fit *fit = fit_of(fits, count, summary->subject);

	if (fit && summary->count) {
		summary->stats.median = fit->marginal.value;
		summary->stats.ci = fit->marginal.ci;
	}
	ramp_fits_free(fits, count);
}
