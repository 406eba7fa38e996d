/* SPDX-License-Identifier: Apache-2.0 */
/* A box that passes every check. */
#pragma once

#include <sched.h>
#include <sys/mount.h>

#include "runtimes/box-text.h"

/** One of everything, with six descriptors. */
static inline void box_sample(struct box *box)
{
	static const char *const options[] = {"mode", "1777", "noswap", "", NULL};

	box_init(box);
	box->flags = BOX_FLAGS_ALL & ~BOX_AHEAD;
	box->namespaces = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET;
	box->user_namespace = 0;
	box->hostname = box_text(box, "name");
	box->root.lower_count = 1;
	box->root.lower[0] = 1;
	box->root.upper = 2;
	box->root.work = 3;
	box->cgroups[0] = (struct box_cgroup){.parent = 4, .name = box_text(box, "group"), .file_count = 1, .ready = 3};
	box->network = 4;
	box->ipc = 2;
	box->cgroup_count = 1;
	box->cgroup_files[0] =
	    (struct box_cgroup_file){.name = box_text(box, "pids.max"), .value = box_text(box, "8")};
	box->cgroup_file_count = 1;
	box->mounts[0] = (struct box_mount){
	    .kind = BOX_MOUNT_NEW,
	    .fd = -1,
	    .target = box_text(box, "dev/shm"),
	    .type = box_text(box, "tmpfs"),
	    .options = box_options(box, options),
	    .attributes = MOUNT_ATTR_NODEV,
	};
	box->mounts[1] =
	    (struct box_mount){.kind = BOX_MOUNT_ATTACH, .fd = 5, .target = box_text(box, "run/socket")};
	box->mount_count = 2;
	box->mount_network = 1;
	box->rlimits[0] = (struct box_rlimit){.resource = 7, .soft = 10, .hard = 20};
	box->rlimit_count = 1;
	box->path = box_text(box, "/payload");
	box->arguments[box->argument_count++] = box->path;
	box->variables[box->variable_count++] = box_text(box, "A=b");
	box->filter_count = 3;
}
