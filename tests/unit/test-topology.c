/* SPDX-License-Identifier: Apache-2.0 */
/* The split of CPUs between the harness and the subjects, on machines that hwloc makes up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "harness/host/topology.h"

static const struct machine {
	const char *description;
	unsigned cpus, cores, nodes;
	const char *policy, *housekeeping, *subject;
	unsigned subject_cpus, subject_nodes;
	bool core_shared;
} machines[] = {
	{"core:1 pu:1", 1, 1, 1, "none", "0", "0", 1, 1, false},
	{"core:2 pu:1", 2, 2, 1, "hwloc-split", "0", "1", 1, 1, false},
	/* two virtual CPUs that are threads of one core */
	{"core:1 pu:2", 2, 1, 1, "hwloc-split", "0", "1", 1, 1, true},
	{"core:2 pu:2", 4, 2, 1, "hwloc-split", "0-1", "2-3", 2, 1, false},
	/* threads numbered as Linux does: the other thread of core 0 is CPU 4 */
	{"core:4 pu:2(indexes=0,4,1,5,2,6,3,7)", 8, 4, 1, "hwloc-split", "0,4", "1-3,5-7", 6, 1, false},
	/* two caches: the subjects stay behind the harness's one */
	{"node:1 l3:2 core:4 pu:1", 8, 8, 1, "hwloc-split", "0", "1-3", 3, 1, false},
	/* a cache for each core alone leaves nothing behind it, so the node decides */
	{"node:2 l3:4 core:1 pu:2", 16, 8, 2, "hwloc-split", "0-1", "2-7", 6, 1, false},
	{"node:2 core:8 pu:2", 32, 16, 2, "hwloc-split", "0-1", "2-15", 14, 1, false},
	/* one core in each node: nothing is left in the node, so the subjects go to the others */
	{"node:4 core:1 pu:1", 4, 4, 4, "hwloc-split", "0", "1-3", 3, 3, false},
};

/* Every CPU with what it is for; a machine that is too large is cut, and says so. */
static void test_drawing(void **state)
{
	struct topology t;

	(void)state;
	assert_int_equal(topology_read_synthetic("node:1 l3:2 core:2 pu:1", &t, NULL), 0);
	assert_non_null(strstr(t.drawing, "L3"));
	assert_non_null(strstr(t.drawing, "Core 0, CPU 0: harness\n"));
	assert_non_null(strstr(t.drawing, "Core 1, CPU 1: subjects\n"));
	assert_non_null(strstr(t.drawing, "Core 3, CPU 3: not ours\n"));
	assert_int_equal(topology_read_synthetic("node:2 core:256 pu:2", &t, NULL), 0);
	assert_string_equal(t.drawing + strlen(t.drawing) - 3, "...");
}

static void test_splits(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		const struct machine *m = &machines[i];
		struct topology t;
		struct error err = {0};

		print_message("%s\n", m->description);
		assert_int_equal(topology_read_synthetic(m->description, &t, &err), 0);
		assert_int_equal(t.cpu_count, m->cpus);
		assert_int_equal(t.core_count, m->cores);
		assert_int_equal(t.node_count, m->nodes);
		assert_string_equal(t.policy, m->policy);
		assert_string_equal(t.housekeeping_cpus, m->housekeeping);
		assert_string_equal(t.subject_cpus, m->subject);
		assert_int_equal(t.subject_cpu_count, m->subject_cpus);
		assert_int_equal(t.subject_node_count, m->subject_nodes);
		assert_int_equal(t.core_shared, m->core_shared);
		assert_int_equal(strlen(t.xml_sha256), DIGEST_HEX - 1);
		assert_true(t.shape[0]);
	}
}

/* Every other CPU of 4096: the lists do not fit, so nothing is split rather than cut in the middle of a
 * number. */
static void test_long_list(void **state)
{
	struct topology t;
	struct error err = {0};

	(void)state;
	assert_int_equal(topology_read_synthetic("core:512 pu:2(indexes=2*512:1*2)", &t, &err), 0);
	assert_int_equal(t.cpu_count, 1024);
	assert_true(strlen(t.subject_cpus) < TOPOLOGY_CPUS_MAX);
}

static void test_nonsense(void **state)
{
	struct topology t;
	struct error err = {0};

	(void)state;
	assert_true(topology_read_synthetic("no such machine", &t, &err) < 0);
	assert_non_null(strstr(err.text, "no such machine"));
}

static void test_this_host(void **state)
{
	struct topology t, again;
	struct error err = {0};

	(void)state;
	assert_int_equal(topology_read(&t, &err), 0);
	assert_int_equal(topology_read(&again, &err), 0);
	assert_memory_equal(&t, &again, sizeof(t));
	print_message("%u CPUs, %u cores, %u nodes: %s, harness %s, subjects %s, %s\n", t.cpu_count,
		      t.core_count, t.node_count, t.policy, t.housekeeping_cpus, t.subject_cpus, t.shape);
	assert_true(t.cpu_count >= 1 && t.core_count >= 1 && t.node_count >= 1);
	assert_true(t.subject_cpu_count >= 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_splits), cmocka_unit_test(test_drawing),
		cmocka_unit_test(test_long_list),
		cmocka_unit_test(test_nonsense),
		cmocka_unit_test(test_this_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
