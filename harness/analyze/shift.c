/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/analyze/shift.h"

#include <math.h>

#include "harness/analyze/rank.h"
#include "harness/analyze/sums.h"
#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"

static double mean_of_two(double a, double b)
{
	return a == b ? a : (a + b) / 2;
}

static double median_sum(const struct sums *sums, size_t count)
{
	double middle, next;

	sums_select_two(sums, (count + 1) / 2, &middle, count % 2 ? NULL : &next);
	return count % 2 ? middle : mean_of_two(middle, next);
}

static struct estimate estimate_of(struct sums sums, size_t count, struct rank_range range)
{
	struct sums low = sums, high = sums;
	struct estimate estimate = stats_unknown;

	low.unknown = -INFINITY;
	high.unknown = INFINITY;
	estimate.value = median_sum(&low, count);
	if (sums_have_unknown(&sums))
		estimate.value = mean_of_two(estimate.value, median_sum(&high, count));
	if (range.lo > 0)
		estimate.ci = (struct interval){
			.lo = sums_select(&low, range.lo),
			.hi = sums_select(&high, range.hi),
			.known = true,
			.confidence = range.confidence,
		};
	return estimate;
}

struct estimate shift_paired(const double *differences, size_t n, double confidence)
{
	cleanup_free double *halves = stats_sorted(differences, n);
	struct sums sums = { .a = halves, .b = halves, .m = n, .n = n, .half = true };

	if (n == 0)
		return stats_unknown;
	for (size_t i = 0; i < n; i++)
		halves[i] /= 2;
	return estimate_of(sums, n * (n + 1) / 2, rank_of_walsh(n, confidence));
}

struct estimate shift_unpaired(const double *x, size_t m, const double *y, size_t n, double confidence)
{
	cleanup_free double *minus_x = stats_sorted(x, m);
	cleanup_free double *plus_y = stats_sorted(y, n);
	struct sums sums = { .a = plus_y, .b = minus_x, .m = n, .n = m };

	if (m == 0 || n == 0)
		return stats_unknown;
	for (size_t i = 0; i < m; i++)
		minus_x[i] = -minus_x[i];
	stats_sort(minus_x, m);
	return estimate_of(sums, m * n, rank_of_shift(m, n, confidence));
}
