/* SPDX-License-Identifier: Apache-2.0 */
/* The containers' user namespace. Root's exists without a process: made by a short-lived one, kept by its
 * descriptor. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/base/start.h"
#include "runtimes/namespace.h"

static int user_map(pid_t pid, struct error *err)
{
	static const char *const files[] = {"uid_map", "gid_map"};
	char path[64], map[64];

	(void)snprintf(map, sizeof(map), "0 %u %u", NAMESPACE_ID_FIRST, NAMESPACE_ID_COUNT);
	for (size_t i = 0; i < 2; i++) {
		(void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, files[i]);
		int rc = file_put(path, map, err);

		if (rc < 0)
			return rc;
	}
	(void)snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? error_errno(err, errno, "%s", path) : fd;
}

static int user_make(struct error *err)
{
	int pipes[2];
	char byte;

	if (pipe2(pipes, O_CLOEXEC) < 0)
		return error_errno(err, errno, "cannot make a pipe");
	cleanup_close int theirs = pipes[0];
	cleanup_close int ours = pipes[1];
	long pid = syscall(SYS_clone, CLONE_NEWUSER, NULL, NULL, NULL,
			   NULL); /* no exit signal: nobody else notices */

	if (!pid) {
		(void)close(ours);
		_exit(read(theirs, &byte, 1) < 0);
	}
	if (pid < 0)
		return error_errno(err, errno, "cannot make a user namespace");
	int fd = user_map((pid_t)pid, err);

	(void)close(steal_fd(&ours));
	(void)waitpid((pid_t)pid, NULL, __WALL);
	return fd;
}

bool namespace_is_rootless(void)
{
	return geteuid() != 0;
}

int namespace_user_open(const struct run *run, struct error *err)
{
	struct start_status status;
	char path[64];

	if (!namespace_is_rootless())
		return user_make(err);
	int rc = start_status(run->keeper, &status, err);

	if (rc < 0)
		return rc;
	(void)snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)status.starters[0].pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? error_errno(err, errno, "%s", path) : fd;
}
