/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CPUs of this host and their split between the harness and the subjects (method R6.1). topology.c is the
 * one file that knows hwloc.
 */
#pragma once

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "harness/base/digest.h"
#include "harness/base/error.h"

#define TOPOLOGY_DRAWING_MAX 4096
#define TOPOLOGY_CPUS_MAX 512 /* of a CPU list as text; machines where it would be longer are not split */

/**
 * Only CPUs that this process may use count. Housekeeping is the first core with all its threads: harness,
 * receiver, event threads. Subjects share what else there is next to it: behind the same last-level cache, or
 * if nothing is left there in the same NUMA node, or else in the whole machine.
 */
struct topology {
	unsigned cpu_count, core_count, node_count;
	unsigned kind_count; /**< more than 1: performance and efficiency cores mixed; 0: unknown */
	/** "hwloc-split"; or "none" (a single CPU, or a list longer than TOPOLOGY_CPUS_MAX): both lists name
	 * all CPUs. */
	char policy[16];
	char housekeeping_cpus[TOPOLOGY_CPUS_MAX]; /**< as the kernel lists CPUs: "0,16" or "0-3" */
	char subject_cpus[TOPOLOGY_CPUS_MAX];
	unsigned subject_cpu_count, subject_node_count;
	bool core_shared; /**< the sets are two threads of one core: they disturb each other */
	char shape[256];  /**< hwloc's synthetic description without attributes; "" where irregular */
	char xml_sha256[DIGEST_HEX]; /**< of hwloc's XML export */
	/** The machine as a tree, a line for each package, node, last-level cache and core: what the CPUs are for, by
	 * `policy`; ends in "..." where it does not fit. */
	char drawing[TOPOLOGY_DRAWING_MAX];
};

/** This host, read once per process. */
int topology_read(struct topology *ret, struct error *err);
/** A machine described in hwloc's synthetic language ("node:2 core:8 pu:2"), for tests. */
int topology_read_synthetic(const char *description, struct topology *ret, struct error *err);
/** Lets a thread (0: the calling one) run on the CPUs of such a list only; what it starts inherits that. */
int topology_bind(pid_t thread, const char *cpus, struct error *err);
/** Such a list of a set; "" where it is empty or does not fit. */
void topology_list(const cpu_set_t *set, char *text, size_t size);
