/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long an instance must live until its start-up is a small part of its life. From the turns of the experiment
 * `work`: each is one instance, with its own start-up (request to ready) and its own costs. After `start / part` of
 * life the start-up is `part` of it; in operations that time is divided by what one costs in the same instance.
 */
#pragma once

#include "harness/analyze/analysis.h"
#include "harness/analyze/experiment-work.h"

#define BREAK_EVEN_PARTS 3
extern const double break_even_parts[BREAK_EVEN_PARTS]; /**< 0.1, 0.05, 0.01 */

/** One subject; for `part` divide the summary's numbers by it. */
struct break_even {
	size_t subject;
	struct stats_summary start_ns; /**< of the instances that became ready; n = 0: none did */
	/** The workload that stands for a request: net_rr, else a user's program; NULL: the run has neither. */
	const struct workload *request;
	struct stats_summary start_requests; /**< start-up over the cost of one, by instance; n = 0: not known */
};

/** One for each usable subject, in their order; for free(). */
struct break_even *break_even_make(const struct analysis *analysis, size_t *ret_count);
