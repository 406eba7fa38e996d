/* SPDX-License-Identifier: Apache-2.0 */
/* A helper program: what it says, how it ends, and that it ends. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "harness/base/clock.h"
#include "harness/base/spawn.h"

#define SECOND_NS 1000000000u

static int run(const char *script, uint64_t timeout_ns, struct error *err)
{
	const char *arguments[] = {"sh", "-c", script, NULL};
	const char *variables[] = {"ONLY=this", "PATH=/bin:/usr/bin", NULL};
	struct spawn_program program = {arguments, variables, "/", timeout_ns};

	return spawn_run(&program, err);
}

static void test_ends(void **state)
{
	struct error err = {0};

	(void)state;
	assert_int_equal(run("exit 0", 10ull * SECOND_NS, &err), 0);
	assert_int_equal(run("echo first; echo ' at\tlast ' >&2; echo; exit 3", 10ull * SECOND_NS, &err),
			 -EIO);
	assert_string_equal(err.text, "sh: exit status 3: at last");
	assert_int_equal(run("kill -9 $$", 10ull * SECOND_NS, &err), -EIO);
	assert_non_null(strstr(err.text, "killed by signal 9"));
}

static void test_keeps_what_was_said(void **state)
{
	const char *arguments[] = {"sh", "-c", "echo one; echo two >&2", NULL};
	struct spawn_program program = {arguments, NULL, NULL, 10ull * SECOND_NS};
	char said[32] = "before", small[4];

	(void)state;
	assert_int_equal(spawn_read(&program, said, sizeof(said), NULL), 0);
	assert_string_equal(said, "one\ntwo\n");
	assert_int_equal(spawn_read(&program, small, sizeof(small), NULL), 0);
	assert_string_equal(small, "one");
}

/* More than a pipe holds, and more than is kept. */
static void test_says_much(void **state)
{
	struct error err = {0};

	(void)state;
	assert_int_equal(run("i=0; while [ $i -lt 30000 ]; do echo line $i; i=$((i+1)); done; exit 1",
			     30ull * SECOND_NS, &err),
			 -EIO);
	assert_string_equal(err.text, "sh: exit status 1: line 29999");
}

static void test_environment(void **state)
{
	struct error err = {0};

	(void)state;
	assert_int_equal(run("echo \"$ONLY $PWD ${HOME-none}\"; exit 1", 10ull * SECOND_NS, &err), -EIO);
	assert_string_equal(err.text, "sh: exit status 1: this / none");
}

/* A child that holds the output open does not keep the caller, and dies with its group. */
static void test_timeout(void **state)
{
	struct error err = {0};
	uint64_t begin_ns = clock_now_ns();

	(void)state;
	assert_int_equal(run("sleep 50 & sleep 50", SECOND_NS / 5, &err), -ETIMEDOUT);
	assert_true(clock_now_ns() - begin_ns < 5ull * SECOND_NS);
	assert_string_equal(err.text, "sh: still running after 0.2 s, killed");
	assert_int_equal(run("sleep 2 & exit 0", 10ull * SECOND_NS, &err), 0);
}

static void test_missing(void **state)
{
	const char *arguments[] = {"no-such-program-here", NULL};
	struct spawn_program program = {arguments, NULL, NULL, SECOND_NS};
	struct error err = {0};

	(void)state;
	assert_int_equal(spawn_run(&program, &err), -ENOENT);
	assert_non_null(strstr(err.text, "no-such-program-here: cannot start"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_keeps_what_was_said),	    cmocka_unit_test(test_says_much),
		cmocka_unit_test(test_environment), cmocka_unit_test(test_timeout),
		cmocka_unit_test(test_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
