/* SPDX-License-Identifier: Apache-2.0 */
/* What the experiment `touch` found (measure/experiment-touch.c): each lens before, while and after memory was held. */
#pragma once

#include "harness/analyze/analysis.h"

/** One lens of one subject: medians over the turns; NAN: not known. */
struct touch_lens {
	size_t subject;
	const char *key; /**< of sample.h: "pss_bytes" */
	size_t turns;	 /**< that held memory and have this lens */
	double held_bytes, idle_bytes;
	double holding_growth_bytes; /**< against idle, of the same instance */
	double after_growth_bytes;   /**< what did not come back */
};

/** Those that have a number, by subject, in the order of sample.h; for free(). */
struct touch_lens *touch_lenses_make(const struct analysis *analysis, size_t *ret_count);
