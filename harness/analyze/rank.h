/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ranks and their distributions under the null hypothesis: which order statistics bound a quantile, a median
 * of Walsh averages or a median of differences, and how likely a rank statistic is. No normal data is
 * assumed; the distributions are exact wherever the doc comment does not say otherwise.
 */
#pragma once

#include <stddef.h>

/** Above these sizes a normal approximation takes the place of the exact distribution. */
enum {
	RANK_EXACT_SIGNED_RANGE = 40, /**< pairs, for an interval (method 5.3) */
	RANK_EXACT_SIGNED_P = 256,    /**< pairs that differ, for a p-value */
	RANK_EXACT_SUM = 20,	      /**< values on either side (method 5.4) */
};

/**
 * Two order statistics, counted from 1, that hold the wanted value with at least the confidence asked for.
 * `confidence` is what they really have (the one asked for where the distribution is approximate). `lo` = 0:
 * there are too few values for any such pair, or the arguments make no sense.
 */
struct rank_range {
	size_t lo, hi;
	double confidence;
};

/** P(X <= k) for X of the binomial distribution of n and q; 0 < q < 1. */
double rank_binomial_cdf(size_t k, size_t n, double q);
/** z with P(Z <= z) = p for a standard normal Z; 0 < p < 1. */
double rank_normal_quantile(double p);

/** The order statistics of n values that bound the q-quantile (method 5.2; Thompson 1936, Nair 1940). */
struct rank_range rank_of_quantile(size_t n, double q, double confidence);
/** The order statistics of n (n + 1) / 2 Walsh averages that bound their centre (method 5.3; Tukey 1949). */
struct rank_range rank_of_walsh(size_t n, double confidence);
/** The order statistics of the m n differences that bound the shift (method 5.4; Moses 1953). */
struct rank_range rank_of_shift(size_t m, size_t n, double confidence);

/** The rank of each value, from 1; equal values share the mean of theirs. Infinities are values too. */
void rank_values(const double *values, size_t n, double *ret_ranks);

/** A two-sided p-value and the rank-biserial correlation: -1 (all against) to 1 (all for). */
struct rank_test {
	double p, effect;
};

/**
 * Sign-flip permutation test of n differences about 0 on the statistic of Wilcoxon (1945): the signed ranks,
 * as these also exist for infinite differences. Zeros are left out; ties have mean ranks. The p-value is that
 * of all 2^n flips (summed by dynamic programming). The effect is that of matched pairs (Kerby 2014). n = 0,
 * or all zero: p 1, effect 0.
 */
struct rank_test rank_test_signed(const double *differences, size_t n);
/**
 * Permutation test of Mann and Whitney (1947): are the n values of y rather above (effect > 0) or below the m
 * of x? Exact over all regroupings, with ties, where both are at most RANK_EXACT_SUM. An empty side: p 1,
 * effect 0.
 */
struct rank_test rank_test_sum(const double *x, size_t m, const double *y, size_t n);
