/* SPDX-License-Identifier: Apache-2.0 */
/* Several starters: boxes start at the same time, none waits for another's starter, and who is too many ends. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/base/clock.h"
#include "harness/base/file.h"
#include "runtimes/namespace.h"
#include "tests/privileged/world.h"

#define STARTS 12u /* of each thread */
#define GONE_NS 5000000000u
#define LOOK_NS 10000000u

extern const struct runtime runtime_namespace;

static struct start_status status_of(const struct world *world)
{
	struct start_status status;

	assert_int_equal(start_status(world->run.keeper, &status, NULL), 0);
	return status;
}

static void widen(const struct world *world, unsigned count)
{
	struct error err = {0};

	if (start_widen(world->run.keeper, count, &err) < 0)
		fail_msg("%s", err.text);
}

/* A start in a thread of its own. */
struct starting {
	struct world *world;
	unsigned number;
	pthread_t thread;
	int rc;
};

static int start_one(struct world *world, unsigned number)
{
	struct trial trial;
	struct error err = {0};
	int rc = trial_start(&trial, world, number, &err);

	trial_end(&trial);
	return rc;
}

static void *start_in_thread(void *data)
{
	struct starting *starting = data;

	for (unsigned i = 0; i < STARTS && !starting->rc; i++)
		starting->rc = start_one(starting->world, starting->number + i);
	return NULL;
}

static void starting_begin(struct starting *starting, struct world *world, unsigned number)
{
	*starting = (struct starting){.world = world, .number = number};
	assert_int_equal(pthread_create(&starting->thread, NULL, start_in_thread, starting), 0);
}

static void starting_end(struct starting *starting)
{
	(void)pthread_join(starting->thread, NULL);
	assert_int_equal(starting->rc, 0);
}

/* More threads than starters: some wait for their turn, all succeed. */
static void boxes_start_at_the_same_time(void **state)
{
	struct starting starting[4];
	struct world world;

	(void)state;
	world_open(&world, &runtime_namespace, NULL);
	widen(&world, 2);
	struct start_status status = status_of(&world);

	assert_true(status.starters[1].pid > 0);
	assert_int_not_equal(status.starters[1].pid, status.starters[0].pid);
	assert_in_range(status.starters[1].rss_bytes, 1, 4u << 20);
	assert_int_equal(status.starters[2].pid, 0);
	for (unsigned i = 0; i < 4; i++)
		starting_begin(&starting[i], &world, 1000 * (i + 1));
	for (unsigned i = 0; i < 4; i++)
		starting_end(&starting[i]);
	widen(&world, 1);
	world_close(&world);
}

/* The first one is stopped in the middle of its work. */
static void none_waits_for_another_starter(void **state)
{
	struct starting stuck;
	struct world world;

	(void)state;
	world_open(&world, &runtime_namespace, NULL);
	widen(&world, 2);
	pid_t first = status_of(&world).starters[0].pid;

	assert_int_equal(kill(first, SIGSTOP), 0);
	starting_begin(&stuck, &world, 1000);
	clock_sleep_until(clock_now_ns() + 10 * LOOK_NS);
	for (unsigned i = 0; i < STARTS; i++)
		assert_int_equal(start_one(&world, i), 0);
	assert_int_equal(kill(first, SIGCONT), 0);
	starting_end(&stuck);
	widen(&world, 1);
	world_close(&world);
}

/* Whoever kills one kills no more than the start that is under way there. */
static void killed_one_is_replaced(void **state)
{
	struct world world;
	int failed = 0;

	(void)state;
	world_open(&world, &runtime_namespace, NULL);
	widen(&world, 2);
	struct start_status before = status_of(&world);

	assert_int_equal(kill(before.starters[1].pid, SIGKILL), 0);
	for (unsigned round = 0; round < 2; round++) {
		struct starting starting[2];

		for (unsigned i = 0; i < 2; i++)
			starting_begin(&starting[i], &world, 1000 * (2 * round + i + 1));
		for (unsigned i = 0; i < 2; i++) {
			(void)pthread_join(starting[i].thread, NULL);
			failed += starting[i].rc != 0;
		}
	}
	assert_in_range(failed, 0, 1); /* the one that met it dead */
	widen(&world, 2);
	struct start_status after = status_of(&world);

	assert_int_equal(after.starters[0].pid, before.starters[0].pid);
	assert_true(after.starters[1].pid > 0);
	widen(&world, 1);
	world_close(&world);
}

static void those_that_are_too_many_end(void **state)
{
	struct world world;
	uint64_t deadline_ns;

	(void)state;
	world_open(&world, &runtime_namespace, NULL);
	widen(&world, 2);
	assert_true(status_of(&world).starters[1].pid > 0);
	widen(&world, 1);
	for (deadline_ns = clock_now_ns() + GONE_NS; status_of(&world).starters[1].pid;) {
		assert_true(clock_now_ns() < deadline_ns);
		clock_sleep_until(clock_now_ns() + LOOK_NS);
	}
	assert_int_equal(start_one(&world, 1), 0);
	world_close(&world);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(boxes_start_at_the_same_time),
	    cmocka_unit_test(none_waits_for_another_starter),
	    cmocka_unit_test(killed_one_is_replaced),
	    cmocka_unit_test(those_that_are_too_many_end),
	};

	(void)argc;
	world_enter(argv);
	if (geteuid() || sysconf(_SC_NPROCESSORS_ONLN) < 2) {
		print_message("skipped: one starter is all there may be for a user, or with one CPU\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
