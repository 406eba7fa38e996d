/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/keeper/ahead.h"

#include <errno.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "harness/base/pidfd-namespace.h"
#include "harness/keeper/box-steps.h"
#include "harness/keeper/home.h"
#include "harness/keeper/network.h"

static int ahead_add(struct packet_fds *fds, int fd)
{
	if (fd < 0)
		return fd;
	fds->fds[fds->count++] = fd;
	return 0;
}

static int ahead_network(struct box_run *run, struct packet_fds *fds)
{
	if (!(run->box->namespaces & CLONE_NEWNET) || run->box->network >= 0)
		return 0;
	network_make(run, NETWORK_BY_STARTER);
	return run->network < 0 ? run->network : ahead_add(fds, network_hold());
}

int ahead_home(int number)
{
	return unshare(CLONE_NEWIPC) < 0 ? -errno : home_keep("ipc", number);
}

/* Only a process's pidfd opens its namespaces where there is no /proc (Linux 6.11): who asks knows that it does. */
static int ahead_ipc(struct box_run *run, struct packet_fds *fds)
{
	if (!(run->box->namespaces & CLONE_NEWIPC) || run->box->ipc >= 0)
		return 0;
	int fd = unshare(CLONE_NEWIPC) < 0 ? -1 : ioctl(run->starter, PIDFD_GET_IPC_NAMESPACE, 0);

	return fd < 0 ? -errno : ahead_add(fds, fd);
}

static int ahead_root(struct box_run *run, struct packet_fds *fds)
{
	if (run->box->root.attached >= 0)
		return 0;
	int root = box_root_make(run), rc = ahead_add(fds, root);

	/* a first look at the program, which later ones find in memory */
	if (!rc)
		(void)faccessat(root, run->box->text + run->box->path + 1, X_OK, 0);
	return rc || !run->box->mount_count ? rc : box_mount_ahead(run, root);
}

static int ahead_cgroups(struct box_run *run, struct packet_fds *fds)
{
	int folder = -1, rc = box_cgroups_make(run, &folder);

	for (uint32_t i = 0; rc >= 0 && i < run->box->cgroup_count; i++)
		rc = ahead_add(fds, run->box->cgroups[i].join_clone ? folder : run->tasks[i]);
	return rc < 0 ? rc : 0;
}

int ahead_make(struct box_run *run, struct packet_fds *ret_fds)
{
	static const struct {
		enum box_stage stage;
		int (*make)(struct box_run *run, struct packet_fds *fds);
	} parts[] = {
	    {BOX_STAGE_NETWORK_MADE, ahead_network},
	    {BOX_STAGE_CHILD_FIRST, ahead_ipc},
	    {BOX_STAGE_ROOTFS_MOUNTED, ahead_root},
	    {BOX_STAGE_CGROUP_CREATED, ahead_cgroups},
	};
	int rc = 0;

	ret_fds->count = 0;
	for (size_t i = 0; rc >= 0 && i < sizeof(parts) / sizeof(parts[0]); i++) {
		run->stage = parts[i].stage;
		run->detail = 0;
		rc = parts[i].make(run, ret_fds);
	}
	return rc;
}
