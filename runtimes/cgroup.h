/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where containers' cgroups are, in cgroup v2 or in the hierarchies of v1: HIERARCHY/tare/tare-RUN/INSTANCE.
 * The starter makes an instance's own from what cgroup_describe() says; here is what lives as long as a run.
 */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "harness/base/box.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/model/instance.h"
#include "harness/model/subject.h"

#define CGROUP_HIERARCHIES_MAX 2
#define CGROUP_UNIFIED "unified" /* the v2 hierarchy's name; a v1 one is called as its controller */

/** A hierarchy that has one of the controllers `memory` and `pids`, or (v2) may have both. */
struct cgroup_hierarchy {
	const char *name;	    /**< CGROUP_UNIFIED, "memory" or "pids" */
	bool memory, pids;	    /**< controllers that are to be had here */
	char mount[PATH_MAX - 256]; /**< where it is mounted */
	char folder[PATH_MAX];	    /**< the run's own; "" before cgroup_open() */
	int fd;			    /**< of that folder; -1 */
};

struct cgroups {
	struct cgroup_hierarchy at[CGROUP_HIERARCHIES_MAX];
	size_t count; /**< 0: there is neither controller */
	bool open;
};

/** Finds the hierarchies in a mountinfo file ("/proc/self/mountinfo"). v2 wins where it has a controller. */
int cgroup_find(struct cgroups *ret_cgroups, const char *mountinfo, struct error *err);
/** Makes the run's folder in each and guards it; fine where another subject of the run has made it. */
int cgroup_open(struct cgroups *cgroups, const struct run *run, struct error *err);
/** Closes; the last subject of the run removes its folders. Takes one that was never opened. */
void cgroup_close(struct cgroups *cgroups);
/** Adds to the box: the control files for these limits and one cgroup for each hierarchy, whose parents are
 * the descriptors from `first_fd` on. The caller sets the names. The texts are put in by `add`. */
void cgroup_describe(const struct cgroups *cgroups, const struct limits *limits, struct box *box,
		     int first_fd);
/** Removes the instance's cgroups once its processes have ended. -EBUSY: they have not. */
int cgroup_remove(const struct cgroups *cgroups, const char *name, struct error *err);
/** Adds every process in the instance's cgroup. */
void cgroup_processes(const struct cgroups *cgroups, const char *name, struct costs *costs);
/** Whether instances get a limit by this controller, "memory" or "pids". */
bool cgroup_has(const struct cgroups *cgroups, const char *controller);
/** The controllers that this host does not have, as text; NULL: it has both. */
const char *cgroup_missing(const struct cgroups *cgroups);
/** {version, hierarchies, controllers, join}: for the subject's facts. */
struct json *cgroup_facts(const struct cgroups *cgroups);
