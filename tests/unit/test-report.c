/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every output of every recorded run against tests/data/runs/NAME/expected/; REGENERATE=1 writes these files anew, for
 * review. And what must hold for any of them: 80 columns, nothing from a file that acts on its reader.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/report/escape.h"
#include "harness/report/report.h"
#include "tests/unit/recorded.h"

static const char *const runs[] = {"tcg", "kvm", "one", "failures", "hostile"};
#define RUN_COUNT (sizeof(runs) / sizeof(runs[0]))

static void outputs_are_as_expected(void **state)
{
	struct error err = {0};

	(void)state;
	for (size_t i = 0; i < RUN_COUNT; i++) {
		struct recorded *run = recorded_open(runs[i]);

		for (size_t f = 0; f < report_format_count; f++) {
			char path[160];
			cleanup_free char *got = report_format_text(&report_formats[f], &run->analysis, &err);

			assert_non_null(got);
			(void)snprintf(path, sizeof(path), "tests/data/runs/%s/expected/report.%s", runs[i],
				       report_formats[f].name);
			if (getenv("REGENERATE") && file_exists(path))
				assert_int_equal(file_write(path, got, strlen(got), &err), 0);
			if (!file_exists(path)) /* not every run keeps every format */
				continue;
			cleanup_free char *wanted = file_read(path, NULL, &err);

			assert_non_null(wanted);
			assert_string_equal(got, wanted);
		}
		recorded_close(run);
	}
}

static void outputs_are_the_same_twice(void **state)
{
	struct error err = {0};

	(void)state;
	for (size_t f = 0; f < report_format_count; f++) {
		struct recorded *a = recorded_open("tcg"), *b = recorded_open("tcg");
		cleanup_free char *x = report_format_text(&report_formats[f], &a->analysis, &err);
		cleanup_free char *y = report_format_text(&report_formats[f], &b->analysis, &err);

		assert_string_equal(x, y);
		recorded_close(a);
		recorded_close(b);
	}
}

static void the_text_fits_a_terminal(void **state)
{
	struct error err = {0};

	(void)state;
	for (size_t i = 0; i < RUN_COUNT; i++) {
		struct recorded *run = recorded_open(runs[i]);
		cleanup_free char *text = report_text(&run->analysis, &err);

		for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
			if (strcspn(line, "\n") > 80)
				fail_msg("%s: %.*s", runs[i], (int)strcspn(line, "\n"), line);
		for (const char *c = text; *c; c++)
			assert_true(*c == '\n' || (*c >= ' ' && *c != 0x7f));
		recorded_close(run);
	}
}

static void texts_from_files_are_harmless(void **state)
{
	static const struct {
		enum escape how;
		const char *in, *out;
	} rows[] = {
		{ESCAPE_TERMINAL, "a\x1b[31mb\x07", "a?[31mb?"},
		{ESCAPE_TERMINAL, "tab\there\nline", "tab here line"},
		{ESCAPE_TERMINAL, "caf\xc3\xa9", "caf\xc3\xa9"},
		{ESCAPE_TERMINAL, "\xc3\x28 \xff \xed\xa0\x80 \xc0\xaf \xe2", "?( ? ??? ?? ?"},
		{ESCAPE_TERMINAL, "\xc2\x9b" "31m \xe2\x80\xae" "evil \xe2\x81\xa6", "?31m ?evil ?"},
		{ESCAPE_TERMINAL, NULL, ""},
		{ESCAPE_MARKDOWN, "a|b", "a\\|b"},
		{ESCAPE_MARKDOWN, "<img src=x>", "\\<img src=x\\>"},
		{ESCAPE_MARKDOWN, "[a](http://x)", "[a]\\(http://x)"},
		{ESCAPE_MARKDOWN, "[a]: x", "[a]\\: x"},
		{ESCAPE_MARKDOWN, "snake_case _not_", "snake_case \\_not\\_"},
		{ESCAPE_MARKDOWN, "`rm` *x* \\ &lt; $a$", "\\`rm\\` \\*x\\* \\\\ \\&lt; \\$a\\$"},
		{ESCAPE_MARKDOWN, "[1.50, 1.70]", "[1.50, 1.70]"},
		{ESCAPE_HTML, "<b>'x' & \"y\"</b>", "&lt;b&gt;&#39;x&#39; &amp; &quot;y&quot;&lt;/b&gt;"},
		{ESCAPE_HTML, "a\x1b[31m|*`", "a?[31m|*`"},
		{ESCAPE_CSV, "plain text", "plain text"},
		{ESCAPE_CSV, "a,\"b\"\nc", "\"a,\"\"b\"\" c\""},
		{ESCAPE_CSV, "=cmd()", "\"'=cmd()\""},
		{ESCAPE_CSV, "-1", "\"'-1\""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_free char *got = escape_text(rows[i].how, rows[i].in);

		assert_string_equal(got, rows[i].out);
	}
}

/* Every row of the CSV has the columns of its head: a quoted comma is no border. */
static void csv_rows_are_of_one_width(void **state)
{
	struct recorded *run = recorded_open("hostile");
	struct error err = {0};
	cleanup_free char *text = report_format_text(report_format_find("csv"), &run->analysis, &err);
	size_t wanted = 0, columns = 1, rows = 0;
	bool quoted = false;

	(void)state;
	for (const char *c = text; *c; c++) {
		quoted ^= *c == '"';
		columns += *c == ',' && !quoted;
		if (*c != '\n' || quoted)
			continue;
		wanted = wanted ? wanted : columns;
		assert_int_equal(columns, wanted);
		columns = 1;
		rows++;
	}
	assert_int_equal(rows, run->recording.briefs.count + 1);
	recorded_close(run);
}

struct reader {
	struct recording *recording;
	FILE *kept;
};

/* Marks the last sample as soon as it has the first bytes. */
static ssize_t read_and_mark(void *data, const char *bytes, size_t length)
{
	struct reader *reader = data;

	reader->recording->held[reader->recording->briefs.count - 1].exit_status = 7777;
	return fwrite(bytes, 1, length, reader->kept) == length ? (ssize_t)length : 0;
}

/* Rows go out one by one, so the last one is made after the first was read: a million are never in memory together. */
static void csv_goes_out_as_it_is_made(void **state)
{
	struct recorded *run = recorded_open("tcg");
	char *text = NULL;
	size_t length = 0;
	struct reader reader = {&run->recording, open_memstream(&text, &length)};
	FILE *out = fopencookie(&reader, "w", (cookie_io_functions_t){.write = read_and_mark});
	struct error err = {0};

	(void)state;
	(void)setvbuf(out, NULL, _IONBF, 0);
	assert_int_equal(report_print(&run->analysis, "csv", out, &err), 0);
	(void)fclose(out);
	(void)fclose(reader.kept);
	assert_non_null(strstr(text, ",7777,"));
	free(text);
	recorded_close(run);
}

static void json_keeps_the_journal_apart_when_long(void **state)
{
	struct recorded *run = recorded_open("one");
	struct sample *samples = calloc(REPORT_EMBED_MAX + 1, sizeof(*samples));
	struct error err = {0};

	(void)state;
	for (size_t i = 0; i <= REPORT_EMBED_MAX; i++) {
		samples[i] = run->recording.held[0];
		samples[i].block = (int64_t)i;
	}
	analysis_release(&run->analysis);
	recording_hold(&run->recording, samples, REPORT_EMBED_MAX + 1);
	assert_int_equal(analysis_make(&run->recording, &run->analysis, &err), 0);
	cleanup_free char *text = report_json(&run->analysis, &err);
	struct json *json = json_parse(text, strlen(text), "report.json", &err);

	assert_int_equal(json_count(json_get(json, "samples")), 0);
	assert_false(json_bool_of(json_path(json, "samples_file.embedded"), true));
	assert_int_equal(json_int_of(json_path(json, "samples_file.samples_count"), 0), REPORT_EMBED_MAX + 1);
	json_free(json);
	recorded_close(run);
}

static void formats_are_found(void **state)
{
	struct recorded *run = recorded_open("one");
	struct error err = {0};

	(void)state;
	assert_non_null(report_format_find("md"));
	assert_null(report_format_find("sausages"));
	assert_true(report_print(&run->analysis, "sausages", stdout, &err) < 0);
	assert_int_equal(err.class, ERROR_INPUT);
	recorded_close(run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outputs_are_as_expected),
		cmocka_unit_test(outputs_are_the_same_twice),
		cmocka_unit_test(the_text_fits_a_terminal),
		cmocka_unit_test(texts_from_files_are_harmless),
		cmocka_unit_test(csv_rows_are_of_one_width),
		cmocka_unit_test(csv_goes_out_as_it_is_made),
		cmocka_unit_test(json_keeps_the_journal_apart_when_long),
		cmocka_unit_test(formats_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
