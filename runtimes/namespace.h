/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the `namespace` runtime: what is prepared once, and how it becomes a box. Only for
 * runtimes/namespace*.c. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/box.h"
#include "harness/base/packet.h"
#include "harness/model/runtime.h"
#include "runtimes/bridge.h"
#include "runtimes/cgroup.h"
#include "runtimes/seccomp.h"

/* Ids of the containers on the host: the last 65536 of the range that is customary for containers, so that no
 * user has them. */
#define NAMESPACE_ID_FIRST 0x6fff0000u
#define NAMESPACE_ID_COUNT 65536u

#define NAMESPACE_AHEAD_MAX 64 /* of what is made ahead; a starter has room for as many parked ones */

/** Descriptors that travel with each box, by index. Cgroup parents follow the last one. */
enum namespace_fd {
	NAMESPACE_FD_USER, /**< without root only along for the ride: the child is in it from the start */
	NAMESPACE_FD_SOCKET,
	NAMESPACE_FD_ROOT,  /**< the lower layer, or the assembled root */
	NAMESPACE_FD_UPPER, /**< NAMESPACE_ROOT_DISK only; else the first cgroup parent */
	NAMESPACE_FD_WORK,
};

/** Who assembles the overlay, from what. */
enum namespace_root {
	NAMESPACE_ROOT_DISK,  /**< the child; upper layer in the instance's storage */
	NAMESPACE_ROOT_TMPFS, /**< the child; upper layer on a tmpfs that goes with it */
	NAMESPACE_ROOT_READY, /**< start() does, before the keeper is asked; upper layer in the instance's
				 storage */
};

/** What the instances of a subject share: subject->state. */
struct namespace_state {
	struct box box; /**< everything but an instance's name and descriptors */
	uint32_t mounts_shared; /**< so many of its mounts, the first, are the same whoever makes them */
	enum namespace_root root;
	int user;    /**< user namespace in which the containers' ids live */
	int lower;   /**< the root tree: a detached mount, or (NAMESPACE_ROOT_READY) the folder */
	int storage; /**< the same of the folder where the instances' storage is */
	bool mapped; /**< the root tree's owner is shown as the container's root; else as nobody */
	unsigned losses; /**< start_losses() before the loans were taken; without root */
	struct cgroups cgroups;
	bool unfiltered; /**< seccomp=off: no filter at all, a control */
	struct seccomp_facts filter;
	struct bridge *bridge; /**< on which its network is a port; NULL: nothing but a loopback */
	bool user_net; /**< it is no port, but behind a slirp4netns of its own, in->state */
	struct namespace_pool *pool; /**< what is made ahead (namespace-pool.c); NULL: nothing */
};

/** True: this user is not root. Then the starter is in a user namespace with this one user, and lends what is
 * mounted. */
bool namespace_is_rootless(void);
/** What these containers lack beside root's, as one text; NULL: nothing. Valid as long as the program. */
const char *namespace_missing(const struct cgroups *cgroups);
/** The runtime's probe. */
void namespace_probe(const struct run *run, const struct subject *subject, struct finding *ret_finding);
/** The root tree of the subject's class; for free(). */
char *namespace_root_tree(const struct run *run, const struct subject *subject);
/** A mount of the file or folder that is in nobody's namespace yet; its descriptor or a negative errno. */
int namespace_tree_detach(const struct run *run, const char *path, struct error *err);
/** Opens what the roots are made of and decides who assembles them. state->user is open already. */
int namespace_root_prepare(struct namespace_state *state, const struct run *run,
			   const struct subject *subject, struct error *err);
/** Takes the loans again where the starter is another one than it was. */
int namespace_root_renew(struct namespace_state *state, const struct run *run, const struct subject *subject,
			 struct error *err);
/** The instance's upper and work folder. */
int namespace_root_create(struct instance *in, struct error *err);
/** Fills the root's places in `fds`; what has to be closed after the start is added to `own`, also on
 * failure. */
int namespace_root_open(struct instance *in, int fds[BOX_FDS_MAX], struct packet_fds *own, struct error *err);

/**
 * The user namespace of the containers; its descriptor or a negative errno. Root makes one that maps 0... to
 * NAMESPACE_ID_FIRST...; else it is the starter's, which has to run.
 */
int namespace_user_open(const struct run *run, struct error *err);

/** The resource limit (RLIMIT_AS, RLIMIT_NPROC) that stands in for a cgroup limit that a user cannot have; 0: none. */
uint64_t namespace_substitute(const struct cgroups *cgroups, const struct limits *limits, int resource);
/** Fills state->box from the subject and the host: everything that the instances have in common. */
int namespace_describe(struct namespace_state *state, const struct run *run, const struct subject *subject,
		       struct error *err);
/** Index of the first cgroup parent among the descriptors. */
int namespace_cgroup_fd(const struct namespace_state *state);
/** The box of this instance, without its descriptors. */
void namespace_box(const struct instance *in, struct box *ret_box);
/**
 * All descriptors of an instance, and how many; `channel` is what is mounted for its channel. What has to be closed
 * after the start is added to `own`.
 */
int namespace_descriptors(struct instance *in, int channel, int fds[BOX_FDS_MAX], struct packet_fds *own,
			  struct error *err);

/* What is made ahead of the starts, namespace-pool.c. An instance that takes from it has its slot in in->state and its
 * name in in->group. */

/** Reads the options `pool` and `parked`; the pool is empty until it is refilled. Before namespace_describe(). */
int namespace_pool_prepare(struct namespace_state *state, struct subject *subject, struct error *err);
/** Whether its containers are started already, and where their channel then comes from. */
bool namespace_pool_parks(const struct namespace_pool *pool);
/** The runtime's operation. */
int namespace_pool_refill(const struct run *run, struct subject *subject, struct error *err);
/** For create(): takes a slot, and its storage becomes the instance's. */
int namespace_pool_take(struct instance *in, struct error *err);
/** For start(), with what create() took. */
int namespace_pool_start(struct instance *in, struct started *ret_started, struct error *err);
/** The process that waits for this instance's start; 0: none. */
pid_t namespace_pool_pid(const struct instance *in);
/** For destroy(), once the instance's process has ended: what is left of its slot. 0 where it has none. */
int namespace_pool_drop(struct instance *in, struct error *err);
/** Gives up all that nobody took. Takes NULL. */
void namespace_pool_free(struct namespace_pool *pool);
/** {what, count}; NULL: nothing is made ahead. */
struct json *namespace_pool_facts(const struct namespace_pool *pool);

/** {engine, config} as in the report. */
struct json *namespace_facts(const struct namespace_state *state, const struct subject *subject);
