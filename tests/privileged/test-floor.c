/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What starts at the floor rest on: keeper and starters are small and know no library, what the harness weighs does not
 * matter to them, and a starter that cannot do what a box asks, or dies over it, leaves nothing.
 */
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness/analyze/stats.h"
#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/clock.h"
#include "harness/base/file.h"
#include "runtimes/namespace.h"
#include "tests/privileged/world.h"

#define BALLAST_BYTES (256u << 20)
#define PAIRS 7
#define KILLS 8
#define KILL_STEP_NS 200000u
#define GONE_NS 5000000000u

extern const struct runtime runtime_namespace;

static double start_ns(struct world *world, unsigned number)
{
	struct probe probe;

	probe_start(&probe, world, number);
	probe_ready(&probe);
	probe_end(&probe);
	return (double)(probe.ready_ns - probe.request_ns);
}

/* The same work in both cases; only in one of them the memory is still there when the container starts. */
static double ballast_start_ns(struct world *world, unsigned number, bool keep)
{
	void *ballast =
	    mmap(NULL, BALLAST_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	assert_ptr_not_equal(ballast, MAP_FAILED);
	if (!keep)
		assert_int_equal(munmap(ballast, BALLAST_BYTES), 0);
	double took = start_ns(world, number);

	if (keep)
		assert_int_equal(munmap(ballast, BALLAST_BYTES), 0);
	return took;
}

/* Acceptance test 2 of the method. Were the harness cloned, this much would make a start some four times longer. */
static void ballast_in_the_harness_does_not_matter(void **state)
{
	double ratios[PAIRS];
	struct world world;

	(void)state;
	world_open(&world, &runtime_namespace, NULL);
	(void)start_ns(&world, 0);
	for (unsigned i = 0; i < PAIRS; i++) {
		double without = ballast_start_ns(&world, 2 * i + 1, false);

		ratios[i] = ballast_start_ns(&world, 2 * i + 2, true) / without;
	}
	world_close(&world);
	stats_sort(ratios, PAIRS);
	print_message("with ballast a start takes %.2f times as long\n", ratios[PAIRS / 2]);
	assert_true(ratios[PAIRS / 2] < 2);
}

static void assert_no_library(pid_t pid)
{
	cleanup_free char *path = alloc_format("/proc/%d/maps", (int)pid);
	cleanup_free char *maps = file_read(path, NULL, NULL);

	assert_non_null(maps);
	assert_non_null(strstr(maps, "/tare"));
	assert_null(strstr(maps, "libvirt"));
	assert_null(strstr(maps, "libxml"));
	assert_null(strstr(maps, "hwloc"));
}

/* Method R1.16, after starts as well as before. */
static void keeper_and_starter_stay_small(void **state)
{
	struct world world;
	struct start_status status;

	(void)state;
	world_open(&world, &runtime_namespace, NULL);
	for (unsigned i = 0; i < 20; i++)
		(void)start_ns(&world, i);
	assert_int_equal(start_status(world.run.keeper, &status, NULL), 0);
	assert_in_range(status.keeper.rss_bytes, 1, 4u << 20);
	assert_in_range(status.starters[0].rss_bytes, 1, 4u << 20);
	assert_no_library(status.keeper.pid);
	assert_no_library(status.starters[0].pid);
	world_close(&world);
}

/* The few instructions that a box brings mean something only on top of the right ones. */
static void box_for_another_filter_is_refused(void **state)
{
	struct world world;
	struct trial trial;
	struct error err = {0};

	(void)state;
	world_open(&world, &runtime_namespace, NULL);
	struct namespace_state *shared = world.subject.state;

	assert_int_not_equal(shared->box.filter_base, 0);
	shared->box.filter_base ^= 1;
	assert_int_equal(trial_start(&trial, &world, 1, &err), -EINVAL);
	assert_int_equal(trial.in.pid, 0);
	trial_end(&trial);
	shared->box.filter_base ^= 1;
	(void)start_ns(&world, 2);
	world_close(&world);
}

/* The starter's helper that makes network namespaces: the child of the starter that bears its name. */
static pid_t maker_find(pid_t starter)
{
	DIR *dir = opendir("/proc");
	pid_t found = 0;

	assert_non_null(dir);
	for (struct dirent *e; !found && (e = readdir(dir));) {
		cleanup_free char *path = alloc_format("/proc/%.20s/stat", e->d_name);
		char line[512];
		const char *end;

		if (file_read_line(path, line, sizeof(line), NULL) < 0 || !(end = strrchr(line, ')')))
			continue;
		if (strlen(end) > 4 && strtol(end + 4, NULL, 10) == starter)
			found = (pid_t)strtol(e->d_name, NULL, 10);
	}
	(void)closedir(dir);
	return found;
}

struct killing {
	pid_t starter;
	uint64_t at_ns;
};

static void *kill_then(void *data)
{
	const struct killing *killing = data;

	clock_sleep_until(killing->at_ns);
	(void)kill(killing->starter, SIGKILL);
	return NULL;
}

static void assert_gone(const struct trial *trial)
{
	const struct namespace_state *shared = trial->in.subject->state;
	uint64_t deadline_ns = clock_now_ns() + GONE_NS;
	static struct costs costs;

	do {
		(void)memset(&costs, 0, sizeof(costs));
		cgroup_processes(&shared->cgroups, trial->in.name, &costs);
		if (!costs.process_count)
			return;
		clock_sleep_until(clock_now_ns() + 10000000u);
	} while (clock_now_ns() < deadline_ns);
	fail_msg("process %d lives on without its starter", (int)costs.processes[0]);
}

/*
 * The maker is stopped, and the starter, which now has to make the network itself, is killed at some instant around
 * that: a child that waits for a network which nobody makes any more must notice, and end by itself.
 */
static void child_that_waits_for_its_network_ends_with_the_starter(void **state)
{
	struct world world;
	unsigned killed_within = 0;

	(void)state;
	world_open(&world, &runtime_namespace, NULL);
	for (unsigned i = 0; i < KILLS; i++) {
		struct start_status status;
		struct trial trial;
		struct error err = {0};
		pthread_t thread;

		(void)start_ns(&world, 3 * i);
		assert_int_equal(start_status(world.run.keeper, &status, &err), 0);
		pid_t maker = maker_find(status.starters[0].pid);

		assert_true(maker > 0);
		assert_int_equal(kill(maker, SIGSTOP), 0);
		struct killing killing = {status.starters[0].pid, clock_now_ns() + KILL_STEP_NS * (i + 1)};

		assert_int_equal(pthread_create(&thread, NULL, kill_then, &killing), 0);
		bool before = trial_start(&trial, &world, 3 * i + 1, &err) != -EPIPE;

		(void)pthread_join(thread, NULL);
		assert_gone(&trial);
		trial_end(&trial);
		killed_within += !before;
		if (!before)
			continue;
		/* Somebody has to find out that it is dead: the one after that gets a new one. */
		(void)trial_start(&trial, &world, 3 * i + 2, &err);
		trial_end(&trial);
	}
	print_message("%u of %u starters were killed within a start\n", killed_within, KILLS);
	assert_true(killed_within > 0);
	world_close(&world);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ballast_in_the_harness_does_not_matter),
	    cmocka_unit_test(keeper_and_starter_stay_small),
	    cmocka_unit_test(box_for_another_filter_is_refused),
	    cmocka_unit_test(child_that_waits_for_its_network_ends_with_the_starter),
	};

	(void)argc;
	world_enter(argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
