/* SPDX-License-Identifier: Apache-2.0 */
/* What the experiment `cow` found: the writes of measure/experiment-cow.c, put together over its turns. */
#pragma once

#include "harness/analyze/analysis.h"

/** One write: the same target and order of one subject, over all turns. */
struct cow_write {
	size_t subject;
	const char *subject_name;
	const char *target, *order; /**< as the record has them; borrowed */
	double file_bytes, written_bytes;
	size_t failed; /**< writes that the system refused */
	struct stats_summary latency_ns, allocated_bytes, apparent_bytes; /**< n = 0: not known */
	double amplification; /**< median of what was allocated over what was written; NAN: not known */
};

/** All of them, by subject, in the order in which they were done; for free(). */
struct cow_write *cow_writes_make(const struct analysis *analysis, size_t *ret_count);
/** "the first byte into a file of 64 MiB": what a write is, for people. */
char *cow_write_text(const struct cow_write *write, char *text, size_t size);
