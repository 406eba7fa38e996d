/* SPDX-License-Identifier: Apache-2.0 */
/* What the experiment `limit` found (measure/experiment-limit.c): the least memory with which a subject gets ready. */
#pragma once

#include "harness/analyze/analysis.h"

/** One subject; n = 0: not known. */
struct limit_bound {
	size_t subject;
	struct stats_summary works_bytes, fails_bytes, step_bytes; /**< over the turns */
	struct stats_summary cgroup_peak_bytes, rss_peak_bytes;	   /**< of all trials that got ready */
	size_t trials;
};

/** Those that have records, for free(). */
struct limit_bound *limit_bounds_make(const struct analysis *analysis, size_t *ret_count);
