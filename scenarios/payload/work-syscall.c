/* SPDX-License-Identifier: Apache-2.0 */
/* The way into the kernel and back: getppid, which does next to nothing (lmbench's null call, 1996). */
#include <unistd.h>

#include "scenarios/payload/syscall.h"
#include "scenarios/payload/work.h"

static int run(struct work *work)
{
	long parent = getppid();

	work->checksum = 0;
	for (uint64_t i = 0; i < work->count; i++)
		work->checksum += syscall_raw(SYS_getppid, 0, 0, 0) == parent;
	work->expected = work->count;
	return 0;
}

const struct work_kind work_syscall = {"syscall", NULL, NULL, run, NULL};
