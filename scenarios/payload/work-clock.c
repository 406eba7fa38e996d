/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the monotonic clock: through the vDSO as programs do, and by the system call it falls back to. */
#include <time.h>

#include "scenarios/payload/syscall.h"
#include "scenarios/payload/work.h"

/* Counts the readings that are not before the one before. */
static int run(struct work *work, int (*read_clock)(clockid_t, struct timespec *))
{
	struct timespec before = {0}, now = {0};

	work->checksum = 0;
	for (uint64_t i = 0; i < work->count; i++) {
		if (read_clock(CLOCK_MONOTONIC, &now) < 0)
			return work_failed(work, "clock_gettime");
		work->checksum += now.tv_sec > before.tv_sec ||
				  (now.tv_sec == before.tv_sec && now.tv_nsec >= before.tv_nsec);
		before = now;
	}
	work->expected = work->count;
	return 0;
}

static int by_syscall(clockid_t clock, struct timespec *now)
{
	return (int)syscall_raw(SYS_clock_gettime, clock, (long)now, 0);
}

static int run_vdso(struct work *work)
{
	return run(work, clock_gettime);
}

static int run_syscall(struct work *work)
{
	return run(work, by_syscall);
}

const struct work_kind work_clock_vdso = {"clock_vdso", NULL, NULL, run_vdso, NULL};
const struct work_kind work_clock_syscall = {"clock_syscall", NULL, NULL, run_syscall, NULL};
