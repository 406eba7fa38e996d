/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starts in progress: what a child needs of the starter's memory until it executes its program. An ordinary one is over
 * when the starter answers; a parked one keeps its place until it is released or has ended.
 */
#pragma once

#include "harness/keeper/box-run.h"
#include "harness/keeper/clone.h"

#define PARKING_MAX 64

struct parking {
	struct box_run run;
	struct clone_room room;
	pid_t pid;	/**< of a parked child; 0: the place is free */
	struct box box; /**< of a parked child: the request that it came with is gone */
};

/** The one place for a start that does not park. */
struct parking *parking_ordinary(void);
/** A free place with a copy of the box, or NULL with errno: none is left, or no memory. */
struct parking *parking_take(const struct box *box);
/** Where this child waits; NULL: it does not. */
struct parking *parking_find(pid_t pid);
/** Lets the child go on, and waits until it executes its program or has ended. */
void parking_release(struct parking *place);
