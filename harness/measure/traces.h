/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a run has on this host, found by its name "tare-ID", and only by the very shapes in which the
 * harness, the runtimes and libvirt write that name: never by a part of somebody else's text.
 */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define TRACES_CGROUP_ROOT "/sys/fs/cgroup"

enum trace_kind {
	TRACE_PROCESS, /**< a QEMU of the run, or a member of one of its cgroups */
	TRACE_CGROUP,  /**< of a container ("tare/tare-ID"), or libvirt's of a guest ("machine/qemu-...tare-ID-N...") */
};

struct trace {
	enum trace_kind kind;
	pid_t pid;	      /**< TRACE_PROCESS */
	char which[PATH_MAX]; /**< the process id, or the cgroup's folder */
};

struct traces {
	struct trace *all; /**< for free() */
	size_t count;
};

/**
 * Whether the process is one of the run's ("tare-ID"), or a QEMU of one instance ("tare-ID-N"); `runtime` is the folder
 * of the runs' private folders.
 */
bool traces_has_process(pid_t pid, const char *name, const char *runtime);
/** Adds all such processes, without the caller. */
void traces_find_processes(const char *name, const char *runtime, struct traces *traces);
/** Adds all cgroups of the run, or libvirt's of an instance, below `root` ("/sys/fs/cgroup"), outermost only. */
void traces_find_cgroups(const char *name, const char *root, struct traces *traces);
