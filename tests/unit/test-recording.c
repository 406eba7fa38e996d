/* SPDX-License-Identifier: Apache-2.0 */
/* Samples to JSON and back, journals with torn and with bad lines, quantities. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/file.h"
#include "harness/base/quantity.h"
#include "harness/model/metric.h"
#include "harness/model/recording.h"

static struct sample some_sample(void)
{
	struct sample s;

	sample_init(&s);
	s.id = 41;
	s.kind = BLOCK_FOOTPRINT;
	s.block = 3;
	s.status = SAMPLE_OK;
	s.t0_ns = 812345678901;
	(void)snprintf(s.subject, sizeof(s.subject), "vm");
	s.events[EVENT_REQUEST] = (struct event){.t_ns = 0, .err_ns = 25, .source = "harness", .set = true};
	s.events[EVENT_READY_OBS] =
		(struct event){.t_ns = 1986757000, .err_ns = 25, .source = "harness", .set = true};
	s.events[EVENT_CLONE_CALL] =
		(struct event){.t_ns = (uint64_t)-5, .err_ns = 25, .source = "keeper", .set = true};
	s.has_memory = s.has_disk = s.has_identity = true;
	s.memory.pss = 205060096;
	s.memory.footprint = 0;
	s.disk.rows[DISK_INSTANCE].allocated_bytes = 200704;
	s.identity.visible_from_host = 0;
	s.identity.own_kernel = true;
	(void)snprintf(s.error, sizeof(s.error), "a \"quoted\"\n\x1b[31m text");
	return s;
}

static void samples_survive_json(void **state)
{
	struct sample before = some_sample(), after;
	struct json *json = sample_to_json(&before);
	struct error err = {0};

	(void)state;
	assert_int_equal(sample_from_json(json, "x", &after, &err), 0);
	assert_memory_equal(before.subject, after.subject, sizeof(before.subject));
	assert_int_equal(after.id, 41);
	assert_int_equal(after.t0_ns, 812345678901);
	assert_int_equal(sample_span_ns(&after, EVENT_REQUEST, EVENT_READY_OBS), 1986757000);
	assert_int_equal(sample_span_ns(&after, EVENT_REQUEST, EVENT_CLONE_CALL), -5);
	assert_int_equal(sample_span_ns(&after, EVENT_REQUEST, EVENT_USER_MAIN), UNKNOWN);
	assert_int_equal(after.memory.pss, 205060096);
	assert_int_equal(after.memory.footprint, 0);
	assert_int_equal(after.memory.uss, UNKNOWN);
	assert_int_equal(after.disk.rows[DISK_INSTANCE].allocated_bytes, 200704);
	assert_int_equal(after.disk.rows[DISK_BASE].allocated_bytes, UNKNOWN);
	assert_int_equal(after.identity.visible_from_host, 0);
	assert_true(after.identity.own_kernel);
	assert_string_equal(after.error, before.error);
	json_free(json);
}

static void metrics_know_censored_and_missing(void **state)
{
	struct sample s = some_sample();
	const struct metric *start = metric_find("request_to_ready_ns");

	(void)state;
	assert_true(metric_of_sample(start, &s) == 1986757000);
	s.status = SAMPLE_TIMEOUT;
	assert_true(isinf(metric_of_sample(start, &s)));
	s.status = SAMPLE_CRASH;
	assert_true(isnan(metric_of_sample(start, &s)));
	assert_true(metric_of_sample(metric_find("pss_bytes"), &s) == 205060096);
	assert_null(metric_find("speed"));
}

static char *folder_with(const char *journal)
{
	char *folder = alloc_text("/tmp/tare-test-XXXXXX");

	assert_non_null(mkdtemp(folder));
	const char *const files[][2] = {
		{RECORDING_PLAN, "{\"subjects\":[{\"name\":\"vm\"}]}"},
		{RECORDING_HOST, "{\"host\":{}}"},
		{RECORDING_JOURNAL, journal},
	};

	for (size_t i = 0; i < 3; i++) {
		char *path = alloc_format("%s/%s", folder, files[i][0]);

		assert_int_equal(file_write(path, files[i][1], strlen(files[i][1]), NULL), 0);
		free(path);
	}
	return folder;
}

#define LINE "{\"record\":\"sample\",\"subject\":\"vm\",\"kind\":\"latency\",\"status\":\"ok\",\"id\":0,\"block\":0}\n"

static void journals_are_checked_line_by_line(void **state)
{
	static const struct {
		const char *text;
		size_t samples, torn;
		const char *complaint; /* NULL: good */
	} rows[] = {
		{"", 0, 0, NULL},
		{LINE LINE, 2, 0, NULL},
		{LINE "{\"record\":\"sample\",\"sub", 1, 1, NULL},
		{LINE "{\"record\":\"end\",\"stop_reason\":\"complete\"}\n", 1, 0, NULL},
		{LINE "{\"record\":\"later version\"}\n", 1, 0, NULL},
		{LINE "{\"record\":\"samp\n" LINE, 0, 0, "line 2"},
		{LINE "[]\n", 0, 0, "line 2: record: missing"},
		{"{\"record\":\"sample\"}\n", 0, 0, "line 1: subject: missing"},
		{"{\"record\":\"sample\",\"subject\":\"a\",\"status\":\"fine\",\"kind\":\"latency\"}\n", 0, 0,
		 "'fine'"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *folder = folder_with(rows[i].text);
		struct recording recording;
		struct error err = {0};
		int rc = recording_load(folder, &recording, &err);

		if ((rc == 0) != (rows[i].complaint == NULL))
			fail_msg("%zu: %d %s", i, rc, err.text);
		if (!rc) {
			assert_int_equal(recording.briefs.count, rows[i].samples);
			assert_int_equal(recording.torn_lines, rows[i].torn);
			recording_release(&recording);
		} else {
			assert_non_null(strstr(err.text, rows[i].complaint));
			assert_int_equal(err.class, ERROR_INPUT);
		}
		assert_int_equal(file_remove_tree(folder, NULL), 0);
		free(folder);
	}
}

static void journals_never_replace_one_another(void **state)
{
	char *folder = folder_with(LINE);
	struct journal journal = {.fd = -1};
	struct error err = {0};

	(void)state;
	assert_int_equal(journal_create(folder, &journal, &err), -EEXIST);
	assert_int_equal(file_remove_tree(folder, NULL), 0);
	free(folder);
}

static void quantities_have_units(void **state)
{
	uint64_t value;

	(void)state;
	assert_int_equal(quantity_parse_bytes("256MiB", &value, NULL), 0);
	assert_int_equal(value, 268435456);
	assert_int_equal(quantity_parse_ns("5min", &value, NULL), 0);
	assert_int_equal(value, 300000000000);
	static const char *const bad[] = {
		"", "-1", "+1", " 1", "1 MiB", "1mib", "MiB", "0x10", "99999999999999999999", "1e3"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_true(quantity_parse_bytes(bad[i], &value, NULL) < 0);
		assert_true(quantity_parse_ns(bad[i], &value, NULL) < 0);
	}
	assert_true(quantity_parse_bytes("16777216TiB", &value, NULL) < 0);
	assert_true(quantity_parse_ns("30", &value, NULL) < 0);
	assert_true(quantity_parse_count("11", 1, 10, &value, NULL) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_survive_json),
		cmocka_unit_test(metrics_know_censored_and_missing),
		cmocka_unit_test(journals_are_checked_line_by_line),
		cmocka_unit_test(journals_never_replace_one_another),
		cmocka_unit_test(quantities_have_units),
	};

	return cmocka_run_group_tests_name("recording", tests, NULL, NULL);
}
