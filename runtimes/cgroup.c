/* SPDX-License-Identifier: Apache-2.0 */
#include "runtimes/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/clock.h"
#include "harness/base/file.h"
#include "harness/base/sweep.h"
#include "harness/base/text.h"
#include "runtimes/box-text.h"

#define CGROUP_PAUSE_NS 1000000u
#define CGROUP_MAKE_TRIES 10
#define CGROUP_REMOVE_NS 2000000000u /* how long a cgroup may stay busy after its last process was reaped */
#define CGROUP_ORPHAN_NS 100000000u  /* after that long somebody lives in it whom nobody knows */

/* v2: lets the folders in `path` have the controllers. */
static int controllers_pass(const struct cgroup_hierarchy *h, const char *path, struct error *err)
{
	cleanup_free char *file = alloc_format("%s/cgroup.subtree_control", path);
	char now[512];
	const bool wanted[] = {h->memory, h->pids};

	for (size_t i = 0; i < 2; i++) {
		char text[16];
		int rc = file_read_line(file, now, sizeof(now), err);

		if (rc < 0)
			return rc;
		if (!wanted[i] || cgroup_list_has(now, cgroup_controllers[i], " "))
			continue;
		(void)snprintf(text, sizeof(text), "+%s", cgroup_controllers[i]);
		rc = file_put(file, text, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int hierarchy_open(struct cgroup_hierarchy *h, const struct run *run, struct error *err)
{
	cleanup_free char *all = alloc_format("%s/tare", h->mount);
	bool unified = !strcmp(h->name, CGROUP_UNIFIED);
	int rc = unified ? controllers_pass(h, h->mount, err) : 0;

	(void)snprintf(h->folder, sizeof(h->folder), "%s/tare-%s", all, run->id);
	if (!rc)
		rc = start_guard_cgroup(run->keeper, h->folder, err);
	/* Another run that ends may take the folder that all share away in between. */
	if (!rc)
		rc = -ENOENT;
	for (int tries = 0; rc == -ENOENT && tries < CGROUP_MAKE_TRIES; tries++)
		rc = file_make_dirs(h->folder, 0755, err);
	if (!rc && unified)
		rc = controllers_pass(h, all, err);
	if (!rc && unified)
		rc = controllers_pass(h, h->folder, err);
	if (rc < 0)
		return rc;
	h->fd = open(h->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return h->fd < 0 ? error_errno(err, errno, "%s", h->folder) : 0;
}

/* Subjects of this run that use its folders; a process has one run. */
static size_t cgroup_users;

int cgroup_open(struct cgroups *cgroups, const struct run *run, struct error *err)
{
	cgroups->open = true;
	cgroup_users++;
	for (size_t i = 0; i < cgroups->count; i++) {
		int rc = hierarchy_open(&cgroups->at[i], run, err);

		if (rc < 0)
			return rc;
	}
	return 0;
}

static void hierarchy_close(struct cgroup_hierarchy *h, bool last)
{
	if (h->fd >= 0)
		(void)close(steal_fd(&h->fd));
	if (last && h->folder[0]) {
		(void)rmdir(h->folder);
		*strrchr(h->folder, '/') = '\0';
		(void)rmdir(h->folder); /* "tare", unless another run is in it */
	}
	h->folder[0] = '\0';
}

void cgroup_close(struct cgroups *cgroups)
{
	if (!cgroups->open)
		return;
	cgroups->open = false;
	cgroup_users--;
	for (size_t i = 0; i < cgroups->count; i++)
		hierarchy_close(&cgroups->at[i], !cgroup_users);
}

static void file_describe(struct box *box, const char *name, uint64_t value)
{
	char text[24];

	if (!value)
		return;
	(void)snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	box->cgroup_files[box->cgroup_file_count++] = (struct box_cgroup_file){
	    .name = box_text(box, name),
	    .value = box_text(box, text),
	};
}

void cgroup_describe(const struct cgroups *cgroups, const struct limits *limits, struct box *box,
		     int first_fd)
{
	for (size_t i = 0; i < cgroups->count; i++) {
		const struct cgroup_hierarchy *h = &cgroups->at[i];
		bool unified = !strcmp(h->name, CGROUP_UNIFIED);
		struct box_cgroup *group = &box->cgroups[box->cgroup_count++];

		group->parent = first_fd + (int)i;
		group->ready = -1;
		group->join_clone = unified;
		group->file_first = box->cgroup_file_count;
		if (h->memory)
			file_describe(box, unified ? "memory.max" : "memory.limit_in_bytes",
				      limits->memory_bytes);
		if (h->pids)
			file_describe(box, "pids.max", limits->pids_count);
		group->file_count = box->cgroup_file_count - group->file_first;
	}
}

/* Removes the instance's cgroup, if it becomes empty until the instant; 0 or a negative errno. */
static int hierarchy_remove(const struct cgroup_hierarchy *h, const char *name, uint64_t deadline_ns)
{
	while (h->fd >= 0 && unlinkat(h->fd, name, AT_REMOVEDIR) < 0 && errno != ENOENT) {
		if (errno != EBUSY || clock_now_ns() > deadline_ns)
			return -errno;
		clock_sleep_until(clock_now_ns() + CGROUP_PAUSE_NS);
	}
	return 0;
}

/*
 * The last process may have been reaped an instant before its cgroup knows; v1 has no event for that. A
 * starter that was killed in the middle may have left a container of which nobody has a descriptor.
 */
int cgroup_remove(const struct cgroups *cgroups, const char *name, struct error *err)
{
	uint64_t now_ns = clock_now_ns();

	for (size_t i = 0; i < cgroups->count; i++) {
		const struct cgroup_hierarchy *h = &cgroups->at[i];
		cleanup_free char *path = alloc_format("%s/%s", h->folder, name);
		int rc = hierarchy_remove(h, name, now_ns + CGROUP_ORPHAN_NS);

		if (rc == -EBUSY) {
			sweep_cgroup(path, now_ns + CGROUP_REMOVE_NS);
			rc = file_exists(path) ? rc : 0;
		}
		if (rc < 0)
			return error_errno(err, -rc, "%s: cannot remove", path);
	}
	return 0;
}

void cgroup_processes(const struct cgroups *cgroups, const char *name, struct costs *costs)
{
	if (!cgroups->count)
		return;
	cleanup_free char *path = alloc_format("%s/%s/cgroup.procs", cgroups->at[0].folder, name);
	cleanup_free char *text = file_read(path, NULL, NULL);

	for (char *line = text; line && *line; line = text_behind(line, '\n'))
		costs_add_process(costs, (pid_t)strtol(line, NULL, 10));
}

struct json *cgroup_facts(const struct cgroups *cgroups)
{
	struct json *facts = json_object(), *controllers = json_array();
	bool unified = cgroups->count && !strcmp(cgroups->at[0].name, CGROUP_UNIFIED);

	for (size_t i = 0; i < 2; i++)
		if (cgroup_has(cgroups, cgroup_controllers[i]))
			json_append(controllers, json_new_text(cgroup_controllers[i]));
	if (cgroups->count)
		json_add_int(facts, "version", unified ? 2 : 1);
	else
		json_add_null(facts, "version");
	json_add(facts, "controllers", controllers);
	json_add_text(facts, "join", !cgroups->count ? NULL : unified ? "clone" : "write");
	return facts;
}
