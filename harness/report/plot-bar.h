/* SPDX-License-Identifier: Apache-2.0 */
/* One subject's memory or disk as a bar: a total with its spread, and the parts of one sample. */
#pragma once

#include "harness/analyze/analysis.h"
#include "harness/report/plot-split.h"

/** One bar: the sample whose total is the lower median, as the medians of parts need not add up. */
struct bar {
	size_t subject;
	struct stats_summary stats; /**< of the totals */
	double parts[SPLIT_PARTS_MAX], total;
	const struct brief *sample; /**< NULL: no sample has a total */
	size_t missing;		     /**< samples that were weighed, but without a total */
	const char *why;	     /**< what the last of these says; NULL */
};

/** The bar of a subject, from the samples of its footprint blocks. */
struct bar bar_make(const struct analysis *analysis, const struct split *split, size_t subject);
/** Where the bar or its whisker ends, in bytes. */
double bar_end(const struct bar *bar);
/** "[117, 119], n = 12"; "range" where there are too few samples for an interval. For free(). */
char *bar_interval(const struct stats_summary *stats);
/**
 * What stands below it, in lines of at most `width` characters: its parts, or why there is none
 * (`reason`: what is known of the subject; NULL). For free().
 */
char *bar_message(const struct split *split, const struct bar *bar, const char *reason, size_t width);
