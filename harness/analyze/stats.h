/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One set of values: where it lies, how it spreads, and how well that is known (method 5.2 and 5.7). A value
 * may be +INFINITY: an attempt that had not ended when its time ran out. Such a value is censored, not
 * missing: it takes part in everything that needs only ranks, and a result of INFINITY reads "at least the
 * timeout".
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "harness/base/error.h"

/** Interquartile ranges beyond the quartiles (Tukey 1977, inner and outer fences). */
#define FENCE_MILD 1.5
#define FENCE_SEVERE 3.0

/** `known` = false: too few values for the confidence: print "no interval". Ends may be infinite. */
struct interval {
	double lo, hi; /**< NaN where not known */
	bool known;
	double confidence; /**< what it really has (exact: at least what was asked for); 0: not known */
};

/** A number with its interval. `value` is NaN where the data does not decide it. */
struct estimate {
	double value;
	struct interval ci;
};

/** NaN, without an interval. */
extern const struct estimate stats_unknown;

/** In the unit of the values. NaN: not defined for these values. */
struct stats_summary {
	size_t n, censored; /**< all values; those that are +INFINITY among them */
	double mean, sd;    /**< NaN where a value is censored; sd has the divisor n - 1 */
	double median;	    /**< INFINITY where half of the values or more are censored */
	struct interval ci; /**< of the median; needs n >= 6 for 95 % */
	double min, p25, p75, p90, max;
	struct interval p90_ci; /**< needs n >= 36 for 95 % */
	double mad;		/**< median absolute deviation from the median, not scaled */
	size_t outliers_mild;	/**< beyond FENCE_MILD but not beyond FENCE_SEVERE */
	size_t outliers_severe; /**< beyond FENCE_SEVERE */
};

/** Values outside are outliers. They are counted, never removed. */
struct stats_fences {
	double lo, hi;
};

/** Every figure about `n` values, 0 too. Error (-EINVAL): NaN or -INFINITY; confidence outside (0, 1). */
int stats_summary(const double *values, size_t n, double confidence, struct stats_summary *ret,
		  struct error *err);
/** The two checks that stats_summary() makes, for others that take values. */
int stats_check(const double *values, size_t n, struct error *err);
int stats_check_confidence(double confidence, struct error *err);

/** Ascending, in place. */
void stats_sort(double *values, size_t n);
/** A sorted copy, for free(). */
double *stats_sorted(const double *values, size_t n);
/** The q-quantile of sorted values, linear between two (Hyndman and Fan 1996, type 7). n = 0: NaN. */
double stats_quantile(const double *sorted, size_t n, double q);
/** The exact interval of the q-quantile from two order statistics of sorted values (rank_of_quantile()). */
struct interval stats_quantile_ci(const double *sorted, size_t n, double q, double confidence);
/** `reach` (FENCE_...) interquartile ranges beyond the quartiles of sorted values; infinite as these. */
struct stats_fences stats_fences(const double *sorted, size_t n, double reach);
/** A rate: the score interval of k in n (Wilson 1927). n = 0: not known. */
struct interval stats_wilson(size_t k, size_t n, double confidence);
/** Half the interval's width over the value, for a stopping rule (R5.5). INFINITY where not known. */
double stats_precision(const struct estimate *estimate);
