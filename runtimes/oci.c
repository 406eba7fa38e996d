/* SPDX-License-Identifier: Apache-2.0 */
/* The operations of all OCI runtimes, and their rows: a row's name is its program's. */
#include "runtimes/oci.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/clock.h"
#include "harness/base/file.h"
#include "harness/base/log.h"
#include "harness/base/sweep.h"
#include "harness/model/protocol.h"
#include "harness/base/program.h"
#include "runtimes/started.h"

#define STAMP_ERROR_NS 25u
#define SWEEP_NS 2000000000u

/* Where cgroups are mounted: v2, and each hierarchy of v1. */
static const char *const cgroup_mounts[] = {"/sys/fs/cgroup", "/sys/fs/cgroup/*"};

static const struct runtime_option oci_options[] = {
    {
	.name = "call",
	.choices = "create|run",
	.fallback = "create",
	.summary = "how it is started: create, then start, as containerd does; or one run --detach",
    },
    LAYERED_ROOT_OPTION,
    {0},
};

char *oci_cgroup(const struct run *run, const char *name)
{
	return alloc_format("/tare/tare-%s%s%s", run->id, *name ? "/" : "", name);
}

/* Runtimes of cgroup v1 make a folder in every hierarchy, not only where there is a limit. */
static int cgroups_guard(const struct run *run, struct error *err)
{
	cleanup_free char *folder = oci_cgroup(run, "");
	int rc = 0;

	for (size_t i = 0; !rc && i < sizeof(cgroup_mounts) / sizeof(cgroup_mounts[0]); i++) {
		cleanup_free char *pattern = alloc_format("%s%s", cgroup_mounts[i], folder);

		rc = start_guard_cgroup(run->keeper, pattern, err);
	}
	return rc;
}

/* Calls `visit` for the folder of that name in every hierarchy that has it; "" is the run's own. */
static void cgroups_visit(const struct run *run, const char *name, void (*visit)(const char *path))
{
	cleanup_free char *folder = oci_cgroup(run, name);

	for (size_t i = 0; i < sizeof(cgroup_mounts) / sizeof(cgroup_mounts[0]); i++) {
		cleanup_free char *pattern = alloc_format("%s%s", cgroup_mounts[i], folder);
		glob_t found;

		if (!glob(pattern, GLOB_NOSORT, NULL, &found))
			for (size_t k = 0; k < found.gl_pathc; k++)
				visit(found.gl_pathv[k]);
		globfree(&found);
	}
}

static void cgroup_sweep(const char *path)
{
	sweep_cgroup(path, clock_now_ns() + SWEEP_NS);
}

/* The run's folder, and the one that all runs share; neither goes while somebody is in it. */
static void cgroup_leave(const char *path)
{
	cleanup_free char *parent = alloc_text(path);
	char *last = strrchr(parent, '/');

	(void)rmdir(path);
	if (!last)
		return;
	*last = '\0';
	(void)rmdir(parent);
}

static int oci_prepare(const struct run *run, struct subject *subject, struct error *err)
{
	struct oci *oci = alloc_zero(1, sizeof(*oci));
	struct json *config = oci_config(run, subject);

	subject->state = oci;
	oci->run = run;
	oci->template = json_text(config, true);
	json_free(config);
	oci->states = alloc_format("%s/%s", run->private_folder, subject->runtime->name);
	oci->program = program_find(subject->runtime->name);
	if (!oci->program)
		return error_host(err, "%s is not installed", subject->runtime->name);
	subject->facts = oci_facts(oci, subject);
	int rc = layered_root_check(run, subject, err);

	return rc < 0 ? rc : cgroups_guard(run, err);
}

/* The bundle: the root, mounted as an engine's storage driver would, and config.json. */
static int oci_create(struct instance *in, struct error *err)
{
	const struct oci *oci = in->subject->state;
	int rc = layered_root_make(in, &oci->images, err);

	return rc ? rc : oci_config_write(in, oci->template, err);
}

/* Its init, which is ours to watch from now on: a child of the keeper since its parents have ended. */
static int init_find(struct instance *in, const char *pid_file, struct error *err)
{
	uint64_t pid;
	int rc = file_read_u64(pid_file, &pid, err);

	if (rc < 0)
		return rc;
	in->pid = (pid_t)pid;
	in->pidfd = (int)syscall(SYS_pidfd_open, in->pid, 0);
	return in->pidfd < 0 ? error_errno(err, errno, "the container's process %d", (int)in->pid) : 0;
}

static int oci_start(struct instance *in, struct error *err)
{
	cleanup_free char *pid_file = alloc_format("%s/%s.pid", in->run->private_folder, in->name);
	const char *const create[] = {"create", "--bundle", in->storage, "--pid-file", pid_file, in->name, NULL};
	const char *const run[] = {"run", "--detach", "--bundle", in->storage, "--pid-file", pid_file, in->name, NULL};
	const char *const start[] = {"start", in->name, NULL};
	bool two_calls = !strcmp(subject_setting(in->subject, "call"), "create");
	struct oci_call call = {0};
	int rc = oci_call(in, two_calls ? create : run, &call, err);

	if (rc < 0)
		return rc;
	timeline_add(in->timeline, EVENT_RUNTIME_SPAWN, call.spawn_ns, STAMP_ERROR_NS, "keeper");
	if (two_calls) {
		timeline_add(in->timeline, EVENT_RUNTIME_EXIT, call.exit_ns, STAMP_ERROR_NS, "keeper");
		rc = oci_call(in, start, &call, err);
		timeline_add(in->timeline, EVENT_START_CALL, call.spawn_ns, STAMP_ERROR_NS, "keeper");
	}
	/* Not on the clock's path: the payload is running. */
	int known = init_find(in, pid_file, rc < 0 ? NULL : err);

	return rc < 0 ? rc : known;
}

static void oci_artefacts(const struct run *run, const struct subject *subject, struct costs *ret_costs)
{
	cleanup_free char *root = layered_root_tree(run, subject);

	costs_add_path(ret_costs, DISK_BASE, root);
}

static int oci_inspect(struct instance *in, struct costs *ret_costs, struct error *err)
{
	const struct oci *oci = in->subject->state;

	(void)err;
	costs_add_process(ret_costs, in->pid);
	ret_costs->own_cgroup = true;
	layered_root_costs(in, ret_costs);
	oci_artefacts(in->run, in->subject, ret_costs);
	costs_add_path(ret_costs, DISK_PLATFORM, oci->program);
	return 0;
}

static int oci_stop(struct instance *in, struct error *err)
{
	return oci_call(in, (const char *const[]){"kill", in->name, "KILL", NULL}, NULL, err);
}

static void file_forget(const struct instance *in, const char *suffix)
{
	cleanup_free char *path = alloc_format("%s/%s.%s", in->run->private_folder, in->name, suffix);

	(void)unlink(path);
}

static void oci_destroy(struct instance *in)
{
	const struct oci *oci = in ? in->subject->state : NULL;
	struct error err = {0};

	if (!oci || !oci->program)
		return;
	cleanup_free char *state = alloc_format("%s/%s", oci->states, in->name);

	if (started_end(in, &err) < 0)
		log_debug("%s: %s", in->name, err.text);
	/* Also of a container of which only half was made. */
	if (file_exists(state) &&
	    oci_call(in, (const char *const[]){"delete", "--force", in->name, NULL}, NULL, &err) < 0)
		log_debug("%s: %s", in->name, err.text);
	cgroups_visit(in->run, in->name, cgroup_sweep);
	layered_root_remove(in);
	if (file_remove_tree(state, &err) < 0)
		log_debug("%s: %s", in->name, err.text);
	file_forget(in, "log");
	file_forget(in, "pid");
}

static int oci_commit(struct instance *in, struct error *err)
{
	struct oci *oci = in->subject->state;

	return layered_root_commit(in, &oci->images, err);
}

static int oci_image_costs(const struct subject *subject, size_t number, struct costs *ret_costs, struct error *err)
{
	const struct oci *oci = subject->state;

	return layered_root_image_costs(oci->run, subject, &oci->images, number, ret_costs, err);
}

static void oci_revert(struct subject *subject)
{
	struct oci *oci = subject->state;

	layered_images_clear(&oci->images);
}

static int oci_exec(struct instance *in, struct error *err)
{
	const char *const arguments[] = {"exec", in->name, PROTOCOL_PAYLOAD_PATH, PROTOCOL_ARGUMENT_TRUE, NULL};

	return oci_call(in, arguments, NULL, err);
}

/* What the runtime knew goes with the run's private folder. */
static void oci_finish(struct subject *subject)
{
	struct oci *oci = subject->state;

	if (!oci)
		return;
	layered_images_clear(&oci->images);
	cgroups_visit(oci->run, "", cgroup_leave);
	free(oci->program);
	free(oci->template);
	free(oci->states);
	free(oci);
	subject->state = NULL;
}

#define OCI_RUNTIME(symbol, program)                                                                         \
	const struct runtime runtime_##symbol = {                                                            \
	    .name = program,                                                                                 \
	    .summary = "the OCI runtime " program ": create and start of a bundle, no daemon",               \
	    .kind = RUNTIME_CONTAINER,                                                                       \
	    .options = oci_options,                                                                          \
	    .probe = oci_probe,                                                                              \
	    .prepare = oci_prepare,                                                                          \
	    .artefacts = oci_artefacts,                                                                      \
	    .create = oci_create,                                                                            \
	    .start = oci_start,                                                                              \
	    .inspect = oci_inspect,                                                                          \
	    .stop = oci_stop,                                                                                \
	    .destroy = oci_destroy,                                                                          \
	    .commit = oci_commit,                                                                            \
	    .image_costs = oci_image_costs,                                                                  \
	    .revert = oci_revert,                                                                            \
	    .exec = oci_exec,                                                                                \
	    .finish = oci_finish,                                                                            \
	}

OCI_RUNTIME(crun, "crun");
OCI_RUNTIME(runc, "runc");
OCI_RUNTIME(youki, "youki");
OCI_RUNTIME(runsc, "runsc");
OCI_RUNTIME(kata, "kata-runtime");
