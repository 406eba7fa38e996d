/* SPDX-License-Identifier: Apache-2.0 */
/* An instance's cgroup counters, from v2 or v1, found through /proc/PID/cgroup. */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define COUNTERS_PATHS_MAX 16

/** Where a process sits: one folder per mounted hierarchy. */
struct counters {
	struct {
		char path[PATH_MAX];
		bool memory; /**< the memory controller's hierarchy */
		bool unified; /**< cgroup v2 */
	} folders[COUNTERS_PATHS_MAX];
	unsigned count;
};

/** Bytes; UNKNOWN (model/sample.h) where there is no such counter. */
struct counters_memory {
	int64_t current, peak, kernel, file;
};

/** Reads where `pid` is. An instance's own folders are those whose path has its `name` in it; others are left out. */
void counters_find(pid_t pid, const char *name, struct counters *ret_counters);
void counters_read_memory(const struct counters *counters, struct counters_memory *ret_memory);
