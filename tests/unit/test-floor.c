/* SPDX-License-Identifier: Apache-2.0 */
/* Verdicts are held against what a host calls different between a subject and itself. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/analyze/floor.h"
#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "tests/unit/recorded.h"

#define READY "request_to_ready_ns"

/* The recorded run as on a host whose floor is known. */
static struct recorded *with_floor(const char *name, const char *rows)
{
	struct recorded *run = recorded_open(name);
	struct error err = {0};
	cleanup_free char *text = alloc_format(
		"{\"host\":{\"noise_floor\":{\"measured_utc\":\"2026-01-01T00:00:00Z\",\"rows\":%s}}}", rows);

	analysis_release(&run->analysis);
	json_free(run->recording.host);
	run->recording.host = json_parse(text, strlen(text), "host", &err);
	assert_non_null(run->recording.host);
	assert_int_equal(analysis_make(&run->recording, &run->analysis, &err), 0);
	return run;
}

static const struct analysis_comparison *between(const struct recorded *run, const char *a, const char *b)
{
	const struct analysis_comparison *c = analysis_comparison_find(
		&run->analysis, READY, recorded_subject(run, a), recorded_subject(run, b));

	assert_non_null(c);
	return c;
}

#define ROW(runtime, floor)                                                                                  \
	"[{\"runtime\":\"" runtime "\",\"metric\":\"" READY "\",\"blocks\":20,\"floor_ratio\":" floor        \
	",\"spread_log\":0.1}]"

static void test_within(void **state)
{
	struct recorded *run = with_floor("aa", ROW("namespace", "9.0"));
	const struct analysis_comparison *c = between(run, "process-a", "namespace-a");

	(void)state;
	assert_true(c->floor == 9.0);
	assert_int_equal(c->verdict, VERDICT_INCONCLUSIVE);
	assert_string_equal(c->verdict_word, "inconclusive");
	assert_true(c->flags >> FLAG_FLOOR & 1);
	assert_true(run->analysis.flags[FLAG_FLOOR].triggered);
	/* The twins themselves are what a floor is made of. */
	assert_true(isnan(between(run, "process-a", "process-b")->floor));
	recorded_close(run);
}

static void test_beyond(void **state)
{
	struct recorded *run = with_floor("aa", ROW("process", "3.0"));
	const struct analysis_comparison *c = between(run, "process-a", "namespace-a");

	(void)state;
	assert_int_equal(c->verdict, VERDICT_HIGHER);
	assert_false(c->flags >> FLAG_FLOOR & 1);
	assert_false(run->analysis.flags[FLAG_FLOOR].triggered);
	assert_true(run->analysis.flags[FLAG_FLOOR].checked);
	recorded_close(run);
}

/* What is no number, or of another metric or runtime, is no floor. */
static void test_foreign(void **state)
{
	static const char *const rows[] = {ROW("docker", "9.0"),
					   ROW("namespace", "-1"),
					   ROW("namespace", "\"9\""),
					   "{}",
					   "7",
					   "[7,null,{},[],{\"runtime\":7,\"metric\":\"" READY
					   "\",\"blocks\":-1,\"floor_ratio\":1e308}]",
					   "[{\"runtime\":\"namespace\",\"metric\":\"made_up\",\"blocks\":20,"
					   "\"floor_ratio\":9,\"spread_log\":1}]"};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct recorded *run = with_floor("aa", rows[i]);

		assert_int_equal(between(run, "process-a", "namespace-a")->verdict, VERDICT_HIGHER);
		recorded_close(run);
	}
}

static void test_unknown(void **state)
{
	struct recorded *run = recorded_open("tcg");

	(void)state;
	assert_false(run->analysis.flags[FLAG_FLOOR].triggered);
	assert_false(run->analysis.flags[FLAG_FLOOR].checked);
	assert_non_null(strstr(run->analysis.flags[FLAG_FLOOR].detail, "tare doctor --deep"));
	for (size_t i = 0; i < run->analysis.comparison_count; i++)
		assert_true(isnan(run->analysis.comparisons[i].floor));
	recorded_close(run);
}

/* With more blocks more is found, but nothing within the floor gets a verdict. */
static void assert_effects(const struct json *row, double floor)
{
	double called = INFINITY, seen = INFINITY;
	int64_t blocks = 0;
	size_t count = 0;

	for (const struct json *e = json_first(json_get(row, "effects")); e; e = json_next(e), count++) {
		assert_true(json_get_int(e, "blocks", 0) > blocks);
		blocks = json_get_int(e, "blocks", 0);
		assert_true(json_get_number(e, "smallest_effect_ratio", NAN) < called);
		assert_true(json_get_number(e, "smallest_seen_ratio", NAN) < seen);
		called = json_get_number(e, "smallest_effect_ratio", NAN);
		seen = json_get_number(e, "smallest_seen_ratio", NAN);
	}
	assert_int_equal(count, 3);
	assert_true(called > floor && called > seen);
	assert_int_equal(json_get_int(row, "tests", 0), 4);
	assert_true((json_get_int(row, "blocks_for_5_percent", 0) > 60) == (seen > 0.05));
}

/* What doctor --deep keeps is what later runs are held against. */
static void test_record(void **state)
{
	struct recorded *run = recorded_open("aa");
	struct json *record = floors_record(&run->analysis);
	size_t found = 0;

	(void)state;
	assert_string_equal(json_get_text(record, "run_id", ""), "4787164c33db837a");
	for (const struct json *row = json_first(json_get(record, "rows")); row; row = json_next(row)) {
		if (strcmp(json_get_text(row, "metric", ""), READY) != 0)
			continue;
		double floor = json_get_number(row, "floor_ratio", NAN);

		assert_true(floor == floors_between(&run->analysis.floors, json_get_text(row, "runtime", ""),
						    "", READY));
		assert_true(floor > 0 && floor < 0.2);
		assert_effects(row, floor);
		found++;
	}
	assert_int_equal(found, 2);
	json_free(record);
	recorded_close(run);
}

static void test_held(void **state)
{
	static const struct {
		double ratio, floor;
		enum verdict verdict, held;
	} cases[] = {
		{1.10, 0.101, VERDICT_HIGHER, VERDICT_INCONCLUSIVE},
		{1.11, 0.10, VERDICT_HIGHER, VERDICT_HIGHER},
		{1 / 1.10, 0.11, VERDICT_LOWER, VERDICT_INCONCLUSIVE},
		{0.5, 0.11, VERDICT_LOWER, VERDICT_LOWER},
		{1.01, 0.02, VERDICT_DIFFERENT_BUT_SMALL, VERDICT_INCONCLUSIVE},
		{1.01, 0.02, VERDICT_EQUIVALENT, VERDICT_EQUIVALENT},
		{1.01, 0.02, VERDICT_NOT_COMPARABLE, VERDICT_NOT_COMPARABLE},
		{1.01, NAN, VERDICT_HIGHER, VERDICT_HIGHER},
		{INFINITY, 5, VERDICT_HIGHER, VERDICT_HIGHER},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct comparison c = {.ratio_defined = true, .ratio = {.value = cases[i].ratio}};

		assert_int_equal(verdict_held(cases[i].verdict, &c, cases[i].floor), cases[i].held);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_within),	cmocka_unit_test(test_beyond), cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_unknown), cmocka_unit_test(test_record), cmocka_unit_test(test_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
