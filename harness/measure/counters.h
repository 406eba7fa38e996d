/* SPDX-License-Identifier: Apache-2.0 */
/* An instance's cgroup counters, from v2 or v1, found through /proc/PID/cgroup. */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define COUNTERS_PATHS_MAX 16

/** Where a process sits: one folder per mounted hierarchy. Must not move: it points into itself. */
struct counters {
	struct {
		const char *path; /**< in `text` */
		bool memory; /**< the memory controller's hierarchy */
		bool unified; /**< cgroup v2 */
	} folders[COUNTERS_PATHS_MAX];
	unsigned count;
	size_t used;
	/** The paths, end to end: of a thousand instances' only the pages that hold some take memory. */
	char text[COUNTERS_PATHS_MAX * PATH_MAX];
};

/** Bytes; UNKNOWN (model/sample.h) where there is no such counter. */
struct counters_memory {
	int64_t current, peak, kernel, file;
};

/** Reads where `pid` is. An instance's own folders are those whose path has its `name` in it; others are left out. */
void counters_find(pid_t pid, const char *name, struct counters *ret_counters);
void counters_read_memory(const struct counters *counters, struct counters_memory *ret_memory);
