/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/keeper/lender.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/base/overlay.h"
#include "harness/keeper/home.h"

int lender_enter(int host)
{
	char users[32], groups[32];

	(void)snprintf(users, sizeof(users), "0 %u 1", (unsigned)geteuid());
	(void)snprintf(groups, sizeof(groups), "0 %u 1", (unsigned)getegid());
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return -errno;
	int rc = file_put("/proc/self/setgroups", "deny", NULL);

	if (!rc)
		rc = file_put("/proc/self/uid_map", users, NULL);
	if (!rc)
		rc = file_put("/proc/self/gid_map", groups, NULL);
	return rc ? rc : home_keep("mnt", host);
}

int lender_return_to(int stub)
{
	return home_keep("mnt", stub);
}

static int lend_tree(const char *path)
{
	int fd = open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static int lend_overlay(const struct start_loan *loan)
{
	cleanup_close int lower = open(loan->paths[0], O_PATH | O_DIRECTORY | O_CLOEXEC);
	cleanup_close int upper = open(loan->paths[1], O_PATH | O_DIRECTORY | O_CLOEXEC);
	cleanup_close int work = open(loan->paths[2], O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (lower < 0 || upper < 0 || work < 0)
		return -errno;
	return overlay_assemble(lower, upper, work, true);
}

/* Whether every path that this kind needs is there and ends. */
static bool loan_check(const struct start_loan *loan, size_t size)
{
	static const size_t needed[] = {
	    [START_LOAN_TREE] = 1,
	    [START_LOAN_OVERLAY] = START_LOAN_PATHS,
	    [START_LOAN_TRY] = 0,
	};

	if (size < offsetof(struct start_loan, paths) || loan->kind >= START_LOAN_KINDS ||
	    size != offsetof(struct start_loan, paths) + needed[loan->kind] * sizeof(loan->paths[0]))
		return false;
	for (size_t i = 0; i < needed[loan->kind]; i++)
		if (loan->paths[i][0] != '/' || !memchr(loan->paths[i], '\0', sizeof(loan->paths[i])))
			return false;
	return true;
}

int lend(const struct start_loan *loan, size_t size, const struct packet_fds *fds, int host, int stub)
{
	if (!loan_check(loan, size))
		return -EINVAL;
	if (loan->kind == START_LOAN_TRY)
		return fds->count == 2 && overlay_takes_descriptors(fds->fds[0], fds->fds[1]) ? 0 : -EOPNOTSUPP;
	if (setns(host, CLONE_NEWNS) < 0)
		return -errno;
	int fd = loan->kind == START_LOAN_TREE ? lend_tree(loan->paths[0]) : lend_overlay(loan);

	if (setns(stub, CLONE_NEWNS) < 0) {
		if (fd >= 0)
			(void)close(fd);
		return -ENOTRECOVERABLE;
	}
	return fd;
}
