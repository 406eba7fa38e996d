/* SPDX-License-Identifier: Apache-2.0 */
#include "runtimes/started.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness/base/clock.h"

#define STAMP_ERROR_NS 25u	    /* cost and step of one reading (method R1.31) */
#define END_TIMEOUT_NS 10000000000u /* a killed process that needs longer hangs in the kernel */

static const enum event_id stage_events[BOX_STAGE_COUNT] = {
    [BOX_STAGE_CGROUP_CREATED] = EVENT_CGROUP_CREATED,
    [BOX_STAGE_CLONE_CALL] = EVENT_CLONE_CALL,
    [BOX_STAGE_CHILD_FIRST] = EVENT_CHILD_FIRST,
    [BOX_STAGE_CGROUP_JOINED] = EVENT_CGROUP_JOINED,
    [BOX_STAGE_ROOTFS_MOUNTED] = EVENT_ROOTFS_MOUNTED,
    [BOX_STAGE_MOUNTS_DONE] = EVENT_MOUNTS_DONE,
    [BOX_STAGE_NETWORK_MADE] = EVENT_NETWORK_MADE,
    [BOX_STAGE_NETWORK_JOINED] = EVENT_NETWORK_JOINED,
    [BOX_STAGE_PIVOTED] = EVENT_PIVOTED,
    [BOX_STAGE_CONFINED] = EVENT_CONFINED,
    [BOX_STAGE_EXECVE_CALL] = EVENT_EXECVE_CALL,
    [BOX_STAGE_CLONE_RETURN] = EVENT_CLONE_RETURN,
};

void started_record(struct instance *in, const struct started *started)
{
	in->pid = started->pid;
	in->pidfd = started->pidfd;
	for (uint32_t i = 0; i < started->stamp_count; i++)
		if (started->stamps[i].stage < BOX_STAGE_COUNT)
			timeline_add(in->timeline, stage_events[started->stamps[i].stage],
				     started->stamps[i].t_ns, STAMP_ERROR_NS, "keeper");
}

int started_kill(struct instance *in, struct error *err)
{
	if (in->pidfd < 0)
		return error_set(err, -ESRCH, "%s: has no process", in->name);
	if (syscall(SYS_pidfd_send_signal, in->pidfd, SIGKILL, NULL, 0) < 0 && errno != ESRCH)
		return error_errno(err, errno, "%s: cannot kill process %d", in->name, (int)in->pid);
	return 0;
}

int started_end(struct instance *in, struct error *err)
{
	struct pollfd ended = {.fd = in->pidfd, .events = POLLIN};
	struct exited exited;

	if (in->pidfd < 0)
		return 0;
	int rc = started_kill(in, err);

	if (rc < 0)
		return rc;
	rc = start_await_exit(in->run->keeper, in->pid, clock_now_ns() + END_TIMEOUT_NS, &exited, err);
	if (rc != -EPIPE)
		return rc;
	do
		rc = poll(&ended, 1, (int)(END_TIMEOUT_NS / 1000000u));
	while (rc < 0 && errno == EINTR);
	return rc > 0 ? 0 : -ETIMEDOUT;
}

void started_platform(const struct instance *in, struct costs *costs)
{
	char link[64], path[PATH_MAX];
	struct start_status status;

	if (start_status(in->run->keeper, &status, NULL) < 0)
		return;
	(void)snprintf(link, sizeof(link), "/proc/%d/exe", (int)status.keeper.pid);
	ssize_t length = readlink(link, path, sizeof(path) - 1);

	if (length <= 0)
		return;
	path[length] = '\0';
	costs_add_path(costs, DISK_PLATFORM, path);
}
