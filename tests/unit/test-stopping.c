/* SPDX-License-Identifier: Apache-2.0 */
/* When there are enough blocks: on a recorded run, by the numbers that its report would have had then. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/analyze/stopping.h"
#include "tests/unit/recorded.h"

#define FOLDER "tests/data/runs/aa"

static void test_due(void **state)
{
	static const struct {
		uint64_t blocks, most;
		bool due;
	} cases[] = {{5, 60, false},  {9, 60, false}, {10, 60, true},  {11, 60, false}, {15, 60, true},
		     {59, 60, false}, {60, 60, true}, {12, 12, true}, {8, 8, false}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(stopping_due(cases[i].blocks, cases[i].most), cases[i].due);
}

static struct stopping looked(uint64_t warmup, uint64_t blocks, double target)
{
	struct stopping stopping;
	struct error err = {0};

	if (stopping_look(FOLDER, warmup, blocks, target, &stopping, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(stopping.blocks, blocks);
	return stopping;
}

static void test_look(void **state)
{
	struct recorded *run = recorded_open("aa");
	const struct json *counts = json_path(run->recording.plan, "run.design.kinds.latency");
	uint64_t warmup = (uint64_t)json_get_int(counts, "warmup_blocks", 0);
	uint64_t all = (uint64_t)json_get_int(counts, "blocks", 0);
	struct stopping stopping = looked(warmup, all, STOPPING_TARGET_MAX);

	(void)state;
	assert_true(stopping.met);
	assert_false(stopping.hopeless);
	assert_true(*stopping.of && stopping.widest > 0);
	/* The boundary itself is narrow enough, and anything below is not. */
	assert_true(looked(warmup, all, stopping.widest).met);
	assert_false(looked(warmup, all, stopping.widest * 0.999).met);
	/* Of five blocks there is no interval at all. */
	struct stopping early = looked(warmup, 5, STOPPING_TARGET_MAX);

	assert_false(early.met);
	assert_true(isinf(early.widest));
	/* It is the widest of what the report has. */
	for (size_t i = 0; i < run->analysis.comparison_count; i++) {
		const struct analysis_comparison *c = &run->analysis.comparisons[i];

		if (!strcmp(c->metric_a->name, "request_to_ready_ns") && c->metric_a == c->metric_b)
			assert_true(stats_precision(&c->result.ratio) <= stopping.widest);
	}
	recorded_close(run);
}

static void test_bad_folder(void **state)
{
	struct stopping stopping;
	struct error err = {0};

	(void)state;
	assert_true(stopping_look("tests/data/runs/none-such", 0, 10, 0.05, &stopping, &err) < 0);
	assert_non_null(strstr(err.text, "no such file"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_due),
		cmocka_unit_test(test_look),
		cmocka_unit_test(test_bad_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
