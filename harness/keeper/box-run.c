/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A child that becomes a container. It shares the starter's memory until execve, so it writes stamps and
 * errors where the starter reads them, and must not touch anything else. Each step is one stage of the
 * timeline.
 */
#include "harness/keeper/box-run.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness/base/cleanup.h"
#include "harness/base/clock.h"
#include "harness/keeper/box-steps.h"
#include "harness/keeper/network.h"

static int box_cgroups(struct box_run *run)
{
	int unused;

	/* 1: the starter has stamped it */
	return box_joins_by_clone(run->box) ? 1 : box_cgroups_make(run, &unused);
}

static int box_join(struct box_run *run)
{
	for (uint32_t i = 0; i < run->box->cgroup_count; i++) {
		run->detail = i;
		if (run->tasks[i] >= 0 && write(run->tasks[i], "0", 1) != 1)
			return -errno;
	}
	run->detail = BOX_CGROUPS_MAX + 1;
	if (run->box->ipc >= 0 && setns(run->fds[run->box->ipc], CLONE_NEWIPC) < 0)
		return -errno;
	run->detail = BOX_CGROUPS_MAX;
	if (run->box->flags & BOX_CGROUP_NAMESPACE && unshare(CLONE_NEWCGROUP) < 0)
		return -errno;
	return 0;
}

static int box_network(struct box_run *run)
{
	run->detail = BOX_MOUNTS_MAX;
	if (run->box->namespaces & CLONE_NEWNET) {
		int rc = network_join(run);

		if (rc < 0)
			return rc;
	}
	return box_mount_network(run);
}

/* box_mount_root() left us in the root, on top of the stub's. A user's stub shows the host's /proc and /sys, so it
 * has to go. */
static int box_pivot(struct box_run *run)
{
	if (!run->rootless)
		return chroot(".") < 0 ? -errno : 0;
	if (syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return -errno;
	return 0;
}

/* Waits for the word to go on; the starter hears that it waits. Who is not wanted any more gets killed here. */
static void box_park(struct box_run *run)
{
	__atomic_store_n(run->alive, BOX_WAITING, __ATOMIC_RELEASE);
	(void)syscall(SYS_futex, run->alive, FUTEX_WAKE, 1, NULL);
	while (!__atomic_load_n(&run->go, __ATOMIC_ACQUIRE))
		(void)syscall(SYS_futex, &run->go, FUTEX_WAIT_PRIVATE, 0, NULL);
}

int box_child(void *data)
{
	/* A step that returns 1 had nothing to do. */
	static const struct {
		enum box_stage stage;
		int (*step)(struct box_run *run);
	} steps[] = {
	    {BOX_STAGE_CGROUP_CREATED, box_cgroups}, {BOX_STAGE_CGROUP_JOINED, box_join},
	    {BOX_STAGE_ROOTFS_MOUNTED, box_mount_root},
	    {BOX_STAGE_MOUNTS_DONE, box_mount_rest}, {BOX_STAGE_NETWORK_JOINED, box_network},
	    {BOX_STAGE_PIVOTED, box_pivot},	     {BOX_STAGE_CONFINED, box_confine},
	};
	struct box_run *run = data;

	run->stamps_ns[BOX_STAGE_CHILD_FIRST] = clock_now_ns();
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		run->stage = steps[i].stage;
		run->detail = 0;
		int rc = steps[i].step(run);

		if (rc < 0) {
			run->errnum = -rc;
			return 127;
		}
		if (!rc && !run->stamps_ns[steps[i].stage])
			run->stamps_ns[steps[i].stage] = clock_now_ns();
	}
	if (run->box->flags & BOX_PARKED)
		box_park(run);
	run->stage = BOX_STAGE_EXECVE_CALL;
	run->detail = 0;
	run->stamps_ns[BOX_STAGE_EXECVE_CALL] = clock_now_ns();
	box_execute(run);
	run->errnum = errno;
	return 127;
}
