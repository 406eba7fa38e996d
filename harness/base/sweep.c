/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/base/sweep.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/clock.h"
#include "harness/base/file.h"
#include "harness/base/text.h"

#define SWEEP_STEP_NS 1000000u /* the kernel tells nobody when a cgroup has become empty of its dying members */

static void cleanup_closedir(DIR **dir)
{
	if (*dir)
		(void)closedir(*dir);
}

static void cgroup_kill(const char *path)
{
	cleanup_free char *file = alloc_format("%s/cgroup.kill", path);
	cleanup_free char *members = alloc_format("%s/cgroup.procs", path);

	if (!file_put(file, "1", NULL))
		return;
	cleanup_free char *text = file_read(members, NULL, NULL);

	for (char *line = text; line && *line; line = text_behind(line, '\n')) {
		pid_t pid = (pid_t)strtol(line, NULL, 10);

		if (pid > 1 && pid != getpid())
			(void)kill(pid, SIGKILL);
	}
}

static void cgroup_remove(const char *path, uint64_t deadline_ns)
{
	__attribute__((cleanup(cleanup_closedir))) DIR *dir = opendir(path);

	for (struct dirent *e; dir && (e = readdir(dir));) {
		if (e->d_type != DT_DIR || !strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		cleanup_free char *below = alloc_format("%s/%s", path, e->d_name);

		cgroup_remove(below, deadline_ns);
	}
	while (dir && rmdir(path) < 0 && errno == EBUSY && clock_now_ns() < deadline_ns) {
		cgroup_kill(path);
		clock_sleep_until(clock_now_ns() + SWEEP_STEP_NS);
	}
}

void sweep_cgroup(const char *path, uint64_t deadline_ns)
{
	cleanup_free char *parent = alloc_text(path);
	char *slash = strrchr(parent, '/');

	cgroup_remove(path, deadline_ns);
	if (slash)
		*slash = '\0';
	if (slash > parent && !strcmp(strrchr(parent, '/'), "/tare"))
		(void)rmdir(parent); /* fails while another run is in it */
}
