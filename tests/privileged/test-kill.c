/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whoever dies, nothing is left: a harness with running containers and processes (the "victim", this
 * program again below a keeper) is killed, or its keeper or starter is, and every trace of it must go.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/clock.h"
#include "harness/base/file.h"
#include "harness/base/sweep.h"
#include "tests/privileged/world.h"

#define INSTANCES 3
#define GONE_TIMEOUT_NS 10000000000u

extern const struct runtime runtime_namespace, runtime_process;

/* What the victim says about itself, one binary message. */
struct confession {
	pid_t keeper, harness, starter;
	pid_t instances[2 * INSTANCES];
	char ids[2][17]; /* of its two runs */
};

static volatile sig_atomic_t victim_signal;

static void victim_note(int number)
{
	victim_signal = number;
}

/* Starts instances, says so on standard output, and waits for the end of its keeper or a signal; then it tidies up. */
static int victim_main(void)
{
	static struct world worlds[2];
	static struct probe probes[2 * INSTANCES];
	struct confession said = {.harness = getpid(), .keeper = getppid()};
	struct start_status status;
	struct error err = {0};

	(void)signal(SIGTERM, victim_note);
	world_open(&worlds[0], &runtime_namespace, NULL);
	world_open(&worlds[1], &runtime_process, NULL);
	for (unsigned i = 0; i < 2 * INSTANCES; i++) {
		probe_start(&probes[i], &worlds[i % 2], i);
		probe_ready(&probes[i]);
		said.instances[i] = probes[i].in.pid;
	}
	if (start_status(worlds[0].run.keeper, &status, &err) < 0)
		return 1;
	said.starter = status.starters[0].pid;
	for (unsigned i = 0; i < 2; i++)
		(void)snprintf(said.ids[i], sizeof(said.ids[i]), "%s", worlds[i].run.id);
	if (write(STDOUT_FILENO, &said, sizeof(said)) != sizeof(said))
		return 1;
	struct pollfd lost = {.fd = start_lost_fd(worlds[0].run.keeper)};

	while (!victim_signal && poll(&lost, 1, 100) == 0)
		;
	for (unsigned i = 0; i < 2 * INSTANCES; i++)
		worlds[i % 2].subject.runtime->destroy(&probes[i].in);
	for (unsigned i = 0; i < 2; i++) {
		worlds[i].subject.runtime->finish(&worlds[i].subject);
		(void)file_remove_tree(worlds[i].run.storage, NULL);
		(void)file_remove_tree(worlds[i].run.private_folder, NULL);
	}
	return 42;
}

/* A keeper with a victim that has started everything. Returns the keeper's pid, which is our child. */
static pid_t victim_start(struct confession *ret_said)
{
	static char name[] = "test-kill", role[] = "victim";
	char *arguments[] = {name, role, NULL};
	int pipes[2];

	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	pid_t pid = fork();

	if (!pid) {
		(void)dup2(pipes[1], STDOUT_FILENO);
		world_enter(arguments);
		_exit(1);
	}
	(void)close(pipes[1]);
	struct pollfd ready = {.fd = pipes[0], .events = POLLIN};

	assert_int_equal(poll(&ready, 1, 20000), 1);
	assert_int_equal(read(pipes[0], ret_said, sizeof(*ret_said)), sizeof(*ret_said));
	(void)close(pipes[0]);
	assert_int_equal(ret_said->keeper, pid);
	return pid;
}

static bool process_gone(pid_t pid)
{
	char path[32], line[512];

	if (kill(pid, 0) < 0)
		return true;
	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	return file_read_line(path, line, sizeof(line), NULL) < 0 || strstr(line, ") Z ");
}

static void assert_process_gone(pid_t pid, const char *what)
{
	uint64_t deadline_ns = clock_now_ns() + GONE_TIMEOUT_NS;

	while (!process_gone(pid))
		if (clock_now_ns() > deadline_ns)
			fail_msg("%s, process %d, is still there", what, (int)pid);
		else
			clock_sleep_until(clock_now_ns() + 1000000u);
}

/* Calls visit() for each folder that carries one of the runs' ids. */
static void traces_visit(const struct confession *said, void (*visit)(const char *path, bool cgroup))
{
	static const struct {
		const char *places;
		bool cgroup;
	} rows[] = {
		{"/run/tare-", false},
		{"build/tare-", false},
		{"/sys/fs/cgroup/tare/tare-", true},
		{"/sys/fs/cgroup/*/tare/tare-", true},
	};

	for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_free char *pattern = alloc_format("%s%s*", rows[i / 2].places, said->ids[i % 2]);
		glob_t found;

		if (glob(pattern, 0, NULL, &found) == 0)
			for (size_t k = 0; k < found.gl_pathc; k++)
				visit(found.gl_pathv[k], rows[i / 2].cgroup);
		globfree(&found);
	}
}

static void trace_refuse(const char *path, bool cgroup)
{
	(void)cgroup;
	fail_msg("%s is left", path);
}

static void trace_remove(const char *path, bool cgroup)
{
	if (cgroup)
		sweep_cgroup(path, clock_now_ns() + GONE_TIMEOUT_NS);
	else
		assert_int_equal(file_remove_tree(path, NULL), 0);
}

static void assert_no_process(const struct confession *said)
{
	assert_process_gone(said->harness, "the harness");
	assert_process_gone(said->starter, "the starter");
	for (unsigned i = 0; i < 2 * INSTANCES; i++)
		assert_process_gone(said->instances[i], i % 2 ? "a process" : "a container");
}

static void assert_nothing_left(const struct confession *said)
{
	assert_no_process(said);
	traces_visit(said, trace_refuse);
}

static int wait_status(pid_t keeper)
{
	int status = 0;

	assert_int_equal(waitpid(keeper, &status, 0), keeper);
	return status;
}

static void killed_harness_is_swept(void **state)
{
	struct confession said;
	pid_t keeper = victim_start(&said);

	(void)state;
	assert_int_equal(kill(said.harness, SIGKILL), 0);
	int status = wait_status(keeper);

	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 128 + SIGKILL);
	assert_nothing_left(&said);
}

static void killed_keeper_takes_all_with_it(void **state)
{
	struct confession said;
	pid_t keeper = victim_start(&said);

	(void)state;
	assert_int_equal(kill(keeper, SIGKILL), 0);
	(void)wait_status(keeper);
	assert_nothing_left(&said);
}

static void killed_starter_leaves_its_containers(void **state)
{
	struct confession said;
	pid_t keeper = victim_start(&said);

	(void)state;
	assert_int_equal(kill(said.starter, SIGKILL), 0);
	assert_process_gone(said.starter, "the starter");
	assert_false(process_gone(said.instances[0]));
	assert_int_equal(kill(said.harness, SIGTERM), 0);
	assert_int_equal(WEXITSTATUS(wait_status(keeper)), 42);
	assert_nothing_left(&said);
}

/* Nobody is left to sweep: what runs dies with the keeper, folders stay for `tare clean`. */
static void killed_pair_leaves_no_process(void **state)
{
	struct confession said;
	pid_t keeper = victim_start(&said);

	(void)state;
	assert_int_equal(kill(said.harness, SIGSTOP), 0);
	assert_int_equal(kill(keeper, SIGKILL), 0);
	assert_int_equal(kill(said.harness, SIGKILL), 0);
	(void)wait_status(keeper);
	assert_no_process(&said);
	traces_visit(&said, trace_remove);
	traces_visit(&said, trace_refuse);
}

static void signals_reach_the_harness(void **state)
{
	struct confession said;
	pid_t keeper = victim_start(&said);

	(void)state;
	assert_int_equal(kill(keeper, SIGTERM), 0);
	int status = wait_status(keeper);

	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 42);
	assert_nothing_left(&said);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(killed_harness_is_swept),
		cmocka_unit_test(killed_keeper_takes_all_with_it),
		cmocka_unit_test(killed_starter_leaves_its_containers),
		cmocka_unit_test(killed_pair_leaves_no_process),
		cmocka_unit_test(signals_reach_the_harness),
	};

	if (argc > 1 && !strcmp(argv[1], "victim"))
		return victim_main();
	if (geteuid()) {
		(void)printf("skipped: needs root\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
