/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of what the statistics assume. */
#include "harness/analyze/flags.h"

#include <math.h>

#include "harness/analyze/rank.h"
#include "harness/analyze/stats.h"
#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"

#define WARMUP_VALUES 10
#define WARMUP_P 0.01
#define MODES_VALUES 20
#define MODES_PART 0.15
#define MODES_SHARE 0.85
#define FEWEST 4

/* Two-sided, of a correlation of n pairs: Student's t with n - 2 degrees (Abramowitz and Stegun 26.7.3-4). */
static double correlation_p(double r, size_t n)
{
	double sine = fmin(1, fabs(r)), cosine = sqrt(1 - sine * sine);
	size_t freedom = n - 2;
	double term = freedom % 2 ? cosine : 1, sum = freedom > 1 ? term : 0;

	for (size_t k = freedom % 2 + 2; k < freedom; k += 2) {
		term *= cosine * cosine * (double)(k - 1) / (double)k;
		sum += term;
	}
	return fmax(0, 1 - (freedom % 2 ? M_2_PI * (asin(sine) + sine * sum) : sine * sum));
}

static double correlation(const double *a, const double *b, size_t n)
{
	double a_mean = 0, b_mean = 0, products = 0, a_squares = 0, b_squares = 0;

	for (size_t i = 0; i < n; i++) {
		a_mean += a[i];
		b_mean += b[i];
	}
	a_mean /= (double)n;
	b_mean /= (double)n;
	for (size_t i = 0; i < n; i++) {
		products += (a[i] - a_mean) * (b[i] - b_mean);
		a_squares += (a[i] - a_mean) * (a[i] - a_mean);
		b_squares += (b[i] - b_mean) * (b[i] - b_mean);
	}
	return products / sqrt(a_squares * b_squares);
}

/* Asked for instead of a variance of 0, which rounding of the mean can hide. */
static bool all_equal(const double *values, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (values[i] != values[0])
			return false;
	return true;
}

struct flags_trend flags_warmup(const double *values, size_t n)
{
	struct flags_trend trend = { .rho = NAN, .p = NAN };
	double ranks[WARMUP_VALUES], order[WARMUP_VALUES];
	size_t used = n < WARMUP_VALUES ? n : WARMUP_VALUES;

	if (used < FEWEST || all_equal(values, used))
		return trend;
	rank_values(values, used, ranks);
	for (size_t i = 0; i < used; i++)
		order[i] = (double)i;
	trend.rho = correlation(order, ranks, used);
	trend.p = correlation_p(trend.rho, used);
	trend.raised = trend.p < WARMUP_P;
	return trend;
}

/* The finite values, in their order, for free(). */
static double *take_finite(const double *values, size_t n, size_t *ret_count)
{
	double *finite = alloc_zero(n, sizeof(*finite));

	*ret_count = 0;
	for (size_t i = 0; i < n; i++)
		if (isfinite(values[i]))
			finite[(*ret_count)++] = values[i];
	return finite;
}

double flags_autocorrelation(const double *values, size_t n, bool *ret_raised)
{
	size_t count;
	cleanup_free double *finite = take_finite(values, n, &count);
	double mean = 0, products = 0, squares = 0;

	*ret_raised = false;
	if (count < FEWEST || all_equal(finite, count))
		return NAN;
	for (size_t i = 0; i < count; i++)
		mean += finite[i] / (double)count;
	for (size_t i = 0; i < count; i++) {
		squares += (finite[i] - mean) * (finite[i] - mean);
		if (i > 0)
			products += (finite[i] - mean) * (finite[i - 1] - mean);
	}
	*ret_raised = fabs(products / squares) > 2 / sqrt((double)count);
	return products / squares;
}

/* Draws the far ends of sorted logarithms in to the outer fences. */
static void winsorise(double *logs, size_t n)
{
	struct stats_fences fences = stats_fences(logs, n, FENCE_SEVERE);

	for (size_t i = 0; i < n; i++)
		logs[i] = fmin(fmax(logs[i], fences.lo), fences.hi);
}

/* The size of the lower group of the split that explains most, and the share that it explains. */
static size_t best_split(const double *sorted, size_t n, double *ret_share)
{
	double mean = 0, squares = 0, below = 0, best = 0;
	size_t fewest = (size_t)fmax(3, ceil(MODES_PART * (double)n)), split = fewest;

	for (size_t i = 0; i < n; i++)
		mean += sorted[i] / (double)n;
	for (size_t i = 0; i < n; i++)
		squares += (sorted[i] - mean) * (sorted[i] - mean);
	for (size_t low = 1; low <= n - fewest; low++) {
		below += sorted[low - 1] - mean;
		double between = below * below * (1 / (double)low + 1 / (double)(n - low));

		if (low >= fewest && between > best) {
			best = between;
			split = low;
		}
	}
	*ret_share = all_equal(sorted, n) ? 0 : fmin(1, best / squares);
	return split;
}

struct flags_modes flags_modes(const double *values, size_t n)
{
	struct flags_modes modes = { .share = NAN, .low_median = NAN, .high_median = NAN, .low_weight = NAN };
	size_t count;
	cleanup_free double *sorted = take_finite(values, n, &count);
	cleanup_free double *logs = alloc_zero(count, sizeof(*logs));

	stats_sort(sorted, count);
	if (count < MODES_VALUES || !(sorted[0] > 0))
		return modes;
	for (size_t i = 0; i < count; i++)
		logs[i] = log(sorted[i]);
	winsorise(logs, count);
	size_t low = best_split(logs, count, &modes.share);

	modes.known = true;
	modes.raised = modes.share > MODES_SHARE;
	modes.low_median = stats_quantile(sorted, low, 0.5);
	modes.high_median = stats_quantile(sorted + low, count - low, 0.5);
	modes.low_weight = (double)low / (double)count;
	return modes;
}
