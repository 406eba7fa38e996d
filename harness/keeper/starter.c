/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A starter: clones boxes for the harness, one after the other. It lives in a mount namespace with
 * nothing but a small read-only stub, so that a child copies one mount instead of the host's and has nothing
 * to leave behind. Its children are the keeper's (CLONE_PARENT): one process reaps, and their death signal is
 * the keeper's.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/sched.h>

#include "harness/base/clock.h"
#include "harness/keeper/box-run.h"
#include "harness/keeper/clone.h"
#include "harness/keeper/keeper.h"
#include "harness/keeper/lender.h"
#include "harness/keeper/stub.h"

/* The starter's descriptors, above the standard files, which are the stub's /dev/null. The two mount namespaces are
 * only there without root's rights (lender.h). */
enum { STARTER_SOCKET = 3, STARTER_KEEPER, STARTER_HOST, STARTER_STUB, STARTER_FREE };

/* Gives the two descriptors their numbers and closes all others but the standard ones. */
static int starter_descriptors(int socket, pid_t keeper)
{
	long pidfd = syscall(SYS_pidfd_open, keeper, 0);
	int socket_high = fcntl(socket, F_DUPFD_CLOEXEC, 64);
	int keeper_high = pidfd < 0 ? -1 : fcntl((int)pidfd, F_DUPFD_CLOEXEC, 64);

	if (socket_high < 0 || keeper_high < 0 || dup3(socket_high, STARTER_SOCKET, O_CLOEXEC) < 0 ||
	    dup3(keeper_high, STARTER_KEEPER, O_CLOEXEC) < 0 ||
	    syscall(SYS_close_range, STARTER_FREE, ~0u, 0) < 0)
		return -errno;
	return 0;
}

static int starter_prepare(int socket, pid_t keeper, bool rootless)
{
	(void)prctl(PR_SET_NAME, "tare-starter");
	if (setsid() < 0)
		return -errno;
	int rc = starter_descriptors(socket, keeper);

	if (!rc && rootless)
		rc = lender_enter(STARTER_HOST);
	if (!rc)
		rc = stub_make(rootless);
	if (!rc && rootless)
		rc = lender_return_to(STARTER_STUB);
	/* Now that no credentials change any more, which would clear it. */
	if (!rc && prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		rc = -errno;
	if (!rc && getppid() != keeper)
		rc = -EOWNERDEAD;
	(void)mlockall(MCL_CURRENT | MCL_FUTURE |
		       MCL_ONFAULT); /* a courtesy to the measurement; not always allowed */
	return rc;
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

/* All cgroups of the box; `ret_folder` is the one for CLONE_INTO_CGROUP. What is half-made the harness
 * removes by name. */
static int cgroups_make(struct box_run *run, int *ret_folder)
{
	*ret_folder = -1;
	for (uint32_t i = 0; i < run->box->cgroup_count; i++) {
		const struct box_cgroup *group = &run->box->cgroups[i];
		int folder = cgroup_make(run->box, group, run->fds[group->parent]);

		run->detail = i;
		if (folder < 0)
			return folder;
		if (group->join_clone) {
			*ret_folder = folder;
			continue;
		}
		run->tasks[i] = openat(folder, "tasks", O_WRONLY | O_CLOEXEC);
		(void)close(folder);
		if (run->tasks[i] < 0)
			return -errno;
	}
	return 0;
}

/* Starts the box; returns the pidfd, or -1 with run->errnum where there is no process. */
static int starter_run(struct box_run *run, pid_t *ret_pid)
{
	int folder, pidfd = -1;

	run->stage = BOX_STAGE_CGROUP_CREATED;
	run->errnum = -cgroups_make(run, &folder);
	if (run->errnum)
		return -1;
	run->stamps_ns[BOX_STAGE_CGROUP_CREATED] = clock_now_ns();
	run->stage = BOX_STAGE_CHILD_FIRST;
	uint64_t flags = run->box->namespaces | CLONE_PARENT | (folder >= 0 ? CLONE_INTO_CGROUP : 0);

	run->stamps_ns[BOX_STAGE_CLONE_CALL] = clock_now_ns();
	pid_t pid = clone_run(flags, folder, box_child, run, &pidfd);

	run->stamps_ns[BOX_STAGE_CLONE_RETURN] = clock_now_ns();
	if (pid < 0)
		run->errnum = -pid;
	else
		*ret_pid = pid;
	return pid < 0 ? -1 : pidfd;
}

static void reply_fill(struct start_message *reply, const struct box_run *run)
{
	reply->errnum = run->errnum;
	reply->stage = run->stage;
	reply->detail = run->detail;
	for (uint32_t stage = 0; stage < BOX_STAGE_COUNT; stage++)
		if (run->stamps_ns[stage])
			reply->stamps[reply->stamp_count++] =
			    (struct start_stamp){.stage = stage, .t_ns = run->stamps_ns[stage]};
}

static void starter_serve(const struct box *box, size_t size, struct packet_fds *fds, bool rootless)
{
	static struct box_run run;
	struct start_message reply = {0};
	struct packet_fds pidfd = {0};

	run = (struct box_run){.box = box, .fds = fds->fds, .keeper = STARTER_KEEPER, .rootless = rootless};
	(void)memset(run.tasks, -1, sizeof(run.tasks));
	if (box_check(box, size, fds->count, NULL) < 0) {
		run.errnum = EINVAL;
	} else {
		pidfd.fds[0] = starter_run(&run, &reply.pid);
		pidfd.count = pidfd.fds[0] >= 0;
	}
	reply_fill(&reply, &run);
	(void)packet_send(STARTER_SOCKET, &reply, sizeof(reply), &pidfd, 0);
	(void)syscall(SYS_close_range, STARTER_FREE, ~0u, 0); /* the box's, the cgroups' and the pidfd */
}

/* Lends a mount. False: this starter can start nothing any more. */
static bool starter_lend(const struct start_loan *loan, size_t size, struct packet_fds *fds)
{
	struct start_message reply = {0};
	int fd = lend(loan, size, fds, STARTER_HOST, STARTER_STUB);
	struct packet_fds lent = {.fds = {fd}, .count = fd > 0};

	reply.errnum = fd < 0 ? -fd : 0;
	(void)packet_send(STARTER_SOCKET, &reply, sizeof(reply), &lent, 0);
	(void)syscall(SYS_close_range, STARTER_FREE, ~0u, 0);
	return fd != -ENOTRECOVERABLE;
}

/* The first message says whether the stub stands; afterwards one reply for each box or loan. */
static void starter_main(int socket, pid_t keeper)
{
	static union {
		struct box box;
		struct start_loan loan;
	} request;
	struct start_message hello = {0};
	struct packet_fds fds;
	bool rootless = geteuid() != 0;
	int rc = starter_prepare(socket, keeper, rootless);

	hello.errnum = -rc;
	(void)packet_send(STARTER_SOCKET, &hello, sizeof(hello), NULL, 0);
	while (!rc) {
		ssize_t got = packet_receive(STARTER_SOCKET, &request, sizeof(request), &fds, 0);

		if (got <= 0)
			break;
		if (rootless && got >= (ssize_t)sizeof(request.loan.version) && !request.loan.version) {
			if (!starter_lend(&request.loan, (size_t)got, &fds))
				break;
			continue;
		}
		starter_serve(&request.box, (size_t)got, &fds, rootless);
	}
	_exit(rc ? 1 : 0);
}

int starter_start(struct keeper *keeper)
{
	int pair[2];

	/* Who asks again has lost the first one: it was killed, and may not have ended in every respect yet. */
	if (keeper->starter)
		(void)kill(keeper->starter, SIGKILL);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	pid_t pid = fork();

	if (!pid)
		starter_main(pair[1], keeper->pid);
	(void)close(pair[1]);
	if (pid < 0) {
		(void)close(pair[0]);
		return -errno;
	}
	keeper->starter = pid;
	return pair[0];
}
