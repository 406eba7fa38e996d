/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which CPU does what in a run (method R6.1): the harness on the housekeeping CPUs, everything that is measured on
 * the others, the same set for every subject. The keeper's affinity is what its programs and starters inherit; a
 * domain gets the set by name, as libvirt would otherwise undo what QEMU inherited.
 */
#pragma once

#include <sched.h>
#include <stdbool.h>
#include <sys/types.h>

#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/start.h"
#include "harness/host/topology.h"

#define PLACEMENT_POLICIES "auto|split|none"

struct placement {
	char policy[16];     /**< what is in force: "hwloc-split" or "none" */
	char reason[128];    /**< why not, where not; "" */
	struct topology topology;
	cpu_set_t before;    /**< of this thread, to be put back */
	bool entered;
};

/**
 * Decides by one of PLACEMENT_POLICIES for a machine. "auto": a split where there are three CPUs or more. Where there
 * are two, a split was measured to cost more than it steadies: the control takes 18 % longer, as every message wakes
 * another CPU, and its spread stays the same. error_host: a split was asked for, and there is one CPU.
 */
int placement_decide(const char *wanted, const struct topology *topology, struct placement *ret, struct error *err);
/** The same for this machine. */
int placement_choose(const char *wanted, struct placement *ret, struct error *err);
/**
 * Puts the calling thread, and so all threads that it starts, onto the housekeeping CPUs, and the keeper onto the
 * subjects'. `keeper` NULL: there is none, and nothing to start. A failure leaves everything as it was.
 */
int placement_enter(struct placement *placement, struct start_client *keeper, struct error *err);
/** Undoes it for the calling thread. The keeper starts nothing more that is measured. */
void placement_leave(struct placement *placement);
/** The CPUs of the subjects as a list, where there is a split; NULL: any. */
const char *placement_subject_cpus(const struct placement *placement);
/** `host.placement` of the report: the facts of the topology with the policy that is in force. */
void placement_describe(const struct placement *placement, struct json *host);
/** Where the threads of a process may run, all together: "1"; "" where it cannot be read. */
void placement_read(pid_t pid, char *text, size_t size);
