/* SPDX-License-Identifier: Apache-2.0 */
/* How late a sleep of 1 ms ends: the timer, and how a sleeping CPU is woken. One operation is one sleep. */
#include <time.h>

#include "scenarios/payload/work.h"

#define SLEEP_NS 1000000

static int run(struct work *work)
{
	const struct timespec sleep = {.tv_nsec = SLEEP_NS};

	work->checksum = 0;
	for (uint64_t i = 0; i < work->count; i++)
		work->checksum += nanosleep(&sleep, NULL) == 0;
	work->expected = work->count;
	work->discount_ns = (int64_t)work->count * SLEEP_NS;
	return 0;
}

const struct work_kind work_timer = {"timer", NULL, NULL, run, NULL};
