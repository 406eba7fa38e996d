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
	char mount[PATH_MAX - 256]; /**< where it is mounted; of a user: the folder below it that is delegated to him */
	char folder[PATH_MAX];	    /**< the run's own; "" before cgroup_open() */
	int fd;			    /**< of that folder; -1 */
};

struct cgroups {
	struct cgroup_hierarchy at[CGROUP_HIERARCHIES_MAX];
	size_t count;	    /**< 0: there is neither controller */
	const char *reason; /**< why a controller that the host has is not to be had; NULL */
	bool open;
};

/**
 * Finds the hierarchies in a mountinfo file ("/proc/self/mountinfo"). v2 wins where it has a controller. `membership`:
 * NULL for root; a user gets only what is delegated to him, in v2 above the cgroup that this file ("/proc/self/cgroup")
 * names. His processes can be moved only below a folder that he owns and that holds them already.
 */
int cgroup_find(struct cgroups *ret_cgroups, const char *mountinfo, const char *membership, struct error *err);
/** The same for this process. */
int cgroup_find_own(struct cgroups *ret_cgroups, struct error *err);
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
/** The controllers that are not to be had, as text; NULL: both are. */
const char *cgroup_missing(const struct cgroups *cgroups);
/** Why one is not to be had, and what to do about it: half a sentence and a whole one. */
const char *cgroup_reason(const struct cgroups *cgroups);
const char *cgroup_remedy(const struct cgroups *cgroups);
/** Whether the host has controllers both in v1 and in v2, which crun and libvirt's LXC driver refuse. */
bool cgroup_is_mixed(void);
#define CGROUP_MIXED_REMEDY                                                                                            \
	"Boot with systemd.unified_cgroup_hierarchy=1; or mount in v1 what /sys/fs/cgroup/unified/cgroup.controllers " \
	"lists, or start tare where that is unmounted (unshare -m)."
/** {version, hierarchies, controllers, join}: for the subject's facts. */
struct json *cgroup_facts(const struct cgroups *cgroups);

/* Between cgroup.c and cgroup-find.c. */

/** "memory" and "pids": the controllers that tare uses. */
extern const char *const cgroup_controllers[2];
/** Whether `word` is one of the words of the list. */
bool cgroup_list_has(const char *list, const char *word, const char *separators);
