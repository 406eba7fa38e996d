/* SPDX-License-Identifier: Apache-2.0 */
/* pipe COUNT: the payload's pipe_1cpu as an ordinary dynamic program; prints how many ns so many rounds took. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/base/clock.h"
#include "scenarios/payload/work.h"

int work_failed(struct work *work, const char *what)
{
	work->failed = what;
	return -errno;
}

int main(int argc, char **argv)
{
	struct work work = {.count = argc > 1 ? strtoull(argv[1], NULL, 10) : 0};

	if (!work.count || work_pipe_1cpu.prepare(&work) < 0 || work_pipe_1cpu.run(&work) < 0) {
		(void)fprintf(stderr, "usage: pipe COUNT (%s)\n", work.failed ? work.failed : "0 rounds");
		return 2;
	}
	uint64_t begin_ns = clock_now_ns();

	if (work_pipe_1cpu.run(&work) < 0 || work.checksum != work.expected)
		return 1;
	(void)printf("%llu\n", (unsigned long long)(clock_now_ns() - begin_ns));
	return 0;
}
