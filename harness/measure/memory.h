/* SPDX-License-Identifier: Apache-2.0 */
/* The lenses on one idle instance's memory (method 2.1 to 2.3), all read at the same instant after it has settled. */
#pragma once

#include "harness/measure/receiver.h"
#include "harness/model/sample.h"

struct memory_task {
	struct instance *in;
	const struct costs *costs;
	struct channel *channel; /**< to ask a guest for its own view */
	uint64_t settle_min_ns, settle_max_ns; /**< method R2.4 */
	int64_t daemons_before;	 /**< daemons_pss_bytes() before the instance was asked for */
	uint64_t ready_ns;	 /**< when the instance was ready */
};

/** Waits until the instance has settled, then reads. What cannot be read is UNKNOWN, with the reason. Returns
 * early when interrupted. */
void memory_weigh(const struct memory_task *task, struct memory_reading *ret_reading);
/** Resident page cache of all files below `path`; by cachestat, or mincore before Linux 6.5. UNKNOWN: neither works. */
int64_t memory_cached_bytes(const char *path);
