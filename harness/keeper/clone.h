/* SPDX-License-Identifier: Apache-2.0 */
/* clone3 as vfork does it: shared memory, a stack of the child's own, the caller waits until exec or exit. */
#pragma once

#include <stdint.h>
#include <sys/types.h>

/**
 * Runs child(data), which must end in exec or _exit, in a new process and returns its pid once it has;
 * negative errno where there is no process. `flags` (CLONE_NEW...) come on top of CLONE_VM | CLONE_VFORK |
 * CLONE_PIDFD. `cgroup` is for CLONE_INTO_CGROUP. The child shares errno and all memory with the caller;
 * handlers are reset, the mask is not.
 */
pid_t clone_run(uint64_t flags, int cgroup, int (*child)(void *data), void *data, int *ret_pidfd);
