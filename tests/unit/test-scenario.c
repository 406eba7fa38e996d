/* SPDX-License-Identifier: Apache-2.0 */
/* Scenarios: what is right is read, what is wrong is named by file and path. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/file.h"
#include "harness/model/plan.h"
#include "harness/model/runtime.h"
#include "harness/model/scenario.h"

#define GOOD                                                                                            \
	"{\"name\":\"t\",\"title\":\"a test\",\"limits\":{\"memory_bytes\":67108864},"                 \
	"\"blocks\":{\"latency\":{\"warmup\":1,\"count\":3},\"footprint\":{\"count\":2}},"            \
	"\"subjects\":[{\"name\":\"a\",\"runtime\":\"mock\"},"                                        \
	"{\"name\":\"b\",\"runtime\":\"mock\",\"root\":\"none\",\"options\":{\"ready\":\"5ms\"},"    \
	"\"limits\":{\"pids_count\":7},\"timeout_ns\":2000000000}]}"

static int parse(const char *text, struct scenario *ret_scenario, struct error *err)
{
	struct json *json = json_parse(text, strlen(text), "t.json", err);

	if (!json)
		return err->code;
	int rc = scenario_from_json(json, "t.json", ret_scenario, err);

	json_free(json);
	return rc;
}

static void reads_what_is_right(void **state)
{
	struct scenario s;
	struct error err = {0};

	(void)state;
	assert_int_equal(parse(GOOD, &s, &err), 0);
	assert_string_equal(s.name, "t");
	assert_int_equal(s.subject_count, 2);
	assert_int_equal(s.blocks[BLOCK_LATENCY].warmup, 1);
	assert_int_equal(s.blocks[BLOCK_FOOTPRINT].count, 2);
	assert_int_equal(s.subjects[0].limits.memory_bytes, 67108864);
	assert_int_equal(s.subjects[1].limits.memory_bytes, 67108864);
	assert_int_equal(s.subjects[1].limits.pids_count, 7);
	assert_int_equal(s.subjects[1].root, ROOT_NONE);
	assert_int_equal(s.subjects[1].timeout_ns, 2000000000);
	assert_string_equal(subject_setting(&s.subjects[1], "ready"), "5ms");
	assert_string_equal(subject_setting(&s.subjects[0], "ready"), "1ms");
	scenario_release(&s);
}

/* Each row replaces a piece of the good text and must be refused with a text that has the other piece in it. */
static const struct {
	const char *piece, *instead, *complaint;
} wrongs[] = {
	{"\"name\":\"t\"", "\"name\":\"../t\"", "t.json: name:"},
	{"\"name\":\"t\"", "\"name\":\"\"", "t.json: name:"},
	{"\"name\":\"t\"", "\"name\":7", "t.json: name: is a number; a string"},
	{"\"name\":\"t\",", "", "t.json: name: missing"},
	{"\"title\"", "\"titel\"", "t.json: titel: unknown field"},
	{"\"title\":\"a test\"", "\"name\":\"u\"", "t.json: name: is there twice"},
	{"\"count\":3", "\"count\":0", "t.json: blocks.latency.count:"},
	{"\"count\":3", "\"count\":9223372036854775808", "t.json: blocks.latency.count:"},
	{"\"count\":3", "\"count\":-1", "t.json: blocks.latency.count:"},
	{"\"count\":3", "\"count\":2.5", "t.json: blocks.latency.count:"},
	{"\"count\":3", "\"count\":\"3\"", "t.json: blocks.latency.count: is a string"},
	{",\"count\":3", "", "t.json: blocks.latency.count: missing"},
	{"67108864", "1", "t.json: limits.memory_bytes:"},
	{"67108864", "1e300", "t.json: limits.memory_bytes:"},
	{"\"runtime\":\"mock\"},", "\"runtime\":\"mokc\"},", "t.json: subjects[0].runtime: 'mokc'"},
	{"\"name\":\"b\"", "\"name\":\"a\"", "t.json: subjects[1]: the name 'a' is taken"},
	{"\"root\":\"none\"", "\"root\":\"tree\"", "t.json: subjects[1].root:"},
	{"\"ready\":\"5ms\"", "\"redy\":\"5ms\"", "t.json: subjects[1].options.redy: runtime 'mock' has no option"},
	{"\"ready\":\"5ms\"", "\"ready\":\"soon\"", "t.json: subjects[1].options.ready: 'soon'"},
	{"\"ready\":\"5ms\"", "\"ready\":5", "t.json: subjects[1].options.ready: is a number; a string"},
	{"\"timeout_ns\":2000000000", "\"timeout_ns\":0", "t.json: subjects[1].timeout_ns:"},
	{"\"timeout_ns\":2000000000", "\"payload_env\":{\"LD_PRELOAD\":\"1\"}", "LD_PRELOAD: unknown variable"},
	{"\"timeout_ns\":2000000000", "\"payload_env\":{\"TARE_DELAY_NS\":\"1 init=/bin/sh\"}", "not a number"},
	{"\"title\":\"a test\"", "\"experiment\":{\"name\":\"moo\"}",
	 "t.json: experiment.name: 'moo' is not an experiment"},
	{"\"title\":\"a test\"", "\"experiment\":{}", "t.json: experiment.name: '' is not an experiment"},
	{"\"title\":\"a test\"", "\"experiment\":{\"name\":\"cow\",\"speed\":1}",
	 "t.json: experiment.speed: the experiment"},
	{"\"footprint\":", "\"experiment\":", "t.json: blocks.experiment: the scenario names no experiment"},
	{"}]}", "}]", "t.json: line 1, column"},
	{"[{", "[{\"a\":[", "t.json: line 1, column"},
};

static void names_what_is_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		const char *at = strstr(GOOD, wrongs[i].piece);
		char text[2048];
		struct scenario s;
		struct error err = {0};

		assert_non_null(at);
		(void)snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - GOOD), GOOD, wrongs[i].instead,
			       at + strlen(wrongs[i].piece));
		assert_true(parse(text, &s, &err) < 0);
		assert_int_equal(err.class, ERROR_INPUT);
		if (!strstr(err.text, wrongs[i].complaint))
			fail_msg("%zu: '%s' does not say '%s'", i, err.text, wrongs[i].complaint);
	}
}

static void refuses_what_is_no_object(void **state)
{
	static const char *const texts[] = {"",		"[]",  "7", "null", "\"x\"", "{}", "{\"name\":\"a\"}",
					    "\xff\xfe", "[[[["};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct scenario s;
		struct error err = {0};

		assert_true(parse(texts[i], &s, &err) < 0);
		assert_int_equal(err.class, ERROR_INPUT);
	}
}

static void selects_and_adds_subjects(void **state)
{
	static const struct {
		const char *list;
		bool good;
	} rows[] = {
		{"b,a", true},
		{"a,mock:ready=3ms:channel=close", true},
		{"mock:root=none:memory=64MiB:timeout=2s", true},
		{"a,a", false},
		{"c", false},
		{"", false},
		{"a,", false},
		{"mock:ready", false},
		{"mock:channel=sideways", false},
		{"mock:memory=1", false},
		{"mock:memory=99999999999999999999GiB", false},
		{"mock:timeout=0", false},
		{"mock;reboot", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scenario s;
		struct error err = {0};

		assert_int_equal(parse(GOOD, &s, &err), 0);
		int rc = scenario_select(&s, rows[i].list, &err);

		if ((rc == 0) != rows[i].good)
			fail_msg("'%s': %d %s", rows[i].list, rc, err.text);
		if (rc == 0 && !strcmp(rows[i].list, "b,a"))
			assert_string_equal(s.subjects[0].name, "b");
		scenario_release(&s);
	}
}

static void plans_complete_blocks(void **state)
{
	struct scenario s;
	struct error err = {0};
	struct plan a, b, c;
	size_t differ = 0;

	(void)state;
	assert_int_equal(parse(GOOD, &s, &err), 0);
	plan_make(&s, 7, &a);
	plan_make(&s, 7, &b);
	plan_make(&s, 8, &c);
	assert_int_equal(a.count, (1 + 3 + 2) * 2);
	for (size_t i = 0; i < a.count; i++) {
		assert_int_equal(a.steps[i].subject, b.steps[i].subject);
		differ += a.steps[i].subject != c.steps[i].subject;
		assert_int_equal(a.steps[i].position, i % 2);
		assert_int_equal(a.steps[i].kind, i < 8 ? BLOCK_LATENCY : BLOCK_FOOTPRINT);
		assert_int_equal(a.steps[i].warmup, i < 2);
		if (i % 2)
			assert_int_not_equal(a.steps[i].subject, a.steps[i - 1].subject);
	}
	assert_true(differ > 0);
	plan_release(&a);
	plan_release(&b);
	plan_release(&c);
	scenario_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_is_right),	   cmocka_unit_test(names_what_is_wrong),
		cmocka_unit_test(refuses_what_is_no_object), cmocka_unit_test(selects_and_adds_subjects),
		cmocka_unit_test(plans_complete_blocks),
	};

	return cmocka_run_group_tests_name("scenario", tests, NULL, NULL);
}
