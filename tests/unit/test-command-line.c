/* SPDX-License-Identifier: Apache-2.0 */
/* A command line as libvirt writes it is taken apart as a shell would. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "runtimes/command-line.h"

#define WORDS_MAX 8

static void words_are_a_shells(void **state)
{
	static const struct {
		const char *text;
		size_t variables;
		const char *words[WORDS_MAX];
	} rows[] = {
		{"/bin/a", 0, {"/bin/a"}},
		{"LC_ALL=C PATH=/a:/b \\\n/bin/a \\\n-S \\\n-m 4\n",
		 2,
		 {"LC_ALL=C", "PATH=/a:/b", "/bin/a", "-S", "-m", "4"}},
		{"/bin/a -append 'quiet A=1' B=2", 0, {"/bin/a", "-append", "quiet A=1", "B=2"}},
		{"/bin/a '{\"id\":\"x\"}' ''", 0, {"/bin/a", "{\"id\":\"x\"}", ""}},
		{"/bin/a 'it'\\''s' a\\ b", 0, {"/bin/a", "it's", "a b"}},
		{"  /bin/a\t-x  ", 0, {"/bin/a", "-x"}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct command_line line;
		size_t count = 0;

		assert_int_equal(command_line_parse(rows[i].text, &line, NULL), 0);
		for (; count < WORDS_MAX && rows[i].words[count]; count++) {
			assert_true(count < line.word_count);
			assert_string_equal(line.words[count], rows[i].words[count]);
		}
		assert_int_equal(line.word_count, count);
		assert_int_equal(line.variable_count, rows[i].variables);
		command_line_free(&line);
	}
}

static void half_lines_are_refused(void **state)
{
	static const char *const texts[] = {"", " \n", "A=1", "/bin/a 'open", "A=1 \\\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct command_line line;
		struct error err = {0};

		assert_int_equal(command_line_parse(texts[i], &line, &err), -EINVAL);
		assert_non_null(strstr(err.text, "command line"));
		assert_null(line.words);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_a_shells),
		cmocka_unit_test(half_lines_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
