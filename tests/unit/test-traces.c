/* SPDX-License-Identifier: Apache-2.0 */
/* Which cgroups are a run's, in trees as cgroup v1 and v2 have them, with and without systemd; and which are not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/measure/leftovers.h"
#include "harness/measure/traces.h"

#define RUN "tare-00000000000000a1"
#define OTHER "tare-00000000000000a2"

/* Folders of a recorded world; `ours` ones are to be found. */
struct row {
	const char *path;
	bool ours;
};

static int by_text(const void *a, const void *b)
{
	return strcmp(((const struct trace *)a)->which, ((const struct trace *)b)->which);
}

static void assert_found(const char *name, const struct row *rows, size_t count)
{
	char root[] = "/tmp/tare-test.XXXXXX";
	struct traces traces = {0};
	size_t wanted = 0;

	assert_non_null(mkdtemp(root));
	for (size_t i = 0; i < count; i++) {
		cleanup_free char *path = alloc_format("%s/%s", root, rows[i].path);

		assert_int_equal(file_make_dirs(path, 0755, NULL), 0);
	}
	traces_find_cgroups(name, root, &traces);
	if (traces.count) /* qsort takes no NULL, not even for nothing */
		qsort(traces.all, traces.count, sizeof(*traces.all), by_text);
	for (size_t i = 0; i < count; i++) {
		if (!rows[i].ours)
			continue;
		assert_true(wanted < traces.count);
		assert_int_equal(traces.all[wanted].kind, TRACE_CGROUP);
		assert_string_equal(traces.all[wanted++].which + strlen(root) + 1, rows[i].path);
	}
	assert_int_equal(wanted, traces.count);
	free(traces.all);
	assert_int_equal(file_remove_tree(root, NULL), 0);
}

#define ASSERT_FOUND(name, rows) assert_found(name, rows, sizeof(rows) / sizeof((rows)[0]))

/* In the order of their names. */
static void v1_has_them_in_each_hierarchy(void **state)
{
	static const struct row rows[] = {
		{"cpu/machine/qemu-1-" RUN "-0.libvirt-qemu", true},
		{"cpu/machine/qemu-1-" RUN "-0.libvirt-qemu/vcpu0", false},
		{"memory/machine/qemu-embed-34022bf1-60-" RUN "-59.libvirt-qemu", true},
		{"memory/tare/" RUN, true},
		{"memory/tare/" RUN "/" RUN "-3", false},
		{"pids/machine/qemu-2-" OTHER "-0.libvirt-qemu", false},
		{"pids/tare/" OTHER, false},
		{"unified/machine/qemu-1-" RUN "-0.libvirt-qemu", true},
	};

	(void)state;
	ASSERT_FOUND(RUN, rows);
}

static void v2_has_one_tree(void **state)
{
	static const struct row rows[] = {
		{"machine.slice/machine-qemu\\x2d1\\x2dtare\\x2d00000000000000a1\\x2d0.scope", true},
		{"machine.slice/machine-qemu\\x2d1\\x2dtare\\x2d00000000000000a2\\x2d0.scope", false},
		{"tare/" RUN, true},
		{"user.slice/user-1000.slice/user@1000.service/tare/" RUN, true},
	};

	(void)state;
	ASSERT_FOUND(RUN, rows);
}

static void instance_has_what_libvirt_made(void **state)
{
	static const struct row rows[] = {
		{"memory/machine/qemu-embed-34022bf1-1-" RUN "-1.libvirt-qemu", true},
		{"memory/machine/qemu-embed-34022bf1-1-" RUN "-11.libvirt-qemu", false},
		{"memory/tare/" RUN, false},
		{"pids/machine/qemu-1-" OTHER "-1.libvirt-qemu", false},
	};

	(void)state;
	ASSERT_FOUND(RUN "-1", rows);
}

static void strangers_are_not_found(void **state)
{
	static const struct row rows[] = {
		{RUN, false},
		{"memory/" RUN, false},
		{"memory/machine/" RUN, false},
		{"memory/machine/lxc-00000000000000a1", false},
		{"memory/machine/stranger/qemu-1-" RUN "-0.libvirt-qemu", false},
		{"memory/tare/" RUN "-0", false},
		{"memory/tare/a" RUN, false},
		{"memory/tare-stranger/" RUN, false},
		{"system.slice/docker-00000000000000a1.scope", false},
	};

	(void)state;
	ASSERT_FOUND(RUN, rows);
}

static void only_exact_names_are_runs(void **state)
{
	(void)state;
	assert_true(leftovers_is_run(RUN));
	assert_false(leftovers_is_run("tare-stranger"));
	assert_false(leftovers_is_run(RUN "0"));
	assert_false(leftovers_is_run("tare-00000000000000A1"));
	assert_false(leftovers_is_run("xtare-0000000000000a1"));
	assert_false(leftovers_is_run("tare-"));
}

static void this_process_is_of_no_run(void **state)
{
	struct traces traces = {0};

	(void)state;
	assert_false(traces_has_process(getpid(), RUN, "/run"));
	traces_find_processes(RUN, "/run", &traces);
	assert_int_equal(traces.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(v1_has_them_in_each_hierarchy), cmocka_unit_test(v2_has_one_tree),
		cmocka_unit_test(strangers_are_not_found),	 cmocka_unit_test(only_exact_names_are_runs),
		cmocka_unit_test(instance_has_what_libvirt_made),
		cmocka_unit_test(this_process_is_of_no_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
