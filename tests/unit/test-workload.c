/* SPDX-License-Identifier: Apache-2.0 */
/* Workloads: the table, how a scenario names them, and how much each subject has to do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/measure/work-counts.h"
#include "harness/model/protocol.h"
#include "harness/model/scenario.h"

#define MS 1e6

static void table_and_protocol_name_the_same(void **state)
{
	static const char *const names[] = {
#define WORKLOAD_TEXT(id) #id,
		PROTOCOL_WORKLOADS(WORKLOAD_TEXT)
#undef WORKLOAD_TEXT
	};

	(void)state;
	assert_int_equal(workload_count, sizeof(names) / sizeof(names[0]));
	for (size_t i = 0; i < workload_count; i++) {
		assert_string_equal(workload_table[i].name, names[i]);
		assert_ptr_equal(workload_find(names[i]), &workload_table[i]);
		assert_true(!i || workload_table[i].class >= workload_table[i - 1].class);
	}
	assert_null(workload_find("nosuch"));
}

static int parse(const char *workload, struct scenario *ret_scenario, struct error *err)
{
	char text[512];

	(void)snprintf(text, sizeof(text),
		       "{\"name\":\"t\",%s\"subjects\":[{\"name\":\"a\",\"runtime\":\"mock\"}]}", workload);
	struct json *json = json_parse(text, strlen(text), "t.json", err);
	int rc = scenario_from_json(json, "t.json", ret_scenario, err);

	json_free(json);
	return rc;
}

static void scenario_names_workloads(void **state)
{
	struct scenario s;
	struct error err = {0};

	(void)state;
	assert_int_equal(parse("\"workload\":\"all\",", &s, &err), 0);
	assert_int_equal(s.workloads.count, workload_count - 2); /* but for what needs a network of the box */
	for (size_t i = 0; i < s.workloads.count; i++)
		assert_int_not_equal(s.workloads.list[i]->class, WORKLOAD_OUTSIDE);
	assert_string_equal(s.experiment.spec->name, "work");
	assert_int_equal(experiment_number(&s.experiment, "iterations"), 5);
	assert_int_equal(s.blocks[BLOCK_EXPERIMENT].count, 1);
	scenario_release(&s);
	assert_int_equal(parse("\"workload\":[\"syscall\",\"cpu_fp\"],"
			       "\"experiment\":{\"name\":\"work\",\"goal_ms\":7},",
			       &s, &err),
			 0);
	assert_int_equal(s.workloads.count, 2);
	assert_string_equal(s.workloads.list[1]->name, "cpu_fp");
	assert_int_equal(experiment_number(&s.experiment, "goal_ms"), 7);
	scenario_release(&s);
}

static const struct {
	const char *workload, *complaint;
} wrong[] = {
	{"\"workload\":\"nosuch\",", "'nosuch' is not a workload"},
	{"\"workload\":[],", "workload: is an array"},
	{"\"workload\":7,", "workload: is a number"},
	{"\"workload\":[7],", "is not a workload"},
	{"\"workload\":[\"syscall\",\"syscall\"],", "'syscall' is there twice"},
	{"\"workload\":\"syscall\",\"experiment\":{\"name\":\"cow\"},", "the experiment is 'cow'"},
	{"\"experiment\":{\"name\":\"work\"},", "workload: missing"},
	{"\"workload\":\"all\",\"experiment\":{\"name\":\"work\",\"iterations\":21},",
	 "iterations: 21 is out of range"},
};

static void wrong_workloads_are_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct scenario s;
		struct error err = {0};

		assert_true(parse(wrong[i].workload, &s, &err) < 0);
		assert_non_null(strstr(err.text, wrong[i].complaint));
	}
}

/* Costs of three subjects, and what comes of them; 200 ms in the fastest, 2 s in the slowest, 20 ms at least.
 */
static const struct {
	double costs[3];
	uint64_t most, ops;
	bool left_out[3];
} counts[] = {
	{{100, 100, 200}, 0, 2000000, {false, false, false}},
	{{100, NAN, 105}, 0, 2000000, {false, false, false}},
	{{100, 100, 5000}, 0, 400000, {false, false, false}},  /* the slowest lowers it for all */
	{{100, 100, 10000}, 0, 200000, {false, false, false}}, /* to the least that the fastest may have */
	{{100, 100, 20000}, 0, 2000000, {false, false, true}}, /* below: it is left out, and lowers nothing */
	{{20000, 100, 5000}, 0, 400000, {true, false, false}},
	{{NAN, NAN, NAN}, 0, 0, {false, false, false}},
	{{1e6, 1e6, 2e7}, 16, 16, {false, false, false}}, /* a file of 16 MiB at most */
	{{5e8, 6e8, 7e8}, 0, 1, {false, false, false}},	  /* one operation is the least */
};

static void work_is_the_same_for_all(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		const struct work_aim aim = {200 * MS, 2000 * MS, 20 * MS, counts[i].most};
		bool left_out[3] = {false};

		assert_int_equal(work_count(&aim, counts[i].costs, 3, left_out), counts[i].ops);
		assert_memory_equal(left_out, counts[i].left_out, sizeof(left_out));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_and_protocol_name_the_same),
		cmocka_unit_test(scenario_names_workloads),
		cmocka_unit_test(wrong_workloads_are_named),
		cmocka_unit_test(work_is_the_same_for_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
