/* SPDX-License-Identifier: Apache-2.0 */
/* The processes that are left when the harness has ended. Cgroups and folders go through base/sweep.h and
 * base/file.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/clock.h"
#include "harness/base/file.h"
#include "harness/keeper/keeper.h"

#define SWEEP_PAUSE_NS 10000000u /* at most this long until the next look, where no event tells */

static void cleanup_closedir(DIR **dir)
{
	if (*dir)
		(void)closedir(*dir);
}

static pid_t stat_parent(const char *pid)
{
	char path[64], line[512];

	(void)snprintf(path, sizeof(path), "/proc/%.20s/stat", pid);
	if (file_read_line(path, line, sizeof(line), NULL) < 0)
		return 0;
	const char *name_end = strrchr(line, ')'); /* ") S PPID ..." */

	return name_end && strlen(name_end) > 4 ? (pid_t)strtol(name_end + 4, NULL, 10) : 0;
}

/* Sends SIGKILL to each child; returns their number. */
static size_t children_kill(void)
{
	__attribute__((cleanup(cleanup_closedir))) DIR *dir = opendir("/proc");
	pid_t self = getpid();
	size_t count = 0;

	for (struct dirent *e; dir && (e = readdir(dir));) {
		pid_t pid = (pid_t)strtol(e->d_name, NULL, 10);

		if (pid <= 0 || stat_parent(e->d_name) != self)
			continue;
		(void)kill(pid, SIGKILL);
		count++;
	}
	return count;
}

size_t sweep_processes(uint64_t deadline_ns)
{
	struct timespec pause = {.tv_nsec = SWEEP_PAUSE_NS};
	sigset_t child;
	size_t alive;

	(void)sigemptyset(&child);
	(void)sigaddset(&child, SIGCHLD);
	for (;;) {
		pid_t reaped;

		do
			reaped = waitpid(-1, NULL, WNOHANG | __WALL);
		while (reaped > 0);
		if (reaped < 0 && errno == ECHILD)
			return 0;
		alive = children_kill();
		if (clock_now_ns() > deadline_ns)
			return alive;
		(void)sigtimedwait(&child, NULL, &pause);
	}
}
