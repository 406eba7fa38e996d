/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two subjects by one metric: how many times x is y? Always y over x and y minus x. Pairs come from the
 * blocks of one run (method 5.3); values without pairs from two runs (method 5.4).
 */
#pragma once

#include "harness/analyze/stats.h"

/** Both subjects' values, in block order where paired; +INFINITY: censored. Other failures are no values. */
struct compare_data {
	const double *x, *y;
	size_t x_count, y_count;
	double confidence; /**< of the intervals, such as 0.95 */
};

/** Every `value` may be NaN (not decided by the data), 0 or INFINITY (too many values censored). */
struct comparison {
	bool paired;
	size_t x_count, y_count;       /**< values used; the number of pairs in both where paired */
	size_t dropped;		       /**< pairs left out as both values are censored */
	bool ratio_defined;	       /**< false: a value is 0 or negative, or none is left */
	struct estimate ratio;	       /**< y / x; exp of the Hodges-Lehmann estimate on logarithms */
	struct estimate difference;    /**< y - x in the metric's unit, Hodges-Lehmann */
	struct estimate ratio_trimmed; /**< without severe outliers, for a line on sensitivity (R5.7) */
	size_t trimmed;		/**< pairs (values, where not paired) that `ratio_trimmed` leaves out */
	double p;		/**< two-sided, not adjusted (rank_test_signed, rank_test_sum) */
	double effect;		/**< rank-biserial correlation, -1 to 1; above 0: y is larger */
	double autocorrelation; /**< lag 1, of the log ratios in block order; NaN: not paired, or too few */
	bool dependent; /**< F-AUTOCORR (R5.9): blocks depend on those before; intervals are too narrow */
};

/**
 * Pair i is x[i] and y[i]. p and effect are those of the log ratios, or of the differences where no ratio is
 * defined. Error (-EINVAL): the counts differ, a value is NaN or -INFINITY, or confidence is outside (0, 1).
 */
int compare_paired(const struct compare_data *data, struct comparison *ret, struct error *err);
/** Independent values of two runs. Errors as compare_paired(), but the counts may differ. */
int compare_unpaired(const struct compare_data *data, struct comparison *ret, struct error *err);
