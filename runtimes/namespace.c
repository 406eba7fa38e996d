/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our own container: all namespaces, an overlay root, limits, no privileges, started by a starter from a
 * ready-made description. Prepared once: user namespace, root tree, filter, cgroup folders. Per instance: two
 * folders.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/base/log.h"
#include "harness/base/packet.h"
#include "harness/base/quantity.h"
#include "harness/base/start.h"
#include "runtimes/box-text.h"
#include "runtimes/namespace.h"
#include "runtimes/inside.h"
#include "runtimes/started.h"
#include "runtimes/user-net.h"

static int check_ahead(const char *value, struct error *err)
{
	uint64_t count;

	return quantity_parse_count(value, 0, NAMESPACE_AHEAD_MAX, &count, err);
}

static const struct runtime_option namespace_options[] = {
    {
	.name = "upper",
	.choices = "disk|tmpfs",
	.fallback = "disk",
	.summary = "where what the container writes goes: the run's storage, or memory",
    },
    {
	.name = "overlay",
	.choices = "auto|late|early",
	.fallback = "auto",
	.summary =
	    "who assembles the root: the container's first process (late, Linux 6.15), or start() (early)",
    },
    {
	.name = "network",
	.choices = "none|bridge|user",
	.fallback = "none",
	.summary =
	    "bridge: a veth pair and a bridge in a network namespace of the run's own, with the workloads' peer on "
	    "it; user: a tap and slirp4netns (libslirp), with the peer behind it",
    },
    {
	.name = "seccomp",
	.choices = "on|off",
	.fallback = "on",
	.summary = "off: no filter of system calls, which is unsafe: a control that shows what the filter costs",
    },
    {
	.name = "pool",
	.fallback = "0",
	.summary = "for how many starts network, cgroups and root are made ahead",
	.check = check_ahead,
    },
    {
	.name = "parked",
	.fallback = "0",
	.summary = "how many containers are started ahead, up to the execution of the program",
	.check = check_ahead,
    },
    {0},
};

static int connect_prepare(struct namespace_state *state, struct subject *subject, struct error *err)
{
	const char *network = subject_setting(subject, "network");

	if (!strcmp(network, "none"))
		return 0;
	if (state->pool)
		return error_input(err, "%s: what is made ahead has no network but its own; network=%s takes no pool",
				   subject->name, network);
	state->user_net = !strcmp(network, "user");
	subject->connected = true;
	return bridge_open(&state->bridge, err);
}

/* Nobody starts such a container to use it: it is compared with nothing but in what it costs. */
static int control_prepare(struct namespace_state *state, struct subject *subject, struct error *err)
{
	state->unfiltered = !strcmp(subject_setting(subject, "seccomp"), "off");
	if (state->unfiltered && state->pool)
		return error_input(err, "%s: what is made ahead has a filter; seccomp=off takes no pool",
				   subject->name);
	if (state->unfiltered)
		(void)snprintf(subject->class, sizeof(subject->class), SUBJECT_CONTROL);
	return 0;
}

static int namespace_prepare(const struct run *run, struct subject *subject, struct error *err)
{
	struct namespace_state *state = alloc_zero(1, sizeof(*state));

	subject->state = state;
	state->lower = state->storage = -1;
	state->user = -1;
	int rc = start_box_prepare(run->keeper, NULL, 0, err);

	if (!rc)
		state->user = namespace_user_open(run, err);
	if (!rc)
		rc = state->user < 0 ? state->user : namespace_root_prepare(state, run, subject, err);
	if (!rc)
		rc = cgroup_find_own(&state->cgroups, err);
	if (!rc)
		rc = cgroup_open(&state->cgroups, run, err);
	if (!rc)
		rc = namespace_pool_prepare(state, subject, err);
	if (!rc)
		rc = control_prepare(state, subject, err);
	if (!rc)
		rc = connect_prepare(state, subject, err);
	if (!rc)
		rc = namespace_describe(state, run, subject, err);
	if (rc < 0)
		return rc;
	subject->facts = namespace_facts(state, subject);
	return namespace_pool_refill(run, subject, err);
}

void namespace_box(const struct instance *in, struct box *ret_box)
{
	const struct namespace_state *state = in->subject->state;

	(void)memcpy(ret_box, &state->box, box_size(&state->box));
	ret_box->hostname = box_text(ret_box, in->name);
	for (uint32_t i = 0; i < ret_box->cgroup_count; i++)
		ret_box->cgroups[i].name = ret_box->hostname;
}

int namespace_descriptors(struct instance *in, int channel, int fds[BOX_FDS_MAX], struct packet_fds *own,
			  struct error *err)
{
	struct namespace_state *state = in->subject->state;
	int first = namespace_cgroup_fd(state);

	fds[NAMESPACE_FD_USER] = state->user;
	fds[NAMESPACE_FD_SOCKET] = channel;
	int rc = namespace_root_renew(state, in->run, in->subject, err);

	if (!rc)
		rc = namespace_root_open(in, fds, own, err);

	for (size_t i = 0; i < state->cgroups.count; i++)
		fds[first + (int)i] = state->cgroups.at[i].fd;
	return rc < 0 ? rc : first + (int)state->cgroups.count;
}

/* One more descriptor: a network that has a way out. How many there are then. */
static int connect_box(const struct namespace_state *state, struct instance *in, int fds[BOX_FDS_MAX], int count,
		       struct packet_fds *own, struct box *box, struct error *err)
{
	struct user_net *net = NULL;
	int netns = state->user_net ? user_net_connect(state->bridge, in, &net, err)
				    : bridge_connect(state->bridge, in, err);

	if (net)
		in->state = net;
	if (netns < 0)
		return netns;
	own->fds[own->count++] = netns;
	fds[count] = netns;
	box->network = count;
	return count + 1;
}

static int namespace_create(struct instance *in, struct error *err)
{
	const struct namespace_state *state = in->subject->state;

	return state->pool ? namespace_pool_take(in, err) : namespace_root_create(in, err);
}

static int start_cold(struct instance *in, struct started *ret_started, struct error *err)
{
	const struct namespace_state *state = in->subject->state;
	struct packet_fds own = {0};
	int fds[BOX_FDS_MAX];
	struct box box;
	int rc = own.fds[0] = namespace_tree_detach(in->run, in->socket, err);

	if (rc < 0)
		return rc;
	own.count = 1;
	namespace_box(in, &box);
	rc = namespace_descriptors(in, own.fds[0], fds, &own, err);
	if (rc >= 0 && state->bridge)
		rc = connect_box(state, in, fds, rc, &own, &box, err);
	if (rc >= 0)
		rc = start_box(in->run->keeper, &box, fds, (size_t)rc, ret_started, err);
	packet_close(&own);
	return rc;
}

static int namespace_start(struct instance *in, struct error *err)
{
	const struct namespace_state *state = in->subject->state;
	struct started started = {.pidfd = -1};
	int rc = (state->pool ? namespace_pool_start : start_cold)(in, &started, err);

	started_record(in, &started);
	return rc;
}

static void namespace_artefacts(const struct run *run, const struct subject *subject, struct costs *ret_costs)
{
	cleanup_free char *root = namespace_root_tree(run, subject);

	costs_add_path(ret_costs, DISK_BASE, root);
}

/* The process that carries an instance's network is one of the instance's costs. */
static void user_net_costs(const struct instance *in, struct costs *costs)
{
	const struct namespace_state *state = in->subject->state;
	cleanup_free char *program = state->user_net ? user_net_program() : NULL;

	if (state->user_net && in->state)
		costs_add_process(costs, user_net_pid(in->state));
	if (program)
		costs_add_path(costs, DISK_PLATFORM, program);
}

static int namespace_inspect(struct instance *in, struct costs *ret_costs, struct error *err)
{
	const struct namespace_state *state = in->subject->state;

	(void)err;
	cgroup_processes(&state->cgroups, *in->group ? in->group : in->name, ret_costs);
	if (!ret_costs->process_count)
		costs_add_process(ret_costs, in->pid);
	started_platform(in, ret_costs);
	user_net_costs(in, ret_costs);
	ret_costs->own_cgroup = state->cgroups.count > 0;
	if (state->root != NAMESPACE_ROOT_TMPFS)
		costs_add_path(ret_costs, DISK_INSTANCE, in->storage);
	namespace_artefacts(in->run, in->subject, ret_costs);
	return 0;
}

static void namespace_destroy(struct instance *in)
{
	const struct namespace_state *state = in ? in->subject->state : NULL;
	struct error err = {0};

	if (!state)
		return;
	if (state->user_net) {
		user_net_end(in->run->keeper, in->state);
		in->state = NULL;
	}
	if (started_end(in, &err) < 0 || namespace_pool_drop(in, &err) < 0 ||
	    cgroup_remove(&state->cgroups, in->name, &err) < 0 || file_remove_tree(in->storage, &err) < 0)
		log_debug("%s: %s", in->name, err.text);
}

static void namespace_finish(struct subject *subject)
{
	struct namespace_state *state = subject->state;

	if (!state)
		return;
	namespace_pool_free(state->pool);
	bridge_close(state->bridge);
	cgroup_close(&state->cgroups);
	if (state->storage >= 0)
		(void)close(state->storage);
	if (state->lower >= 0)
		(void)close(state->lower);
	if (state->user >= 0)
		(void)close(state->user);
	free(state);
	subject->state = NULL;
}

const struct runtime runtime_namespace = {
    .name = "namespace",
    .summary = "our own container: namespaces, overlay root, cgroup limits, no privileges",
    .kind = RUNTIME_CONTAINER,
    .options = namespace_options,
    .probe = namespace_probe,
    .prepare = namespace_prepare,
    .artefacts = namespace_artefacts,
    .create = namespace_create,
    .start = namespace_start,
    .inspect = namespace_inspect,
    .stop = started_kill,
    .destroy = namespace_destroy,
    .refill = namespace_pool_refill,
    .exec = inside_enter,
    .finish = namespace_finish,
};
