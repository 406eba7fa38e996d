/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two runs, or two subjects, held against each other: first whether that is fair (differences.h), then
 * ratios. Subjects of one run are paired by block (method 5.3), those of two runs are not (5.4). Where the
 * hosts differ, or the interval of `process` between the runs leaves 1 out, times are first divided by the
 * `process` of their own block (5.8), which takes the host's speed out; `process` itself is then no
 * regression.
 */
#pragma once

#include "harness/analyze/differences.h"
#include "harness/analyze/power.h"

/** One side. */
struct versus_side {
	const struct analysis *analysis;
	size_t subject; /**< SIZE_MAX: all that both runs have */
};

struct versus_options {
	double threshold; /**< takes the place of the equivalence band of every metric, such as 0.05; NAN: the
			     bands */
	bool force;	  /**< verdicts in spite of the differences */
};

struct versus_row {
	const struct analysis_summary *a, *b; /**< b is held against a; their metric is the same */
	bool normalized; /**< both divided by the `process` of their block: `result` is about these */
	struct comparison result;
	double floor; /**< the larger noise floor of both runs (floors.h); an effect within it decides nothing. NAN:
			 not known */
	struct power power; /**< the smallest effects that these values can show; NAN: not a headline metric */
	struct noise noise; /**< of a headline metric, until it is judged */
	double p_holm;	      /**< adjusted over the headline metrics, or over all others */
	enum verdict verdict; /**< VERDICT_NOT_COMPARABLE: more than 10 % failed, or the sides are not
				 comparable */
	const char *verdict_word;
	bool regression; /**< a headline metric that is higher, by more than the band */
};

struct versus {
	struct versus_side a, b;
	struct differences differences;
	bool comparable; /**< no difference that forbids it */
	bool forced;	 /**< not comparable, and judged all the same: the verdicts are about more than the
			    subjects */
	double threshold;
	struct versus_row *rows; /**< by subject, then by metric */
	size_t row_count;
	size_t headline_count, regressions,
		improvements; /**< rows of headline metrics; those that are worse, better */
	size_t left_out;      /**< subjects that only one of the runs has */
};

/** Error (error_input): no subject, or no number, is on both sides. */
int versus_make(struct versus_side a, struct versus_side b, const struct versus_options *options,
		struct versus *ret_versus, struct error *err);
void versus_release(struct versus *versus);
