/* SPDX-License-Identifier: Apache-2.0 */
/* Was something of an instance killed because its memory was used up? To be asked before its cgroup goes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define OOM_CGROUP_ROOT "/sys/fs/cgroup"

/**
 * Looks at every cgroup below `root` ("/sys/fs/cgroup") that carries the name, for the kernel's count of such kills
 * (v2 memory.events, v1 memory.oom_control: oom_kill). True: there were some, `why` says how many, by which limit and
 * where that was read.
 */
bool oom_look(const char *root, const char *name, char *why, size_t size);
