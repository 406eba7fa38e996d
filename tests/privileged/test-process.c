/* SPDX-License-Identifier: Apache-2.0 */
/* The control subject under a real keeper: it starts, says its facts, and its end is reported with its usage.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/clock.h"
#include "tests/privileged/world.h"

extern const struct runtime runtime_process;

static void process_starts_and_ends(void **state)
{
	struct world world;
	struct probe probe;
	char expected[16];

	(void)state;
	world_open(&world, &runtime_process, NULL);
	for (unsigned i = 0; i < 3; i++) {
		probe_start(&probe, &world, i);
		probe_ready(&probe);
		(void)snprintf(expected, sizeof(expected), "%d", (int)probe.in.pid);
		assert_string_equal(probe_fact(&probe, PROTOCOL_FACT_PID), expected);
		assert_true(timeline_get(&probe.timeline, EVENT_CLONE_CALL).set);
		assert_true(timeline_get(&probe.timeline, EVENT_CHILD_FIRST).t_ns >
			    timeline_get(&probe.timeline, EVENT_CLONE_CALL).t_ns);
		assert_true(timeline_get(&probe.timeline, EVENT_CHILD_FIRST).t_ns <
			    timeline_get(&probe.timeline, EVENT_EXECVE_CALL).t_ns);
		probe_end(&probe);
	}
	world_close(&world);
}

#define DELAY_NS 60000000u

/* Lets the keeper go on after a while. */
static void *wake_keeper(void *data)
{
	clock_sleep_until(clock_now_ns() + DELAY_NS);
	(void)kill(*(const pid_t *)data, SIGCONT);
	return NULL;
}

/* Acceptance test 4 of the method: a starter that is late before it clones is seen there, and nowhere else. */
static void a_late_keeper_is_seen_before_the_clone(void **state)
{
	struct world world;
	struct probe probe;
	pid_t keeper = getppid();
	uint64_t rest_min_ns = UINT64_MAX;

	(void)state;
	world_open(&world, &runtime_process, NULL);
	for (unsigned i = 0; i < 5; i++) {
		pthread_t thread;

		assert_int_equal(kill(keeper, SIGSTOP), 0);
		assert_int_equal(pthread_create(&thread, NULL, wake_keeper, &keeper), 0);
		probe_start(&probe, &world, i);
		(void)pthread_join(thread, NULL);
		probe_ready(&probe);
		uint64_t clone_ns = timeline_get(&probe.timeline, EVENT_CLONE_CALL).t_ns;

		assert_true(clone_ns - probe.request_ns > DELAY_NS * 9 / 10);
		if (probe.ready_ns - clone_ns < rest_min_ns)
			rest_min_ns = probe.ready_ns - clone_ns;
		probe_end(&probe);
	}
	assert_true(rest_min_ns < DELAY_NS / 2);
	world_close(&world);
}

/* A shell that does one thing. */
static struct started shell_start(struct world *world, const char *command)
{
	struct start_program program = {.argument_count = 3};
	struct started started;
	struct error err = {0};
	size_t used = 0;

	assert_int_equal(start_program_add(&program, &used, "/bin/sh", &err), 0);
	assert_int_equal(start_program_add(&program, &used, "sh", &err), 0);
	assert_int_equal(start_program_add(&program, &used, "-c", &err), 0);
	assert_int_equal(start_program_add(&program, &used, command, &err), 0);
	assert_int_equal(start_program(world->run.keeper, &program, -1, &started, &err), 0);
	return started;
}

static struct exited exit_await(struct world *world, pid_t pid)
{
	struct exited exited;
	struct error err = {0};

	assert_int_equal(start_await_exit(world->run.keeper, pid, clock_now_ns() + 5000000000u, &exited, &err), 0);
	return exited;
}

static void exit_is_reported(void **state)
{
	struct world world;

	(void)state;
	world_open(&world, &runtime_process, NULL);
	struct started started = shell_start(&world, "exit 7");
	struct exited exited = exit_await(&world, started.pid);

	assert_true(WIFEXITED(exited.status));
	assert_int_equal(WEXITSTATUS(exited.status), 7);
	assert_true(exited.maxrss_bytes > 0);
	(void)close(started.pidfd);
	world_close(&world);
}

#define CROWD 20

/* While the keeper does not look, of many ends only the first leaves a signal. */
static void exits_without_a_signal_are_reported(void **state)
{
	struct world world;
	struct started started[CROWD];
	pid_t keeper = getppid();

	(void)state;
	world_open(&world, &runtime_process, NULL);
	for (size_t i = 0; i < CROWD; i++)
		started[i] = shell_start(&world, "exec sleep 60");
	assert_int_equal(kill(keeper, SIGSTOP), 0);
	for (size_t i = 0; i < CROWD; i++) {
		struct pollfd ended = {.fd = started[i].pidfd, .events = POLLIN};

		assert_int_equal(kill(started[i].pid, SIGKILL), 0);
		assert_int_equal(poll(&ended, 1, 10000), 1);
	}
	assert_int_equal(kill(keeper, SIGCONT), 0);
	for (size_t i = 0; i < CROWD; i++) {
		assert_true(WIFSIGNALED(exit_await(&world, started[i].pid).status));
		(void)close(started[i].pidfd);
	}
	world_close(&world);
}

static void missing_program_is_an_error(void **state)
{
	struct world world;
	struct start_program program = {.argument_count = 1};
	struct started started;
	struct error err = {0};
	size_t used = 0;

	(void)state;
	world_open(&world, &runtime_process, NULL);
	assert_int_equal(start_program_add(&program, &used, "/nowhere", &err), 0);
	assert_int_equal(start_program_add(&program, &used, "nowhere", &err), 0);
	assert_int_equal(start_program(world.run.keeper, &program, -1, &started, &err), -ENOENT);
	assert_non_null(strstr(err.text, "/nowhere: cannot start (execve_call)"));
	(void)close(started.pidfd);
	world_close(&world);
}

static void keeper_is_small(void **state)
{
	struct world world;
	struct start_status status;
	struct error err = {0};

	(void)state;
	world_open(&world, &runtime_process, NULL);
	assert_int_equal(start_status(world.run.keeper, &status, &err), 0);
	assert_int_equal(status.keeper.pid, getppid());
	assert_in_range(status.keeper.rss_bytes, 1, 4u << 20);
	world_close(&world);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(process_starts_and_ends),
	    cmocka_unit_test(a_late_keeper_is_seen_before_the_clone),
	    cmocka_unit_test(exit_is_reported),
	    cmocka_unit_test(exits_without_a_signal_are_reported),
	    cmocka_unit_test(missing_program_is_an_error),
	    cmocka_unit_test(keeper_is_small),
	};

	(void)argc;
	world_enter(argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
