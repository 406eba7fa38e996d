/* SPDX-License-Identifier: Apache-2.0 */
#include "runtimes/find-process.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"

static void cleanup_closedir(DIR **dir)
{
	if (*dir)
		(void)closedir(*dir);
}

void process_program(pid_t pid, char path[PATH_MAX])
{
	cleanup_free char *link = alloc_format("/proc/%d/exe", (int)pid);
	ssize_t length = readlink(link, path, PATH_MAX - 1);

	path[length > 0 ? length : 0] = '\0';
}

bool process_runs(pid_t pid, const char *name)
{
	char path[PATH_MAX];

	process_program(pid, path);
	const char *slash = strrchr(path, '/');

	return slash && !strcmp(slash + 1, name);
}

pid_t process_parent(pid_t pid)
{
	cleanup_free char *path = alloc_format("/proc/%d/status", (int)pid);
	uint64_t parent = 0;

	(void)file_read_field(path, "PPid", &parent, NULL);
	return (pid_t)parent;
}

pid_t process_find(const char *name, pid_t parent)
{
	__attribute__((cleanup(cleanup_closedir))) DIR *dir = opendir("/proc");
	pid_t any = 0;

	for (struct dirent *e; dir && (e = readdir(dir));) {
		pid_t pid = (pid_t)strtol(e->d_name, NULL, 10);

		if (pid <= 0 || !process_runs(pid, name))
			continue;
		if (process_parent(pid) == parent)
			return pid;
		any = any ? any : pid;
	}
	return any;
}
