/* SPDX-License-Identifier: Apache-2.0 */
/* Away with a real cgroup that has processes and cgroups in it: in a v1 hierarchy, and in a v2 one. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/clock.h"
#include "harness/base/file.h"
#include "harness/base/sweep.h"

#define SWEEP_TIME_NS 2000000000u

/* A new cgroup with a process in it that ends by no signal but SIGKILL. */
static pid_t group_fill(const char *path)
{
	cleanup_free char *members = alloc_format("%s/cgroup.procs", path);
	pid_t pid = fork();

	if (!pid) {
		(void)signal(SIGTERM, SIG_IGN);
		for (;;)
			(void)pause();
	}
	cleanup_free char *number = alloc_format("%d", (int)pid);

	assert_int_equal(mkdir(path, 0755), 0);
	assert_int_equal(file_put(members, number, NULL), 0);
	return pid;
}

static void assert_killed(pid_t pid)
{
	int status = 0;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
}

/* Two cgroups beside each other, of which one goes, with what is below it. */
static void sweep_in(const char *hierarchy)
{
	cleanup_free char *marker = alloc_format("%s/cgroup.procs", hierarchy);

	if (!file_exists(marker)) {
		(void)printf("# no cgroups at %s\n", hierarchy);
		return;
	}
	cleanup_free char *ours = alloc_format("%s/tare-test-%d", hierarchy, (int)getpid());
	cleanup_free char *below = alloc_format("%s/below", ours);
	cleanup_free char *beside = alloc_format("%s-beside", ours);
	pid_t stranger = group_fill(beside), member = group_fill(ours), deep = group_fill(below);

	/* Without a parent that waits for them they are zombies, which keep no cgroup busy. */
	sweep_cgroup(ours, clock_now_ns() + SWEEP_TIME_NS);
	assert_false(file_exists(ours));
	assert_killed(member);
	assert_killed(deep);
	assert_int_equal(kill(stranger, 0), 0);
	assert_true(file_exists(beside));
	sweep_cgroup(beside, clock_now_ns() + SWEEP_TIME_NS);
	assert_killed(stranger);
	assert_false(file_exists(beside));
	sweep_cgroup(beside, clock_now_ns() + SWEEP_TIME_NS); /* a missing one is fine */
}

static void v1_is_swept(void **state)
{
	(void)state;
	sweep_in("/sys/fs/cgroup/memory");
	sweep_in("/sys/fs/cgroup/pids");
	sweep_in("/sys/fs/cgroup/freezer");
}

static void v2_is_swept(void **state)
{
	(void)state;
	sweep_in("/sys/fs/cgroup/unified");
	sweep_in("/sys/fs/cgroup");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(v1_is_swept), cmocka_unit_test(v2_is_swept)};

	if (geteuid()) {
		(void)printf("skipped: needs root\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
