/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What serverless platforms do: the dear parts of a container are made before anybody asks for it. A slot of a *pool*
 * has a network namespace, the cgroups and the assembled root with most of its mounts; a *parked* one is a container
 * that has done everything but execute its program. A slot is used once: no instance gets what another one had. Slots
 * live under names of their own, since they do not know yet whose they will be.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/base/log.h"
#include "harness/base/pidfd-namespace.h"
#include "harness/base/quantity.h"
#include "harness/model/protocol.h"
#include "runtimes/namespace.h"
#include "runtimes/started.h"

/* Where the descriptors of a start from a pool are, behind those that every start has. */
enum { POOL_FD_NETWORK = NAMESPACE_FD_ROOT + 1, POOL_FD_IPC, POOL_FD_CGROUP };

struct namespace_slot {
	struct instance in;	 /* under its own name: storage; of a parked one the process, and in `socket` the
				    folder into which the channel will be linked */
	struct packet_fds ahead; /* of a pool: what start_box_ahead() gave */
	struct packet_fds own;	 /* of a pool whose roots are assembled here: that root, and what it is made of */
	unsigned losses;	 /* start_losses() before it was made */
};

struct namespace_pool {
	bool parked;
	bool ipc; /* the starter can hand out IPC namespaces, too */
	size_t size;
	pthread_mutex_t lock; /* of the queue */
	struct namespace_slot *queue[NAMESPACE_AHEAD_MAX]; /* the oldest first */
	size_t count;
	struct error reason; /* why it could not be refilled */
};

static bool opens_ipc(void)
{
	cleanup_close int self = (int)syscall(SYS_pidfd_open, getpid(), 0);
	cleanup_close int ipc = self < 0 ? -1 : ioctl(self, PIDFD_GET_IPC_NAMESPACE, 0);

	return ipc >= 0;
}

static size_t setting_count(const struct subject *subject, const char *option)
{
	return strtoull(subject_setting(subject, option), NULL, 10);
}

int namespace_pool_prepare(struct namespace_state *state, struct subject *subject, struct error *err)
{
	size_t ready = setting_count(subject, "pool"), parked = setting_count(subject, "parked");

	if (ready && parked)
		return error_input(
		    err, "%s: pool and parked exclude each other: a parked container has all that a pool has",
		    subject->name);
	if (!ready && !parked)
		return 0;
	state->pool = alloc_zero(1, sizeof(*state->pool));
	state->pool->parked = parked > 0;
	state->pool->ipc = opens_ipc();
	state->pool->size = ready + parked;
	(void)pthread_mutex_init(&state->pool->lock, NULL);
	(void)snprintf(subject->class, sizeof(subject->class), SUBJECT_PREPARED);
	return 0;
}

bool namespace_pool_parks(const struct namespace_pool *pool)
{
	return pool && pool->parked;
}

/* The channel of a parked container comes through a folder of its own, which is there before any channel is. */
static int slot_park(struct namespace_slot *slot, struct error *err)
{
	struct instance *in = &slot->in;
	struct started started = {.pidfd = -1};
	int fds[BOX_FDS_MAX];
	struct box box;

	if (mkdir(in->socket, 0755) < 0)
		return error_errno(err, errno, "%s", in->socket);
	int rc = slot->own.fds[0] = namespace_tree_detach(in->run, in->socket, err);

	if (rc < 0)
		return rc;
	slot->own.count = 1;
	rc = namespace_descriptors(in, slot->own.fds[0], fds, &slot->own, err);
	if (rc < 0)
		return rc;
	namespace_box(in, &box);
	box.flags |= BOX_PARKED;
	rc = start_box(in->run->keeper, &box, fds, (size_t)rc, &started, err);
	in->pid = started.pid;
	in->pidfd = started.pidfd;
	packet_close(&slot->own);
	return rc;
}

/* The first of the others shows the IPC namespace. */
static uint32_t mounts_shared(const struct namespace_state *state)
{
	return state->mounts_shared + state->pool->ipc;
}

/* What can be mounted before there is a container: what is shared, and what shows namespaces that
 * are there. */
static void mounts_ahead(const struct namespace_state *state, struct box *box)
{
	uint32_t network = box->mount_count - box->mount_network;
	/* only a kernel that makes overlays of detached mounts mounts into such */
	uint32_t shared = state->root == NAMESPACE_ROOT_READY ? 0 : mounts_shared(state);

	(void)memmove(box->mounts + shared, box->mounts + box->mount_network, network * sizeof(box->mounts[0]));
	box->mount_count = shared ? shared + network : 0;
	box->mount_network = box->mount_count;
}

/* The others. */
static void mounts_left(const struct namespace_state *state, struct box *box)
{
	uint32_t shared = mounts_shared(state), own = box->mount_network - shared;

	if (state->root == NAMESPACE_ROOT_READY)
		return;
	(void)memmove(box->mounts, box->mounts + shared, own * sizeof(box->mounts[0]));
	box->mount_count = box->mount_network = own;
}

static int slot_pool(struct namespace_slot *slot, struct error *err)
{
	const struct namespace_state *state = slot->in.subject->state;
	int fds[BOX_FDS_MAX];
	struct box box;
	/* the channel is not mounted yet, so any descriptor does for it */
	int rc = namespace_descriptors(&slot->in, state->user, fds, &slot->own, err);

	if (rc < 0)
		return rc;
	namespace_box(&slot->in, &box);
	box.flags |= BOX_AHEAD;
	if (!state->pool->ipc)
		box.namespaces &= ~(uint64_t)CLONE_NEWIPC;
	mounts_ahead(state, &box);
	rc = start_box_ahead(slot->in.run->keeper, &box, fds, (size_t)rc, &slot->ahead, err);
	if (state->root != NAMESPACE_ROOT_READY)
		packet_close(&slot->own);
	return rc;
}

static int slot_drop(struct namespace_slot *slot, struct error *err)
{
	const struct namespace_state *state = slot->in.subject->state;
	int rc = started_end(&slot->in, err);

	packet_close(&slot->ahead);
	packet_close(&slot->own);
	if (slot->in.pidfd >= 0)
		(void)close(slot->in.pidfd);
	if (!rc)
		rc = cgroup_remove(&state->cgroups, slot->in.name, err);
	if (!rc)
		rc = file_remove_tree(slot->in.storage, err);
	if (!rc)
		rc = file_remove_tree(slot->in.socket, err);
	free(slot);
	return rc;
}

static struct namespace_slot *slot_make(const struct run *run, struct subject *subject, struct error *err)
{
	static unsigned made; /* by all pools of the process: part of the names */
	const struct namespace_pool *pool = ((struct namespace_state *)subject->state)->pool;
	struct namespace_slot *slot = alloc_zero(1, sizeof(*slot));
	struct instance *in = &slot->in;

	in->run = run;
	in->subject = subject;
	in->pidfd = -1;
	slot->losses = start_losses(run->keeper);
	(void)snprintf(in->name, sizeof(in->name), "tare-%s-%c%u", run->id, pool->parked ? 'p' : 'r',
		       __atomic_fetch_add(&made, 1, __ATOMIC_RELAXED));
	(void)snprintf(in->socket, sizeof(in->socket), "%s/%s", run->private_folder, in->name);
	int rc = snprintf(in->storage, sizeof(in->storage), "%s/%s", run->storage, in->name) < (int)sizeof(in->storage)
			 ? namespace_root_create(in, err)
			 : error_errno(err, ENAMETOOLONG, "%s", run->storage);

	if (!rc)
		rc = pool->parked ? slot_park(slot, err) : slot_pool(slot, err);
	if (rc >= 0)
		return slot;
	(void)slot_drop(slot, NULL);
	return NULL;
}

static struct namespace_slot *pool_pop(struct namespace_pool *pool)
{
	(void)pthread_mutex_lock(&pool->lock);
	struct namespace_slot *slot = pool->count ? pool->queue[0] : NULL;

	if (slot)
		(void)memmove(pool->queue, pool->queue + 1, --pool->count * sizeof(pool->queue[0]));
	(void)pthread_mutex_unlock(&pool->lock);
	return slot;
}

static void pool_push(struct namespace_pool *pool, struct namespace_slot *slot)
{
	(void)pthread_mutex_lock(&pool->lock);
	pool->queue[pool->count++] = slot;
	(void)pthread_mutex_unlock(&pool->lock);
}

/* A parked child waits in the memory of its starter, and a loan is good only at who gave it: with that one gone they
 * are of no use any more. */
static bool slot_is_lost(const struct namespace_slot *slot, const struct namespace_pool *pool, const struct run *run)
{
	return (pool->parked || namespace_is_rootless()) && slot->losses != start_losses(run->keeper);
}

/* The oldest one that is of use, or NULL; adds to the count those that were not, which are gone then. */
static struct namespace_slot *pool_pop_useful(struct namespace_pool *pool, const struct run *run, size_t *lost)
{
	struct namespace_slot *slot = pool_pop(pool);

	for (; slot && slot_is_lost(slot, pool, run); slot = pool_pop(pool)) {
		(void)slot_drop(slot, NULL);
		++*lost;
	}
	return slot;
}

static void pool_sort_out(struct namespace_pool *pool, const struct run *run)
{
	size_t lost = 0;

	for (size_t left = pool->count; left > lost; left--) {
		struct namespace_slot *slot = pool_pop_useful(pool, run, &lost);

		if (slot)
			pool_push(pool, slot);
	}
}

int namespace_pool_refill(const struct run *run, struct subject *subject, struct error *err)
{
	struct namespace_pool *pool = ((struct namespace_state *)subject->state)->pool;
	int made = 0;

	if (!pool)
		return 0;
	pool_sort_out(pool, run);
	for (; pool->count < pool->size; made++) {
		struct namespace_slot *slot = slot_make(run, subject, &pool->reason);

		if (!slot)
			return error_set(err, -EIO, "%s: what is made ahead cannot be made: %s", subject->name,
					 pool->reason.text);
		pool_push(pool, slot);
	}
	return made;
}

int namespace_pool_take(struct instance *in, struct error *err)
{
	struct namespace_state *state = in->subject->state;
	size_t lost = 0;
	struct namespace_slot *slot = pool_pop_useful(state->pool, in->run, &lost);

	/* The one sample that met the end of the starter has told of it: those that follow find what they expect. */
	if (!slot && lost)
		slot = slot_make(in->run, in->subject, &state->pool->reason);
	if (!slot)
		return error_set(err, -EAGAIN, "nothing is left of what was made ahead%s%s",
				 *state->pool->reason.text ? ": " : "", state->pool->reason.text);
	in->state = slot;
	(void)snprintf(in->group, sizeof(in->group), "%s", slot->in.name);
	if (state->root != NAMESPACE_ROOT_TMPFS && rename(slot->in.storage, in->storage) < 0)
		return error_errno(err, errno, "%s: cannot take it for the instance", slot->in.storage);
	return 0;
}

static int start_parked(struct namespace_slot *slot, struct instance *in, struct started *ret_started,
			struct error *err)
{
	char path[sizeof(in->socket) + sizeof(PROTOCOL_CONTAINER_SOCKET)];

	(void)snprintf(path, sizeof(path), "%s%s", slot->in.socket, strrchr(PROTOCOL_CONTAINER_SOCKET, '/'));
	if (link(in->socket, path) < 0)
		return error_errno(err, errno, "%s: cannot put the channel there", path);
	int rc = start_box_release(in->run->keeper, slot->in.pid, ret_started, err);

	if (!ret_started->pid)
		return rc;
	ret_started->pidfd = slot->in.pidfd; /* the instance's now */
	slot->in.pidfd = -1;
	slot->in.pid = 0;
	return rc;
}

static int start_pooled(struct namespace_slot *slot, struct instance *in, struct started *ret_started,
			struct error *err)
{
	const struct namespace_state *state = in->subject->state;
	bool ready = state->root == NAMESPACE_ROOT_READY, ipc = state->pool->ipc;
	const int *root = slot->ahead.fds + 1 + ipc, *cgroups = root + !ready;
	cleanup_close int channel = namespace_tree_detach(in->run, in->socket, err);
	struct box box;

	if (channel < 0)
		return channel;
	int fds[BOX_FDS_MAX] = {
	    [NAMESPACE_FD_USER] = state->user,
	    [NAMESPACE_FD_SOCKET] = channel,
	    [NAMESPACE_FD_ROOT] = ready ? slot->own.fds[slot->own.count - 1] : *root,
	    [POOL_FD_NETWORK] = slot->ahead.fds[0],
	    [POOL_FD_IPC] = slot->ahead.fds[ipc],
	};

	namespace_box(in, &box);
	box.root.attached = NAMESPACE_FD_ROOT;
	box.network = POOL_FD_NETWORK;
	box.ipc = ipc ? POOL_FD_IPC : -1;
	mounts_left(state, &box);
	for (uint32_t i = 0; i < box.cgroup_count; i++) {
		fds[POOL_FD_CGROUP + i] = cgroups[i];
		box.cgroups[i].ready = box.cgroups[i].parent = (int32_t)(POOL_FD_CGROUP + i);
	}
	return start_box(in->run->keeper, &box, fds, POOL_FD_CGROUP + box.cgroup_count, ret_started, err);
}

int namespace_pool_start(struct instance *in, struct started *ret_started, struct error *err)
{
	struct namespace_slot *slot = in->state;
	const struct namespace_state *state = in->subject->state;

	return (state->pool->parked ? start_parked : start_pooled)(slot, in, ret_started, err);
}

pid_t namespace_pool_pid(const struct instance *in)
{
	const struct namespace_slot *slot = in->state;

	return slot ? slot->in.pid : 0;
}

int namespace_pool_drop(struct instance *in, struct error *err)
{
	struct namespace_slot *slot = in->state;

	in->state = NULL;
	return slot ? slot_drop(slot, err) : 0;
}

void namespace_pool_free(struct namespace_pool *pool)
{
	struct namespace_slot *slot;
	struct error err = {0};

	if (!pool)
		return;
	while ((slot = pool_pop(pool)))
		if (slot_drop(slot, &err) < 0)
			log_debug("what was made ahead: %s", err.text);
	(void)pthread_mutex_destroy(&pool->lock);
	free(pool);
}

struct json *namespace_pool_facts(const struct namespace_pool *pool)
{
	struct json *ahead = json_object();

	json_add_text(ahead, "what",
		      pool->parked ? "the container is started, up to the execution of the program"
				   : "the network and IPC namespaces, the cgroups and the root with /dev and /sys");
	json_add_int(ahead, "count", (int64_t)pool->size);
	return ahead;
}
