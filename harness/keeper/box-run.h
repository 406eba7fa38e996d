/* SPDX-License-Identifier: Apache-2.0 */
/* The child's side of a box: from the first statement after clone to execve, in the starter's memory. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/box.h"

/** Who made the network namespace: the child follows him. */
enum network_state { NETWORK_NONE, NETWORK_BY_MAKER, NETWORK_BY_STARTER };

/* Values of clone_room.alive beside 0, which the kernel sets at exec and at exit. */
#define BOX_MAKING 1
#define BOX_WAITING 2 /* parked: everything is done but execve */

/** One start. The starter fills the upper part, the child the lower one. */
struct box_run {
	const struct box *box; /**< checked */
	const int *fds;
	int tasks[BOX_CGROUPS_MAX]; /**< `tasks` of each cgroup that is not joined by clone; -1 */
	bool rootless;		    /**< in a user's namespace: no groups to give up, a stub to leave */
	int keeper;		    /**< pidfd: once it is readable nobody wants the child any more */
	int maker, starter;	    /**< pidfds of those who make network namespaces */

	uint32_t *alive; /**< futex: clone_room.alive; a box that parks sets it to BOX_WAITING */
	uint32_t go;	 /**< futex: 1 lets a parked one go on; by the starter */
	int32_t network; /**< futex: NETWORK_NONE, then who made it, or a negative errno */

	uint64_t stamps_ns[BOX_STAGE_COUNT]; /**< 0: not reached */
	uint32_t stage, detail;		     /**< where it failed: stage and which of its steps */
	int errnum;			     /**< 0: it did not fail */
};

/** Runs the box; for clone_run(). Returns only where a step failed: with the exit status. */
int box_child(void *run);
