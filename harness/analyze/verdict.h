/* SPDX-License-Identifier: Apache-2.0 */
/* What a comparison says (method 5.5), in words that suit the metric. */
#pragma once

#include "harness/analyze/compare.h"
#include "harness/model/metric.h"

/** An adjusted p-value below this counts. */
#define VERDICT_P 0.05

/** About y, compared with x. */
enum verdict {
	VERDICT_NOT_COMPARABLE,	     /**< no ratio is defined, or the caller knows a reason (R5.10, 5.8) */
	VERDICT_EQUIVALENT,	     /**< the whole interval lies in the band */
	VERDICT_LOWER,		     /**< lower, by more than the band */
	VERDICT_HIGHER,		     /**< higher, by more than the band */
	VERDICT_DIFFERENT_BUT_SMALL, /**< not the same, but the estimate lies in the band */
	VERDICT_INCONCLUSIVE,	     /**< not decided; never to be read as "no difference" */
};

/** The first that matches (method 5.5), with the p-value of multiple_holm() and the band of the metric. */
enum verdict verdict_of(const struct comparison *comparison, double adjusted_p, double band);
/** The verdict held against the noise floor (floors.h): an effect within it decides nothing. NAN: none is known. */
enum verdict verdict_held(enum verdict verdict, const struct comparison *comparison, double floor);
/** "equivalent", "different_but_small", "inconclusive", "not_comparable", or the metric's own word. */
const char *verdict_name(enum verdict verdict, const struct metric *metric);
