/* SPDX-License-Identifier: Apache-2.0 */
/* What a container is made of: namespaces, root, mounts, limits, privileges. The same for all instances of a
 * subject. */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include "harness/base/cleanup.h"
#include "harness/base/alloc.h"
#include "harness/base/file.h"
#include "harness/model/protocol.h"
#include "runtimes/box-text.h"
#include "runtimes/masks.h"
#include "runtimes/namespace.h"

#define NAMESPACE_TMPFS_SIZE "67108864" /* bytes; counts as the container's memory */
#define NAMESPACE_FILES_SOFT 1024u
#define NAMESPACE_FILES_HARD 4096u

#define PLAIN (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)

/* A mount below the root. */
struct mount_row {
	enum box_mount_kind kind;
	const char *target, *type;
	uint32_t attributes;
	const char *options[7];
};

/* The same in every container. */
static const struct mount_row shared_rows[] = {
    {BOX_MOUNT_DEVICES, "dev", NULL, 0, {NULL}},
    {BOX_MOUNT_NEW,
     "dev/pts",
     "devpts",
     MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC,
     {"ptmxmode", "0666", "mode", "0620", NULL}},
    {BOX_MOUNT_NEW, "dev/shm", "tmpfs", PLAIN, {"mode", "1777", "size", NAMESPACE_TMPFS_SIZE, NULL}},
};

/* Show namespaces that only the container's first process is in, but for the first, whose namespace a pool has. */
static const struct mount_row own_rows[] = {
    {BOX_MOUNT_NEW, "dev/mqueue", "mqueue", PLAIN, {NULL}},
    {BOX_MOUNT_NEW, "proc", "proc", PLAIN, {NULL}},
};

/* The channel: its socket, or the folder into which it will be put. */
static const struct mount_row socket_row = {BOX_MOUNT_ATTACH, PROTOCOL_CONTAINER_SOCKET + 1, NULL, 0, {NULL}};
static const struct mount_row folder_row = {BOX_MOUNT_ATTACH, PROTOCOL_CONTAINER_FOLDER + 1, NULL, 0, {NULL}};

/* Shows the network namespace that it is mounted in. */
static const struct mount_row sys_row = {BOX_MOUNT_NEW, "sys", "sysfs", PLAIN | MOUNT_ATTR_RDONLY, {NULL}};

/* The masks below one of the two, "/proc/" or "/sys/". */
static void describe_masks(struct box *box, const char *below)
{
	static const enum box_mount_kind kinds[] = {
	    [MASK_READONLY] = BOX_MOUNT_READONLY,
	    [MASK_FILE] = BOX_MOUNT_HIDE_FILE,
	    [MASK_FOLDER] = BOX_MOUNT_HIDE_FOLDER,
	};

	for (size_t i = 0; i < MASK_COUNT; i++)
		if (!strncmp(masks[i].path, below, strlen(below)) && file_exists(masks[i].path))
			box->mounts[box->mount_count++] = (struct box_mount){
			    .kind = kinds[masks[i].kind],
			    .fd = -1,
			    .target = box_text(box, masks[i].path + 1),
			};
}

static void describe_mount(struct box *box, const struct mount_row *row)
{
	box->mounts[box->mount_count++] = (struct box_mount){
	    .kind = row->kind,
	    .fd = row->kind == BOX_MOUNT_ATTACH ? NAMESPACE_FD_SOCKET : -1,
	    .attributes = row->attributes,
	    .target = box_text(box, row->target),
	    .type = row->type ? box_text(box, row->type) : 0,
	    .options = row->options[0] ? box_options(box, row->options) : 0,
	};
}

static void describe_mounts(struct namespace_state *state)
{
	struct box *box = &state->box;

	for (size_t i = 0; i < sizeof(shared_rows) / sizeof(shared_rows[0]); i++)
		describe_mount(box, &shared_rows[i]);
	state->mounts_shared = box->mount_count;
	for (size_t i = 0; i < sizeof(own_rows) / sizeof(own_rows[0]); i++)
		describe_mount(box, &own_rows[i]);
	describe_mount(box, namespace_pool_parks(state->pool) ? &folder_row : &socket_row);
	describe_masks(box, "/proc/");
	box->mount_network = box->mount_count;
	describe_mount(box, &sys_row);
	describe_masks(box, "/sys/");
}

static void describe_root(struct namespace_state *state)
{
	static const char *const tmpfs[] = {"size", NAMESPACE_TMPFS_SIZE, "mode", "0700", NULL};
	/* The last pair is for a user, whose marks cannot be trusted.* ones. */
	static const char *const overlay[] = {"volatile", "", "userxattr", "", NULL};
	static const char *const overlay_root[] = {"volatile", "", NULL};
	bool rootless = namespace_is_rootless();
	struct box_root *root = &state->box.root;

	root->attributes = MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID;
	if (state->root == NAMESPACE_ROOT_READY) {
		root->attached = NAMESPACE_FD_ROOT;
		return;
	}
	root->lower[root->lower_count++] = NAMESPACE_FD_ROOT;
	if (state->root == NAMESPACE_ROOT_DISK) {
		root->upper = NAMESPACE_FD_UPPER;
		root->work = NAMESPACE_FD_WORK;
		if (rootless)
			root->options = box_options(&state->box, overlay + 2);
		return;
	}
	root->owner = rootless ? 0 : NAMESPACE_ID_FIRST;
	root->tmpfs = box_options(&state->box, tmpfs);
	root->options = box_options(&state->box, rootless ? overlay : overlay_root);
}

uint64_t namespace_substitute(const struct cgroups *cgroups, const struct limits *limits, int resource)
{
	if (!namespace_is_rootless())
		return 0;
	if (resource == RLIMIT_AS)
		return cgroup_has(cgroups, "memory") ? 0 : limits->memory_bytes;
	/* Counted for all that the user has in the user namespace, the starter with it. */
	return cgroup_has(cgroups, "pids") || !limits->pids_count ? 0 : limits->pids_count + 1;
}

/* Lowers only: a limit that is stricter already stays. */
static void describe_rlimits(struct box *box, const struct cgroups *cgroups, const struct limits *limits)
{
	rlim_t memory = namespace_substitute(cgroups, limits, RLIMIT_AS);
	rlim_t tasks = namespace_substitute(cgroups, limits, RLIMIT_NPROC);
	const struct {
		int resource;
		bool wanted;
		rlim_t soft, hard;
	} rows[] = {
	    {RLIMIT_NOFILE, true, NAMESPACE_FILES_SOFT, NAMESPACE_FILES_HARD},
	    {RLIMIT_CORE, true, 0, 0},
	    {RLIMIT_AS, memory > 0, memory, memory},
	    {RLIMIT_NPROC, tasks > 0, tasks, tasks},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rlimit now;

		if (!rows[i].wanted || getrlimit((__rlimit_resource_t)rows[i].resource, &now) < 0)
			continue;
		rlim_t hard = now.rlim_max < rows[i].hard ? now.rlim_max : rows[i].hard;

		box->rlimits[box->rlimit_count++] = (struct box_rlimit){
		    .resource = (uint32_t)rows[i].resource,
		    .soft = rows[i].soft < hard ? rows[i].soft : hard,
		    .hard = hard,
		};
	}
}

static void describe_command(struct box *box, const struct namespace_state *state, const struct subject *subject)
{
	box->path = box_text(box, PROTOCOL_PAYLOAD_PATH);
	box->arguments[box->argument_count++] = box->path;
	box->variables[box->variable_count++] =
	    box_text(box, PROTOCOL_ENV_CHANNEL "=" PROTOCOL_UNIX_PREFIX PROTOCOL_CONTAINER_SOCKET);
	if (state->bridge) {
		cleanup_free char *peer = bridge_peer(state->bridge, state->user_net);
		cleanup_free char *text = alloc_format(PROTOCOL_ENV_PEER "=%s", peer);

		box->variables[box->variable_count++] = box_text(box, text);
	}
	for (size_t i = 0; i < subject->variable_count; i++)
		box->variables[box->variable_count++] = box_text(box, subject->variables[i].text);
}

int namespace_cgroup_fd(const struct namespace_state *state)
{
	return state->root == NAMESPACE_ROOT_DISK ? NAMESPACE_FD_WORK + 1 : NAMESPACE_FD_UPPER;
}

/* The base goes to the starter, the rest into each box. */
static int describe_filter(struct namespace_state *state, const struct run *run, struct error *err)
{
	static struct seccomp_layer base, rest;
	struct box *box = &state->box;

	if (state->unfiltered)
		return 0;
	int rc = seccomp_build(&base, &rest, &state->filter, err);

	if (!rc)
		rc = start_box_prepare(run->keeper, base.filter, base.count, err);
	if (rc < 0)
		return rc;
	box->filter_base = box_filter_digest(base.filter, base.count);
	box->filter_count = (uint32_t)rest.count;
	(void)memcpy(box->filter, rest.filter, rest.count * sizeof(rest.filter[0]));
	return 0;
}

int namespace_describe(struct namespace_state *state, const struct run *run, const struct subject *subject,
		       struct error *err)
{
	struct box *box = &state->box;

	box_init(box);
	box->flags = BOX_LOOPBACK_UP | BOX_CGROUP_NAMESPACE;
	box->namespaces = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET;
	box->user_namespace = namespace_is_rootless() ? -1 : NAMESPACE_FD_USER;
	describe_root(state);
	describe_mounts(state);
	describe_rlimits(box, &state->cgroups, &subject->limits);
	describe_command(box, state, subject);
	cgroup_describe(&state->cgroups, &subject->limits, box, namespace_cgroup_fd(state));
	return describe_filter(state, run, err);
}
