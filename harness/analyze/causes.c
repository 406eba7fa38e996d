/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/analyze/causes.h"

#include <math.h>

#include "harness/analyze/analysis.h"
#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"

static double known(int64_t number)
{
	return number == UNKNOWN ? NAN : (double)number;
}

static double cache_of(const struct brief *s)
{
	const struct cache_state state = brief_cache(s);

	return 100 * (1 - cache_state_ratio(&state));
}

static double steal_of(const struct brief *s)
{
	return known(s->steal_ns);
}

static double pressure_of(const struct brief *s)
{
	return 1000 * known(s->psi_cpu_some_us);
}

static double switches_of(const struct brief *s)
{
	return known(s->involuntary_switches);
}

static double faults_of(const struct brief *s)
{
	return known(s->major_faults);
}

static double notify_of(const struct brief *s)
{
	return known(brief_span_ns(s, EVENT_READY_SRC, EVENT_READY_OBS));
}

/* `least`: a difference below it tells nothing. */
static const struct {
	const char *text, *unit;
	double least;
	double (*value)(const struct brief *sample);
} causes[CAUSE_COUNT] = {
	[CAUSE_CACHE] = {"of the image was not resident", "%", 1, cache_of},
	[CAUSE_STEAL] = {"stolen by the hypervisor below", "ns", 1, steal_of},
	[CAUSE_PRESSURE] = {"waited for a CPU (pressure)", "ns", 1000, pressure_of},
	[CAUSE_SWITCHES] = {"involuntary switches", "", 1, switches_of},
	[CAUSE_FAULTS] = {"major page faults", "", 1, faults_of},
	[CAUSE_NOTIFY] = {"until the ready byte was seen", "ns", 1000, notify_of},
};

const char *cause_text(enum cause cause)
{
	return causes[cause].text;
}

const char *cause_unit(enum cause cause)
{
	return causes[cause].unit;
}

/* The values of the slow samples, or of the others, sorted; returns how many are known. */
static size_t take_side(const struct analysis_summary *sum, double fence, bool slow, enum cause cause,
			double *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < sum->count; i++) {
		double value = causes[cause].value(analysis_sample(sum, i));

		if ((sum->values[i] > fence) == slow && !isnan(value))
			ret[n++] = value;
	}
	stats_sort(ret, n);
	return n;
}

/* A sign: half of the slow ones have more of it than nine of ten others. */
static void look(const struct analysis_summary *sum, enum cause cause, struct slow_samples *found)
{
	cleanup_free double *slow = alloc_zero(sum->count, sizeof(*slow));
	cleanup_free double *others = alloc_zero(sum->count, sizeof(*others));
	size_t m = take_side(sum, found->above_ns, true, cause, slow);
	size_t n = take_side(sum, found->above_ns, false, cause, others);

	if (!m || !n)
		return;
	double median = stats_quantile(slow, m, 0.5);

	if (median >= stats_quantile(others, n, 0.9) + causes[cause].least)
		found->hints[found->hint_count++] =
			(struct cause_hint){cause, median, stats_quantile(others, n, 0.5)};
}

struct slow_samples *causes_find(const struct analysis *a, size_t *ret_count)
{
	struct slow_samples *rows = NULL;

	*ret_count = 0;
	for (size_t i = 0; i < a->subject_count; i++) {
		const struct analysis_summary *sum = analysis_summary_find(a, "request_to_ready_ns", i);

		if (!sum || !sum->count)
			continue;
		cleanup_free double *sorted = stats_sorted(sum->values, sum->count);
		struct slow_samples row = {.subject = i,
					   .of = sum->count,
					   .above_ns = stats_fences(sorted, sum->count, FENCE_MILD).hi};

		for (size_t k = 0; k < sum->count; k++)
			row.slow += sum->values[k] > row.above_ns;
		if (!row.slow)
			continue;
		for (size_t c = 0; c < CAUSE_COUNT; c++)
			look(sum, (enum cause)c, &row);
		rows = alloc_grow(rows, *ret_count + 1, sizeof(*rows));
		rows[(*ret_count)++] = row;
	}
	return rows;
}
