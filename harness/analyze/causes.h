/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why some samples were slow (R5.7): what was measured beside each sample, for those above the upper Tukey fence of a
 * subject's start-up and for all others. A hint is no proof, and slow samples stay in every statistic.
 */
#pragma once

#include <stddef.h>

struct analysis;

enum cause { CAUSE_CACHE, CAUSE_STEAL, CAUSE_PRESSURE, CAUSE_SWITCHES, CAUSE_FAULTS, CAUSE_NOTIFY, CAUSE_COUNT };

/** One sign that the slow samples have and the others have not. */
struct cause_hint {
	enum cause cause;
	double slow, others; /**< medians, in the unit of the cause */
};

/** The slow samples of one subject. */
struct slow_samples {
	size_t subject, slow, of; /**< how many of how many */
	double above_ns;	  /**< the fence */
	struct cause_hint hints[CAUSE_COUNT];
	size_t hint_count; /**< 0: nothing that was measured tells them apart */
};

/** Of each subject that has any; for free(), NULL where none has. */
struct slow_samples *causes_find(const struct analysis *analysis, size_t *ret_count);
/** What it is ("major page faults"), and its unit ("ns", "%", "" for a count). */
const char *cause_text(enum cause cause);
const char *cause_unit(enum cause cause);
