/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fork, execve and wait (lmbench's lat_proc): page tables, the look-up in the root file system, a new address space.
 * What is executed is the payload itself, which ends at once when it is told to. One operation is one such process.
 */
#include "scenarios/payload/child.h"
#include "scenarios/payload/work.h"

static int prepare(struct work *work)
{
	work->state = child_program();
	return 0;
}

static int run(struct work *work)
{
	work->checksum = 0;
	for (uint64_t i = 0; i < work->count; i++) {
		int rc = child_run(work->state);

		if (rc < 0)
			return work_failed(work, "spawn");
		work->checksum += rc == 0;
	}
	work->expected = work->count;
	return 0;
}

const struct work_kind work_spawn = {"spawn", prepare, NULL, run, NULL};
