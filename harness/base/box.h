/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A box: a flat, fully resolved description of a container. runtimes/namespace*.c builds and checks
 * it, a starter only executes it: no look-ups, no allocation, no decisions. Descriptors are named
 * by their index in the list that travels with the box.
 */
#pragma once

#include <stdint.h>

#define BOX_VERSION 1

/** Stages of a start, in order; each stamps the instant at which it was reached, and names where a start failed. */
enum box_stage {
	BOX_STAGE_CGROUP_CREATED,
	BOX_STAGE_CLONE_CALL,
	BOX_STAGE_CHILD_FIRST,
	BOX_STAGE_CGROUP_JOINED,
	BOX_STAGE_ROOTFS_MOUNTED,
	BOX_STAGE_MOUNTS_DONE,
	BOX_STAGE_PIVOTED,
	BOX_STAGE_CONFINED,
	BOX_STAGE_EXECVE_CALL,
	BOX_STAGE_CLONE_RETURN,
	BOX_STAGE_COUNT
};

struct box;

/** "cgroup_created", "clone_call", ...: the names of the events in the report. */
const char *box_stage_name(enum box_stage stage);
