/* SPDX-License-Identifier: Apache-2.0 */
/* Null distributions of rank statistics by dynamic programming over the sums that the ranks can have. */
#include "harness/analyze/rank.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"

/* A tail that equals its limit but for rounding is within it. */
#define TAIL_SLACK (1 + 1e-9)

static const struct rank_range no_range;

static bool confidence_valid(double confidence)
{
	return confidence > 0 && confidence < 1;
}

static double binomial_pmf(size_t k, size_t n, double q)
{
	int sign;
	double ways = lgamma_r((double)n + 1, &sign) - lgamma_r((double)k + 1, &sign) -
		      lgamma_r((double)(n - k) + 1, &sign);

	return exp(ways + (double)k * log(q) + (double)(n - k) * log1p(-q));
}

double rank_binomial_cdf(size_t k, size_t n, double q)
{
	double sum = 0;

	for (size_t i = 0; i <= k && i <= n; i++)
		sum += binomial_pmf(i, n, q);
	return fmin(sum, 1);
}

double rank_normal_quantile(double p)
{
	double lo = -40, hi = 40;

	for (int i = 0; i < 100; i++) {
		double middle = (lo + hi) / 2;

		if (0.5 * erfc(-middle * M_SQRT1_2) < p)
			lo = middle;
		else
			hi = middle;
	}
	return (lo + hi) / 2;
}

struct rank_range rank_of_quantile(size_t n, double q, double confidence)
{
	struct rank_range range = no_range;
	double tail = (1 - confidence) / 2 * TAIL_SLACK, below = 0, below_lo = 0;

	if (!confidence_valid(confidence) || !(q > 0 && q < 1))
		return no_range;
	for (size_t rank = 1; rank <= n && !range.hi; rank++) {
		below += binomial_pmf(rank - 1, n, q);
		if (below <= tail) {
			range.lo = rank;
			below_lo = below;
		}
		if (1 - below <= tail)
			range.hi = rank;
	}
	if (!range.lo || !range.hi)
		return no_range;
	range.confidence = below - below_lo;
	return range;
}

/* P(S = s) for the sum S of a subset of the weights, each of them in it with probability 1/2. */
static double *subset_sums(const size_t *weights, size_t n, size_t *ret_total)
{
	size_t total = 0, reached = 0;

	for (size_t i = 0; i < n; i++)
		total += weights[i];
	double *p = alloc_zero(total + 1, sizeof(*p));

	p[0] = 1;
	for (size_t i = 0; i < n; i++) {
		size_t weight = weights[i];

		reached += weight;
		for (size_t s = reached + 1; s-- > 0;)
			p[s] = (p[s] + (s >= weight ? p[s - weight] : 0)) / 2;
	}
	*ret_total = total;
	return p;
}

/* P(S = s) for the sum S of `chosen` of the weights, each choice equally likely. */
static double *choice_sums(const size_t *weights, size_t n, size_t chosen, size_t *ret_total)
{
	size_t total = 0, reached = 0;
	double ways = 0;

	for (size_t i = 0; i < n; i++)
		total += weights[i];
	size_t row = total + 1;
	cleanup_free double *count = alloc_zero((chosen + 1) * row, sizeof(*count));
	double *p = alloc_zero(row, sizeof(*p));

	count[0] = 1;
	for (size_t i = 0; i < n; i++) {
		reached += weights[i];
		for (size_t c = i < chosen ? i + 1 : chosen; c > 0; c--)
			for (size_t s = weights[i]; s <= reached; s++)
				count[c * row + s] += count[(c - 1) * row + s - weights[i]];
	}
	for (size_t s = 0; s <= total; s++)
		ways += count[chosen * row + s];
	for (size_t s = 0; s <= total; s++)
		p[s] = count[chosen * row + s] / ways;
	*ret_total = total;
	return p;
}

/* What is left when as much as its tails allow is cut from a symmetric statistic of 0 to `size`. */
static struct rank_range range_exact(const double *p, size_t size, double confidence)
{
	double tail = (1 - confidence) / 2 * TAIL_SLACK, below = 0;
	size_t cut = 0;

	while (cut < size && below + p[cut] <= tail)
		below += p[cut++];
	if (cut == 0)
		return no_range;
	return (struct rank_range){ .lo = cut, .hi = size - cut + 1, .confidence = 1 - 2 * below };
}

static struct rank_range range_normal(double size, double sd, double confidence)
{
	double cut = floor(size / 2 - rank_normal_quantile((1 + confidence) / 2) * sd);

	if (!(cut >= 1))
		return no_range;
	return (struct rank_range){ .lo = (size_t)cut,
				    .hi = (size_t)(size - cut) + 1,
				    .confidence = confidence };
}

/* The ranks 1 to n, as weights. */
static size_t *plain_weights(size_t n)
{
	size_t *weights = alloc_zero(n, sizeof(*weights));

	for (size_t i = 0; i < n; i++)
		weights[i] = i + 1;
	return weights;
}

struct rank_range rank_of_walsh(size_t n, double confidence)
{
	double count = (double)n;
	size_t total;

	if (!confidence_valid(confidence))
		return no_range;
	if (n > RANK_EXACT_SIGNED_RANGE)
		return range_normal(count * (count + 1) / 2, sqrt(count * (count + 1) * (2 * count + 1) / 24),
				    confidence);
	cleanup_free size_t *weights = plain_weights(n);
	cleanup_free double *p = subset_sums(weights, n, &total);

	return range_exact(p, total, confidence);
}

struct rank_range rank_of_shift(size_t m, size_t n, double confidence)
{
	double product = (double)m * (double)n;
	size_t total;

	if (!confidence_valid(confidence) || m == 0 || n == 0)
		return no_range;
	if (m > RANK_EXACT_SUM || n > RANK_EXACT_SUM)
		return range_normal(product, sqrt(product * (double)(m + n + 1) / 12), confidence);
	cleanup_free size_t *weights = plain_weights(m + n);
	cleanup_free double *p = choice_sums(weights, m + n, m, &total);

	return range_exact(p + m * (m + 1) / 2, m * n, confidence);
}

struct ranked {
	double value;
	size_t index;
};

static int ranked_compare(const void *a, const void *b)
{
	double left = ((const struct ranked *)a)->value, right = ((const struct ranked *)b)->value;

	return (left > right) - (left < right);
}

void rank_values(const double *values, size_t n, double *ret_ranks)
{
	cleanup_free struct ranked *sorted = alloc_zero(n, sizeof(*sorted));

	for (size_t i = 0; i < n; i++)
		sorted[i] = (struct ranked){ .value = values[i], .index = i };
	qsort(sorted, n, sizeof(*sorted), ranked_compare);
	for (size_t first = 0, end; first < n; first = end) {
		for (end = first + 1; end < n && sorted[end].value == sorted[first].value;)
			end++;
		for (size_t i = first; i < end; i++)
			ret_ranks[sorted[i].index] = (double)(first + 1 + end) / 2;
	}
}

/* Twice the rank, so that a shared rank is a whole number too. */
static size_t *doubled_ranks(const double *values, size_t n)
{
	cleanup_free double *ranks = alloc_zero(n, sizeof(*ranks));
	size_t *doubled = alloc_zero(n, sizeof(*doubled));

	rank_values(values, n, ranks);
	for (size_t i = 0; i < n; i++)
		doubled[i] = (size_t)(2 * ranks[i]);
	return doubled;
}

static double two_sided_exact(const double *p, size_t total, size_t observed)
{
	double below = 0, above = 0;

	for (size_t s = 0; s <= observed; s++)
		below += p[s];
	for (size_t s = observed; s <= total; s++)
		above += p[s];
	return fmin(1, 2 * fmin(below, above));
}

/* With the continuity correction of half a rank, which is 1 as the ranks are doubled. */
static double two_sided_normal(double distance, double variance)
{
	return variance > 0 ? erfc(fmax(0, fabs(distance) - 1) / sqrt(2 * variance)) : 1;
}

struct rank_test rank_test_signed(const double *differences, size_t n)
{
	cleanup_free double *sizes = alloc_zero(n, sizeof(*sizes));
	cleanup_free bool *positive = alloc_zero(n, sizeof(*positive));
	size_t used = 0, observed = 0, total;
	double sum = 0, squares = 0;

	for (size_t i = 0; i < n; i++) {
		if (differences[i] == 0)
			continue;
		positive[used] = differences[i] > 0;
		sizes[used++] = fabs(differences[i]);
	}
	if (used == 0)
		return (struct rank_test){ .p = 1 };
	cleanup_free size_t *weights = doubled_ranks(sizes, used);

	for (size_t i = 0; i < used; i++) {
		observed += positive[i] ? weights[i] : 0;
		sum += (double)weights[i];
		squares += (double)weights[i] * (double)weights[i];
	}
	struct rank_test test = { .effect = 2 * (double)observed / sum - 1 };

	if (used > RANK_EXACT_SIGNED_P) {
		test.p = two_sided_normal((double)observed - sum / 2, squares / 4);
		return test;
	}
	cleanup_free double *p = subset_sums(weights, used, &total);

	test.p = two_sided_exact(p, total, observed);
	return test;
}

struct rank_test rank_test_sum(const double *x, size_t m, const double *y, size_t n)
{
	size_t all = m + n, observed = 0, total;
	double centre = (double)(all + 1), mean = (double)n * centre, squares = 0; /* of doubled ranks */
	cleanup_free double *pooled = alloc_zero(all, sizeof(*pooled));

	if (m == 0 || n == 0)
		return (struct rank_test){ .p = 1 };
	for (size_t i = 0; i < all; i++)
		pooled[i] = i < m ? x[i] : y[i - m];
	cleanup_free size_t *weights = doubled_ranks(pooled, all);

	for (size_t i = 0; i < all; i++) {
		double off = (double)weights[i] - centre;

		observed += i < m ? 0 : weights[i];
		squares += off * off;
	}
	double product = (double)m * (double)n;
	struct rank_test test = { .effect = ((double)observed - mean) / product };

	if (m > RANK_EXACT_SUM || n > RANK_EXACT_SUM) {
		test.p = two_sided_normal((double)observed - mean,
					  product / ((double)all * (double)(all - 1)) * squares);
		return test;
	}
	cleanup_free double *p = choice_sums(weights, all, n, &total);

	test.p = two_sided_exact(p, total, observed);
	return test;
}
