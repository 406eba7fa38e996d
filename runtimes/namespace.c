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
#include "harness/base/start.h"
#include "runtimes/box-text.h"
#include "runtimes/namespace.h"
#include "runtimes/started.h"

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
    {0},
};

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
		rc = namespace_describe(state, run, subject, err);
	if (!rc)
		subject->facts = namespace_facts(state, subject);
	return rc;
}

/* All descriptors of an instance, and how many; what has to be closed after the start is added to `own`. */
static int instance_descriptors(struct instance *in, int fds[BOX_FDS_MAX], struct packet_fds *own,
				struct error *err)
{
	struct namespace_state *state = in->subject->state;
	int first = namespace_cgroup_fd(state);

	fds[NAMESPACE_FD_USER] = state->user;
	fds[NAMESPACE_FD_SOCKET] = namespace_tree_detach(in->run, in->socket, err);
	if (fds[NAMESPACE_FD_SOCKET] < 0)
		return fds[NAMESPACE_FD_SOCKET];
	own->fds[own->count++] = fds[NAMESPACE_FD_SOCKET];
	int rc = namespace_root_renew(state, in->run, in->subject, err);

	if (!rc)
		rc = namespace_root_open(in, fds, own, err);

	for (size_t i = 0; i < state->cgroups.count; i++)
		fds[first + (int)i] = state->cgroups.at[i].fd;
	return rc < 0 ? rc : first + (int)state->cgroups.count;
}

static int namespace_start(struct instance *in, struct error *err)
{
	const struct namespace_state *state = in->subject->state;
	struct started started = {.pidfd = -1};
	struct packet_fds own = {0};
	int fds[BOX_FDS_MAX];
	struct box box;

	(void)memcpy(&box, &state->box, box_size(&state->box));
	box.hostname = box_text(&box, in->name);
	for (uint32_t i = 0; i < box.cgroup_count; i++)
		box.cgroups[i].name = box.hostname;
	int rc = instance_descriptors(in, fds, &own, err);

	if (rc >= 0)
		rc = start_box(in->run->keeper, &box, fds, (size_t)rc, &started, err);
	packet_close(&own);
	started_record(in, &started);
	return rc;
}

static void namespace_artefacts(const struct run *run, const struct subject *subject, struct costs *ret_costs)
{
	cleanup_free char *root = namespace_root_tree(run, subject);

	costs_add_path(ret_costs, DISK_BASE, root);
}

static int namespace_inspect(struct instance *in, struct costs *ret_costs, struct error *err)
{
	const struct namespace_state *state = in->subject->state;

	(void)err;
	cgroup_processes(&state->cgroups, in->name, ret_costs);
	if (!ret_costs->process_count)
		costs_add_process(ret_costs, in->pid);
	started_platform(in, ret_costs);
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
	if (started_end(in, &err) < 0 || cgroup_remove(&state->cgroups, in->name, &err) < 0 ||
	    file_remove_tree(in->storage, &err) < 0)
		log_debug("%s: %s", in->name, err.text);
}

static void namespace_finish(struct subject *subject)
{
	struct namespace_state *state = subject->state;

	if (!state)
		return;
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
    .create = namespace_root_create,
    .start = namespace_start,
    .inspect = namespace_inspect,
    .stop = started_kill,
    .destroy = namespace_destroy,
    .finish = namespace_finish,
};
