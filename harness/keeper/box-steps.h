/* SPDX-License-Identifier: Apache-2.0 */
/* The longer steps of a box. Each returns 0 or a negative errno, with run->detail saying which part of it
 * failed. */
#pragma once

#include "harness/keeper/box-run.h"

/** Whether a cgroup is joined by CLONE_INTO_CGROUP: then the starter makes them all, else the child. */
bool box_joins_by_clone(const struct box *box);
/** Makes the cgroups. `ret_folder` is the one for CLONE_INTO_CGROUP, or -1. detail: index of the cgroup. What is
 * half-made the harness removes by name. 1: all were ready. */
int box_cgroups_make(struct box_run *run, int *ret_folder);
/** The root as a detached mount: its descriptor, one of the box's own where that is ready, or a negative errno. detail:
 * see box-mount.c. */
int box_root_make(struct box_run *run);
/** Assembles the root, mounts it on top of the stub's and makes it the working folder. detail: see
 * box-mount.c. */
int box_mount_root(struct box_run *run);
/** All mounts of the box into a root that is mounted nowhere yet. detail: index of the mount. */
int box_mount_ahead(struct box_run *run, int root);
/** Everything below the root that shows no network. detail: index of the mount. */
int box_mount_rest(struct box_run *run);
/** The rest, in the network namespace. */
int box_mount_network(struct box_run *run);
/** Gives up everything that the payload must not have. detail: row of the table in box-confine.c. */
int box_confine(struct box_run *run);
/** execve; returns only on failure. */
void box_execute(struct box_run *run);
