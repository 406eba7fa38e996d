/* SPDX-License-Identifier: Apache-2.0 */
/* What the experiment `exec` found (measure/experiment-exec.c): how long a command inside takes, by the way in. */
#pragma once

#include "harness/analyze/analysis.h"

/** One way into one subject; one value for each instance. */
struct exec_way {
	size_t subject;
	const char *way, *text;	       /**< "runtime" or "channel"; the same in words */
	struct stats_summary first_ns; /**< the first command in an instance */
	struct stats_summary again_ns; /**< the median of the further ones */
};

/** Those that were taken, by subject; for free(). */
struct exec_way *exec_ways_make(const struct analysis *analysis, size_t *ret_count);
