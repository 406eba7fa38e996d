/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/base/box.h"

const char *box_stage_name(enum box_stage stage)
{
	static const char *const names[BOX_STAGE_COUNT] = {
		[BOX_STAGE_CGROUP_CREATED] = "cgroup_created",
		[BOX_STAGE_CLONE_CALL] = "clone_call",
		[BOX_STAGE_CHILD_FIRST] = "child_first",
		[BOX_STAGE_CGROUP_JOINED] = "cgroup_joined",
		[BOX_STAGE_ROOTFS_MOUNTED] = "rootfs_mounted",
		[BOX_STAGE_MOUNTS_DONE] = "mounts_done",
		[BOX_STAGE_PIVOTED] = "pivoted",
		[BOX_STAGE_CONFINED] = "confined",
		[BOX_STAGE_EXECVE_CALL] = "execve_call",
		[BOX_STAGE_CLONE_RETURN] = "clone_return",
	};

	return stage < BOX_STAGE_COUNT ? names[stage] : "unknown";
}
