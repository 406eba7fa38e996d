/* SPDX-License-Identifier: Apache-2.0 */
/* What the experiment `distribution` found: the records of measure/experiment-distribution.c, over its turns. */
#pragma once

#include "harness/analyze/analysis.h"

#define DISTRIBUTION_FIRST "first"
#define DISTRIBUTION_CHANGE "change"

/** One step of a subject; one value a turn, n = 0 of a number: not known. */
struct distribution_row {
	size_t subject;
	const char *step, *text; /**< "first", "change" or "whole"; the same in words */
	struct stats_summary push_ns, sent_bytes;     /**< to the registry */
	struct stats_summary pull_ns, received_bytes; /**< from there */
	struct stats_summary start_ns, total_ns; /**< request to ready of the first instance; pull and start together */
};

/** By subject, then step; for free(). */
struct distribution_row *distribution_rows_make(const struct analysis *analysis, size_t *ret_count);
