/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The estimators of Hodges and Lehmann (1963), by selection instead of by a list of all sums: 2 000 against 2
 * 000 values take milliseconds and no memory to speak of.
 *
 * Infinite (censored) values are legal ranks. What no rank tells, the mean of -INFINITY and +INFINITY or the
 * difference of two of the same sign, is taken as low for the lower end of an interval and as high for the
 * upper one, and half way between both for the estimate; NaN where that is nowhere.
 */
#pragma once

#include "harness/analyze/stats.h"

/** The median of all (d_i + d_j) / 2, i <= j, with the interval of Tukey (method 5.3). n = 0: NaN. */
struct estimate shift_paired(const double *differences, size_t n, double confidence);
/** The median of all y_j - x_i, with the interval of Moses (method 5.4). An empty side: NaN. */
struct estimate shift_unpaired(const double *x, size_t m, const double *y, size_t n, double confidence);
