/* SPDX-License-Identifier: Apache-2.0 */
/* clone3 with shared memory and a stack of the child's own: the start costs nothing by the caller's size. */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#define CLONE_STACK_BYTES 65536

/** What a child needs until it has ended or has become another program. */
struct clone_room {
	uint32_t alive; /**< futex: 1, then what the child makes of it; the kernel clears it at exec and at exit */
	char stack[CLONE_STACK_BYTES] __attribute__((aligned(16)));
};

/**
 * Runs child(data), which must end in exec or _exit, in a new process and returns its pid once it has;
 * negative errno where there is no process. `flags` (CLONE_NEW...) come on top of CLONE_VM | CLONE_VFORK |
 * CLONE_PIDFD. `cgroup` is for CLONE_INTO_CGROUP. The child shares errno and all memory with the caller;
 * handlers are reset, the mask is not.
 */
pid_t clone_run(uint64_t flags, int cgroup, int (*child)(void *data), void *data, int *ret_pidfd);
/** The same without waiting: until clone_wait() the caller must not touch errno, nor what the child uses. */
pid_t clone_begin(struct clone_room *room, uint64_t flags, int cgroup, int (*child)(void *data), void *data,
		  int *ret_pidfd);
/** Waits as long as `alive` has this value: 1 from the start on, 0 once the child has ended or executes another
 * program. Leaves errno alone. */
void clone_wait(struct clone_room *room, uint32_t alive);
