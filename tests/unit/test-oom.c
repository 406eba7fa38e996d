/* SPDX-License-Identifier: Apache-2.0 */
/* Kills for want of memory are found in either version of cgroups, and only in the instance's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/measure/oom.h"

#define NAME "tare-0123456789abcdef-3"

static void put(const char *root, const char *folder, const char *file, const char *text)
{
	cleanup_free char *path = alloc_format("%s/%s", root, folder), *whole = alloc_format("%s/%s", path, file);

	assert_int_equal(file_make_dirs(path, 0755, NULL), 0);
	assert_int_equal(file_write(whole, text, strlen(text), NULL), 0);
}

static int make(void **state)
{
	char *root = alloc_text("./test-oom-XXXXXX");

	assert_non_null(mkdtemp(root));
	*state = root;
	return 0;
}

static int unmake(void **state)
{
	int rc = file_remove_tree(*state, NULL);

	free(*state);
	return rc;
}

static void version_2(void **state)
{
	char why[160];

	put(*state, "tare/tare-0123456789abcdef/" NAME, "memory.events",
	    "low 0\noom 3\noom_kill 2\noom_group_kill 0\n");
	put(*state, "tare/tare-0123456789abcdef/" NAME, "memory.max", "4194304\n");
	assert_true(oom_look(*state, NAME, why, sizeof(why)));
	assert_string_equal(why, "out of memory: its limit of 4194304 bytes killed 2 of its processes (memory.events)");
}

static void version_1(void **state)
{
	char why[160];

	put(*state, "memory/tare/" NAME, "memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n");
	put(*state, "memory/tare/" NAME, "memory.limit_in_bytes", "67108864\n");
	assert_true(oom_look(*state, NAME, why, sizeof(why)));
	assert_non_null(strstr(why, "limit of 67108864 bytes killed 1 of its processes (memory.oom_control)"));
}

static void somebody_else(void **state)
{
	char why[160];

	put(*state, "tare/" NAME "1", "memory.events", "oom_kill 2\n");
	put(*state, "tare/" NAME, "memory.events", "oom 4\noom_kill 0\n");
	assert_false(oom_look(*state, NAME, why, sizeof(why)));
	assert_false(oom_look("/nowhere/at/all", NAME, why, sizeof(why)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(version_2, make, unmake),
		cmocka_unit_test_setup_teardown(version_1, make, unmake),
		cmocka_unit_test_setup_teardown(somebody_else, make, unmake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
