/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/measure/noise.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "harness/base/cleanup.h"
#include "harness/base/clock.h"
#include "harness/base/file.h"
#include "harness/measure/hostload.h"

#define CALM_MIN_NS 50000000u
#define CALM_STEP_NS 25000000u
#define CALM_MAX_NS 2000000000u
#define CALM_DIRTY_KIB 8192u

static int64_t read_steal_ns(void)
{
	long long steal;
	char line[256];

	if (file_read_line("/proc/stat", line, sizeof(line), NULL) < 0 ||
	    sscanf(line, "cpu %*d %*d %*d %*d %*d %*d %*d %lld", &steal) != 1)
		return UNKNOWN;
	return steal * (1000000000 / sysconf(_SC_CLK_TCK));
}

static int64_t timeval_ns(const struct timeval *t)
{
	return (int64_t)t->tv_sec * 1000000000 + (int64_t)t->tv_usec * 1000;
}

void noise_read(struct noise *ret_noise)
{
	struct rusage usage;

	ret_noise->steal_ns = read_steal_ns();
	int64_t waited_ns = hostload_waited_ns(HOSTLOAD_CPU);

	ret_noise->psi_cpu_some_us = waited_ns == UNKNOWN ? UNKNOWN : waited_ns / 1000;
	(void)getrusage(RUSAGE_SELF, &usage);
	ret_noise->harness_cpu_ns = timeval_ns(&usage.ru_utime) + timeval_ns(&usage.ru_stime);
}

static int64_t difference(int64_t before, int64_t after)
{
	return before == UNKNOWN || after == UNKNOWN ? UNKNOWN : after - before;
}

void noise_difference(const struct noise *before, const struct noise *after, struct sample *sample)
{
	sample->steal_ns = difference(before->steal_ns, after->steal_ns);
	sample->psi_cpu_some_us = difference(before->psi_cpu_some_us, after->psi_cpu_some_us);
	sample->cpu_harness_ns = difference(before->harness_cpu_ns, after->harness_cpu_ns);
}

static bool host_is_calm(void)
{
	uint64_t running = 0, dirty = 0, writeback = 0;

	(void)file_read_field("/proc/stat", "procs_running", &running, NULL);
	(void)file_read_field("/proc/meminfo", "Dirty", &dirty, NULL);
	(void)file_read_field("/proc/meminfo", "Writeback", &writeback, NULL);
	return running <= 1 && dirty + writeback < CALM_DIRTY_KIB;
}

uint64_t noise_calm_down(struct calm *calm)
{
	uint64_t begin = clock_now_ns();
	bool is_calm;

	if (!calm->patience_ns)
		calm->patience_ns = CALM_MAX_NS;
	clock_sleep_until(begin + CALM_MIN_NS);
	while (!(is_calm = host_is_calm()) && clock_now_ns() - begin < calm->patience_ns)
		clock_sleep_until(clock_now_ns() + CALM_STEP_NS);
	/* Waiting in vain again and again would only make the run long, not quiet; the report says how calm it was. */
	calm->patience_ns = is_calm ? CALM_MAX_NS : calm->patience_ns / 2;
	if (calm->patience_ns < CALM_MIN_NS)
		calm->patience_ns = CALM_MIN_NS;
	return clock_now_ns() - begin;
}
