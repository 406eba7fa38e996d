/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bubblewrap as a runtime, for make bench-start only: the same root tree and upper layer as crun's and runc's, the same
 * filter and limits as ours. What it has not by itself is made for it as cheaply as can be: the harness mounts its root
 * and makes its cgroups, a static program of a few system calls enters them. It gets no user namespace, no /sys and no
 * masks over /proc but its own four, which all are in its favour.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/base/log.h"
#include "harness/base/start.h"
#include "harness/model/protocol.h"
#include "harness/model/runtime.h"
#include "runtimes/box-text.h"
#include "runtimes/cgroup.h"
#include "runtimes/layered-root.h"
#include "harness/base/program.h"
#include "runtimes/seccomp.h"
#include "runtimes/started.h"

#define FILTER_COUNT 2

static const struct runtime_option bubblewrap_options[] = {LAYERED_ROOT_OPTION, {0}};

struct bubblewrap {
	char *program, *enter, *lower;
	char *filters[FILTER_COUNT];
	struct cgroups cgroups;
	struct box limits; /* only the cgroups' files of it */
};

static void bubblewrap_probe(const struct run *run, const struct subject *subject, struct finding *ret_finding)
{
	cleanup_free char *program = program_find("bwrap");

	(void)run;
	(void)subject;
	if (program)
		finding_say(ret_finding, FINDING_OK, "ready", "", "");
	else
		finding_say(ret_finding, FINDING_FAIL, "not installed", "There is no bwrap on this host.",
			    "Install it (Debian: bubblewrap).");
}

static int filters_write(struct bubblewrap *b, const struct run *run, struct error *err)
{
	static struct seccomp_layer layers[FILTER_COUNT];
	struct seccomp_facts facts;
	int rc = seccomp_build(&layers[0], &layers[1], &facts, err);

	for (size_t i = 0; !rc && i < FILTER_COUNT; i++) {
		b->filters[i] = alloc_format("%s/filter-%zu", run->private_folder, i);
		cleanup_fclose FILE *file = fopen(b->filters[i], "we");
		size_t count = layers[i].count;

		if (!file || fwrite(layers[i].filter, sizeof(layers[i].filter[0]), count, file) != count ||
		    fflush(file))
			rc = error_errno(err, errno, "%s", b->filters[i]);
	}
	return rc;
}

static int bubblewrap_prepare(const struct run *run, struct subject *subject, struct error *err)
{
	struct bubblewrap *b = alloc_zero(1, sizeof(*b));
	struct json *engine = json_object(), *config = json_object();
	char version[128];

	subject->state = b;
	subject->facts = json_object();
	json_add(subject->facts, "engine", engine);
	json_add(subject->facts, "config", config);
	b->program = program_find("bwrap");
	b->enter = alloc_format("%s/bench/enter", run->artifacts);
	b->lower = layered_root_tree(run, subject);
	if (!b->program)
		return error_host(err, "bwrap is not installed");
	program_version(b->program, version, sizeof(version));
	json_add_text(engine, "name", "bubblewrap");
	json_add_text(engine, "version", version);
	json_add_text(config, "upper", subject_setting(subject, "upper"));
	int rc = layered_root_check(run, subject, err);

	if (!rc)
		rc = filters_write(b, run, err);
	if (!rc)
		rc = cgroup_find_own(&b->cgroups, err);
	if (!rc)
		rc = cgroup_open(&b->cgroups, run, err);
	if (rc < 0)
		return rc;
	box_init(&b->limits);
	cgroup_describe(&b->cgroups, &subject->limits, &b->limits, 0);
	return 0;
}

static int cgroup_make(const struct bubblewrap *b, size_t index, const char *name, struct error *err)
{
	const struct box_cgroup *group = &b->limits.cgroups[index];
	const struct cgroup_hierarchy *h = &b->cgroups.at[index];
	int rc = mkdirat(h->fd, name, 0755) < 0 ? error_errno(err, errno, "%s/%s", h->folder, name) : 0;

	for (uint32_t i = 0; !rc && i < group->file_count; i++) {
		const struct box_cgroup_file *file = &b->limits.cgroup_files[group->file_first + i];
		cleanup_free char *path = alloc_format("%s/%s/%s", h->folder, name, b->limits.text + file->name);

		rc = file_put(path, b->limits.text + file->value, err);
	}
	return rc;
}

static int bubblewrap_create(struct instance *in, struct error *err)
{
	const struct bubblewrap *b = in->subject->state;
	static const struct layered_images none; /* but the tree */
	int rc = layered_root_make(in, &none, err);

	for (size_t i = 0; !rc && i < b->cgroups.count; i++)
		rc = cgroup_make(b, i, in->name, err);
	return rc;
}

/* Text upon text of the command line. */
struct line {
	struct start_program program;
	size_t used;
	int rc;
};

static void line_add(struct line *line, const char *text, struct error *err)
{
	if (!line->rc)
		line->rc = start_program_add(&line->program, &line->used, text, err);
	line->program.argument_count++;
}

static void line_add_all(struct line *line, const char *const *texts, struct error *err)
{
	for (; *texts; texts++)
		line_add(line, *texts, err);
}

static void line_enter(struct line *line, const struct instance *in, struct error *err)
{
	const struct bubblewrap *b = in->subject->state;

	line->rc = start_program_add(&line->program, &line->used, b->enter, err);
	line_add(line, b->enter, err);
	for (size_t i = 0; i < b->cgroups.count; i++) {
		bool unified = !strcmp(b->cgroups.at[i].name, CGROUP_UNIFIED);
		cleanup_free char *path = alloc_format("%s/%s/%s", b->cgroups.at[i].folder, in->name,
						       unified ? "cgroup.procs" : "tasks");

		line_add(line, path, err);
	}
	line_add_all(line, (const char *const[]){"--", b->filters[0], b->filters[1], "--", NULL}, err);
}

static int bubblewrap_start(struct instance *in, struct error *err)
{
	const struct bubblewrap *b = in->subject->state;
	cleanup_free char *root = alloc_format("%s/" LAYERED_ROOT, in->storage);
	struct line line = {0};
	struct started started = {.pidfd = -1};
	const char *const arguments[] = {
	    b->program, "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup",
	    "--hostname", in->name, "--as-pid-1", "--new-session", "--die-with-parent", "--cap-drop", "ALL",
	    "--bind", root, "/", "--proc", "/proc", "--dev", "/dev", "--mqueue", "/dev/mqueue",
	    "--bind", in->socket, PROTOCOL_CONTAINER_SOCKET, "--add-seccomp-fd", "3", "--add-seccomp-fd", "4",
	    PROTOCOL_PAYLOAD_PATH, NULL,
	};

	line_enter(&line, in, err);
	line_add_all(&line, arguments, err);
	line.program.variable_count = 1;
	if (!line.rc)
		line.rc = start_program_add(&line.program, &line.used,
					    PROTOCOL_ENV_CHANNEL "=" PROTOCOL_UNIX_PREFIX PROTOCOL_CONTAINER_SOCKET,
					    err);
	if (line.rc < 0)
		return line.rc;
	int rc = start_program(in->run->keeper, &line.program, -1, &started, err);

	started_record(in, &started);
	return rc;
}

static void bubblewrap_artefacts(const struct run *run, const struct subject *subject, struct costs *ret_costs)
{
	const struct bubblewrap *b = subject->state;

	(void)run;
	costs_add_path(ret_costs, DISK_BASE, b->lower);
}

static int bubblewrap_inspect(struct instance *in, struct costs *ret_costs, struct error *err)
{
	const struct bubblewrap *b = in->subject->state;

	(void)err;
	cgroup_processes(&b->cgroups, in->name, ret_costs);
	ret_costs->own_cgroup = b->cgroups.count > 0;
	costs_add_path(ret_costs, DISK_PLATFORM, b->program);
	costs_add_path(ret_costs, DISK_BASE, b->lower);
	layered_root_costs(in, ret_costs);
	return 0;
}

static void bubblewrap_destroy(struct instance *in)
{
	const struct bubblewrap *b = in ? in->subject->state : NULL;
	struct error err = {0};

	if (!b || !b->program)
		return;
	if (started_end(in, &err) < 0 || cgroup_remove(&b->cgroups, in->name, &err) < 0)
		log_debug("%s: %s", in->name, err.text);
	layered_root_remove(in);
}

static void bubblewrap_finish(struct subject *subject)
{
	struct bubblewrap *b = subject->state;

	if (!b)
		return;
	cgroup_close(&b->cgroups);
	for (size_t i = 0; i < FILTER_COUNT; i++)
		free(b->filters[i]);
	free(b->program);
	free(b->enter);
	free(b->lower);
	free(b);
	subject->state = NULL;
}

const struct runtime runtime_bubblewrap = {
    .name = "bubblewrap",
    .summary = "bubblewrap, with root, limits and filter made for it",
    .kind = RUNTIME_CONTAINER,
    .options = bubblewrap_options,
    .probe = bubblewrap_probe,
    .prepare = bubblewrap_prepare,
    .artefacts = bubblewrap_artefacts,
    .create = bubblewrap_create,
    .start = bubblewrap_start,
    .inspect = bubblewrap_inspect,
    .stop = started_kill,
    .destroy = bubblewrap_destroy,
    .finish = bubblewrap_finish,
};
