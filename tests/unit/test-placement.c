/* SPDX-License-Identifier: Apache-2.0 */
/* Who gets which CPU: the decision on machines of other shapes, and that it holds for what is started later. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "harness/measure/placement.h"

static struct placement decide(const char *machine, const char *wanted)
{
	struct topology topology;
	struct placement placement;
	struct error err;

	assert_int_equal(topology_read_synthetic(machine, &topology, &err), 0);
	assert_int_equal(placement_decide(wanted, &topology, &placement, &err), 0);
	return placement;
}

static void three_cpus_are_split(void **state)
{
	struct placement placement = decide("core:4 pu:1", "auto");

	(void)state;
	assert_string_equal(placement.policy, "hwloc-split");
	assert_string_equal(placement_subject_cpus(&placement), "1-3");
	assert_string_equal(placement.topology.housekeeping_cpus, "0");
	placement = decide("core:4 pu:2", "auto");
	assert_string_equal(placement_subject_cpus(&placement), "2-7");
	placement = decide("core:4 pu:1", "none");
	assert_null(placement_subject_cpus(&placement));
	assert_string_equal(placement.reason, "none was asked for");
}

static void two_cpus_are_split_when_asked(void **state)
{
	struct placement placement = decide("core:2 pu:1", "auto");

	(void)state;
	assert_null(placement_subject_cpus(&placement));
	assert_true(*placement.reason != '\0');
	placement = decide("core:2 pu:1", "split");
	assert_string_equal(placement_subject_cpus(&placement), "1");
}

static void one_cpu_is_not_split(void **state)
{
	struct topology topology;
	struct placement placement = decide("core:1 pu:1", "auto");
	struct error err = {0};

	(void)state;
	assert_null(placement_subject_cpus(&placement));
	assert_int_equal(topology_read_synthetic("core:1 pu:1", &topology, &err), 0);
	assert_true(placement_decide("split", &topology, &placement, &err) < 0);
	assert_int_equal(err.class, ERROR_HOST);
}

static void *read_own(void *text)
{
	cpu_set_t set;

	if (!sched_getaffinity(0, sizeof(set), &set))
		topology_list(&set, text, 64);
	return NULL;
}

static void threads_inherit_it(void **state)
{
	struct placement placement;
	struct error err;
	pthread_t thread;
	char before[64] = "", inside[64] = "", after[64] = "", process[64];

	(void)state;
	if (placement_choose("split", &placement, &err) < 0)
		skip();
	(void)read_own(before);
	assert_int_equal(placement_enter(&placement, NULL, &err), 0);
	assert_int_equal(pthread_create(&thread, NULL, read_own, inside), 0);
	(void)pthread_join(thread, NULL);
	placement_read(getpid(), process, sizeof(process));
	placement_leave(&placement);
	(void)read_own(after);
	assert_string_equal(inside, placement.topology.housekeeping_cpus);
	assert_string_equal(before, after);
	assert_true(*process != '\0');
	placement_read(0, process, sizeof(process));
	assert_string_equal(process, "");
}

static void bad_lists_are_refused(void **state)
{
	struct error err;

	(void)state;
	assert_true(topology_bind(0, "0-", &err) < 0);
	assert_true(topology_bind(0, "99999", &err) < 0);
	assert_true(topology_bind(0, "", &err) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_cpus_are_split), cmocka_unit_test(two_cpus_are_split_when_asked),
		cmocka_unit_test(one_cpu_is_not_split), cmocka_unit_test(threads_inherit_it),
		cmocka_unit_test(bad_lists_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
