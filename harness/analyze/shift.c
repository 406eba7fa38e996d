/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The k-th smallest of the sums of two sorted arrays: counting the sums up to a limit is one walk along the
 * border of the sorted matrix (Johnson and Mizoguchi 1978), and the limit is found by halving the ordered set
 * of doubles.
 */
#include "harness/analyze/shift.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "harness/analyze/rank.h"
#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"

/* All a[i] + b[j]; where `half` is set, a is b and only i <= j counts. Both are sorted. */
struct sums {
	const double *a, *b;
	size_t m, n;
	bool half;
	double unknown; /* what -INFINITY and +INFINITY add up to */
};

static double sum_of(const struct sums *sums, size_t i, size_t j)
{
	double sum = sums->a[i] + sums->b[j];

	return isnan(sum) ? sums->unknown : sum;
}

/* An unknown sum, if there is one, is also one of a smallest and a largest. */
static bool has_unknown(const struct sums *sums)
{
	return isnan(sums->a[0] + sums->b[sums->n - 1]) || isnan(sums->a[sums->m - 1] + sums->b[0]);
}

static size_t sums_up_to(const struct sums *sums, double limit)
{
	size_t count = 0, diagonal = 0, j = sums->n;

	for (size_t i = 0; i < sums->m; i++) {
		while (j > 0 && sum_of(sums, i, j - 1) > limit)
			j--;
		count += j;
		diagonal += sums->half && sum_of(sums, i, i) <= limit;
	}
	return sums->half ? (count + diagonal) / 2 : count;
}

/* An integer for each double that is no NaN, in the same order; and back. */
static uint64_t key_of(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits >> 63 ? ~bits : bits | 1ull << 63;
}

static double value_of(uint64_t key)
{
	uint64_t bits = key >> 63 ? key & ~(1ull << 63) : ~key;
	double value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

/* The k-th smallest sum, k from 1. */
static double select_sum(const struct sums *sums, size_t k)
{
	uint64_t lo = key_of(sum_of(sums, 0, 0)), hi = key_of(sum_of(sums, sums->m - 1, sums->n - 1));

	while (lo < hi) {
		uint64_t middle = lo + (hi - lo) / 2;

		if (sums_up_to(sums, value_of(middle)) >= k)
			hi = middle;
		else
			lo = middle + 1;
	}
	return value_of(lo) + 0.0; /* -0 becomes 0 */
}

static double mean_of_two(double a, double b)
{
	return a == b ? a : (a + b) / 2;
}

static double median_sum(const struct sums *sums, size_t count)
{
	double middle = select_sum(sums, (count + 1) / 2);

	return count % 2 ? middle : mean_of_two(middle, select_sum(sums, count / 2 + 1));
}

static struct estimate estimate_of(struct sums sums, size_t count, struct rank_range range)
{
	struct sums low = sums, high = sums;
	struct estimate estimate = stats_unknown;

	low.unknown = -INFINITY;
	high.unknown = INFINITY;
	estimate.value = median_sum(&low, count);
	if (has_unknown(&sums))
		estimate.value = mean_of_two(estimate.value, median_sum(&high, count));
	if (range.lo > 0)
		estimate.ci = (struct interval){
			.lo = select_sum(&low, range.lo),
			.hi = select_sum(&high, range.hi),
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
