/* SPDX-License-Identifier: Apache-2.0 */
/* The k-th smallest of all sums of two sorted arrays, without a list of them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/** All a[i] + b[j]; where `half` is set, a is b, m is n, and only i <= j counts. Both are sorted, no value is NAN. */
struct sums {
	const double *a, *b;
	size_t m, n; /**< at least 1 */
	bool half;
	double unknown; /**< what -INFINITY and +INFINITY add up to: one of them */
};

/** Is there a sum of -INFINITY and +INFINITY? */
bool sums_have_unknown(const struct sums *sums);
/**
 * The k-th smallest, k from 1 to the number of sums; never -0. In O(n log n) time: a walk along the border of the
 * sorted matrix counts the sums up to a limit (Johnson and Mizoguchi 1978). The limits come from a random sample of
 * what is left, on both sides of the wanted rank (Floyd and Rivest 1975), and then, as very many sums are spread
 * evenly within a small range, by interpolation. The sample is drawn from a fixed seed, and the result, which is exact,
 * depends on none of it.
 */
double sums_select(const struct sums *sums, size_t k);
/** And the one after it, where `ret_second` is not NULL: in little more than the time of one. */
void sums_select_two(const struct sums *sums, size_t k, double *ret_first, double *ret_second);
