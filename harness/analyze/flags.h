/* SPDX-License-Identifier: Apache-2.0 */
/* Signs that the values are not what the statistics take them for: independent, settled, of one kind. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/** Correlation of ranks, with the two-sided p-value of the t approximation (Spearman 1904). */
struct flags_trend {
	double rho, p; /**< NaN where there are fewer than 4 values or all are equal */
	bool raised;
};

/** Two groups of values. Medians are in the unit of the values. */
struct flags_modes {
	bool known;   /**< 20 or more finite values, all positive */
	double share; /**< of the variance of the logarithms that the split explains, 0 to 1 */
	bool raised;
	double low_median, high_median;
	double low_weight; /**< the lower group's share of the values */
};

/** F-WARMUP (R5.2): do the first 10 values, in order of time, still rise or fall (p < 0.01)? */
struct flags_trend flags_warmup(const double *values, size_t n);
/**
 * F-AUTOCORR (R5.9): the lag-1 autocorrelation of values in order of time, raised where beyond 2 / sqrt(n).
 * Infinite values are left out. NaN, not raised: fewer than 4 values, or all equal.
 */
double flags_autocorrelation(const double *values, size_t n, bool *ret_raised);
/**
 * F-MULTIMODAL (R5.8): do two groups explain more than 85 % of the variance? Best split of the sorted
 * logarithms (Fisher 1958, two groups), winsorised at 3 interquartile ranges, each group with 15 % of the
 * values and at least 3.
 */
struct flags_modes flags_modes(const double *values, size_t n);
