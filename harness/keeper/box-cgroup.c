/* SPDX-License-Identifier: Apache-2.0 */
/* The box's cgroups with their limits. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/clock.h"
#include "harness/keeper/box-steps.h"

bool box_joins_by_clone(const struct box *box)
{
	for (uint32_t i = 0; i < box->cgroup_count; i++)
		if (box->cgroups[i].join_clone)
			return true;
	return false;
}

static int cgroup_write(int folder, const char *name, const char *value)
{
	int fd = openat(folder, name, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	ssize_t put = write(fd, value, strlen(value));
	int rc = put < 0 ? -errno : 0;

	(void)close(fd);
	return rc;
}

/* Makes one cgroup and sets its files; the folder's descriptor, or a negative errno. */
static int cgroup_make(const struct box *box, const struct box_cgroup *group, int parent)
{
	const char *name = box->text + group->name;

	if (mkdirat(parent, name, 0755) < 0)
		return -errno;
	int folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = folder < 0 ? -errno : 0;

	for (uint32_t i = 0; !rc && i < group->file_count; i++) {
		const struct box_cgroup_file *file = &box->cgroup_files[group->file_first + i];

		rc = cgroup_write(folder, box->text + file->name, box->text + file->value);
	}
	if (rc < 0 && folder >= 0)
		(void)close(folder);
	return rc < 0 ? rc : folder;
}

/* What is joined of one that was made ahead, or of one that is made now: the folder (v2) or `tasks` (v1). */
static int cgroup_open(struct box_run *run, const struct box_cgroup *group)
{
	if (group->ready >= 0)
		return run->fds[group->ready];
	int folder = cgroup_make(run->box, group, run->fds[group->parent]);

	if (folder < 0 || group->join_clone)
		return folder;
	int tasks = openat(folder, "tasks", O_WRONLY | O_CLOEXEC);
	int rc = tasks < 0 ? -errno : tasks;

	(void)close(folder);
	return rc;
}

int box_cgroups_make(struct box_run *run, int *ret_folder)
{
	bool ready = run->box->cgroup_count > 0;

	*ret_folder = -1;
	for (uint32_t i = 0; i < run->box->cgroup_count; i++) {
		const struct box_cgroup *group = &run->box->cgroups[i];
		int fd = cgroup_open(run, group);

		run->detail = i;
		if (fd < 0)
			return fd;
		*(group->join_clone ? ret_folder : &run->tasks[i]) = fd;
		ready = ready && group->ready >= 0;
	}
	if (ready)
		return 1;
	run->stamps_ns[BOX_STAGE_CGROUP_CREATED] = clock_now_ns();
	return 0;
}
