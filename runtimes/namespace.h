/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the `namespace` runtime: what is prepared once, and how it becomes a box. Only for
 * runtimes/namespace*.c. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/box.h"
#include "harness/model/runtime.h"
#include "runtimes/cgroup.h"
#include "runtimes/seccomp.h"

/* Ids of the containers on the host: the last 65536 of the range that is customary for containers, so that no
 * user has them. */
#define NAMESPACE_ID_FIRST 0x6fff0000u
#define NAMESPACE_ID_COUNT 65536u

/** Descriptors that travel with each box, by index. Cgroup parents follow the last one. */
enum namespace_fd {
	NAMESPACE_FD_USER,
	NAMESPACE_FD_LOWER,
	NAMESPACE_FD_SOCKET,
	NAMESPACE_FD_UPPER, /* with upper=tmpfs: the first cgroup parent */
	NAMESPACE_FD_WORK,
};

/** What the instances of a subject share: subject->state. */
struct namespace_state {
	struct box box; /**< everything but an instance's name and descriptors */
	int user;	/**< user namespace in which the containers' ids live */
	int lower;	/**< detached mount of the root tree */
	int storage;	/**< detached mount of the folder where the instances' storage is */
	bool tmpfs;	/**< upper=tmpfs */
	bool mapped;	/**< the root tree's owner is shown as the container's root */
	struct cgroups cgroups;
	struct seccomp_facts filter;
};

/** A user namespace that maps 0... to NAMESPACE_ID_FIRST...; its descriptor or a negative errno. */
int namespace_user_make(struct error *err);

/** Fills state->box from the subject and the host: everything that the instances have in common. */
int namespace_describe(struct namespace_state *state, const struct run *run, const struct subject *subject,
		       struct error *err);
/** Index of the first cgroup parent among the descriptors. */
int namespace_cgroup_fd(const struct namespace_state *state);
/** {engine, config} as in the report. */
struct json *namespace_facts(const struct namespace_state *state, const struct subject *subject);
