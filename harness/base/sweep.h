/* SPDX-License-Identifier: Apache-2.0 */
/* Away with a cgroup and whatever is in it. Only ever called with names that carry a run's id. */
#pragma once

#include <stdint.h>

/** Kills what is in the cgroup's folder and in the ones below it, and removes them, until the instant. A
 * missing folder is fine. The folder "tare" above it, which all runs share, goes with the last of them. */
void sweep_cgroup(const char *path, uint64_t deadline_ns);
