/* SPDX-License-Identifier: Apache-2.0 */
/* The child's side of a box: from the first statement after clone to execve, in the starter's memory. */
#pragma once

#include <stdint.h>

#include "harness/base/box.h"

/** The starter's stub: what a child may mount from. Read-only, the only thing in the starter's mount
 * namespace. */
#define STUB_DEVICES "/dev"
#define STUB_NULL "/dev/null"
#define STUB_EMPTY "/empty"

/** One start. The starter fills the upper part, the child the lower one. */
struct box_run {
	const struct box *box; /**< checked */
	const int *fds;
	int tasks[BOX_CGROUPS_MAX]; /**< `tasks` of each cgroup that is not joined by clone; -1 */
	int keeper;		    /**< pidfd: once it is readable nobody wants the child any more */

	uint64_t stamps_ns[BOX_STAGE_COUNT]; /**< 0: not reached */
	uint32_t stage, detail;		     /**< where it failed: stage and which of its steps */
	int errnum;			     /**< 0: it did not fail */
};

/** Runs the box; for clone_run(). Returns only where a step failed: with the exit status. */
int box_child(void *run);
