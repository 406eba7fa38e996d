/* SPDX-License-Identifier: Apache-2.0 */
/* A line read without a tree is what it is with one, or it is not taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/random.h"
#include "harness/model/sample-line.h"

static char *text_of(const struct sample *sample)
{
	struct json *json = sample_to_json(sample);
	char *text = json_text(json, false);

	json_free(json);
	return text;
}

/* Was it taken? Then it is the same. */
static bool taken(const char *line)
{
	struct sample plain, other;
	struct error err = {0};

	if (!sample_from_line(line, &plain))
		return false;
	struct json *json = json_parse(line, strlen(line), "line", &err);

	if (!json || sample_from_json(json, "line", &other, &err) < 0)
		fail_msg("%s: taken: %s", err.text, line);
	cleanup_free char *one = text_of(&plain);
	cleanup_free char *two = text_of(&other);

	assert_string_equal(one, two);
	json_free(json);
	return true;
}

/* Each line of a recorded run, and the number of those that are not taken. */
static size_t lines(const char *run, void (*line)(const char *line))
{
	cleanup_free char *path = alloc_format("%s/samples.jsonl", run), *text = NULL;
	cleanup_fclose FILE *file = fopen(path, "re");
	size_t room = 0, refused = 0;

	assert_non_null(file);
	while (getline(&text, &room, file) > 0) {
		if (strncmp(text, "{\"record\":\"sample\"", 18) != 0)
			assert_false(taken(text));
		else if (!taken(text))
			refused++;
		else if (line)
			line(text);
	}
	return refused;
}

/* One character is another, is missing, or is there twice. */
static void change(const char *line)
{
	static const char characters[] = "\"\\{}[]:,. -+0eEn\t\x01x";
	struct random random;
	size_t length = strlen(line);
	cleanup_free char *other = alloc_zero(length + 2, 1);

	random_seed(&random, length);
	for (size_t round = 0; round < 40; round++) {
		size_t at = random_below(&random, length - 1), kind = random_below(&random, 3);

		memcpy(other, line, at);
		memcpy(other + at + (kind == 2), line + at + (kind == 1), length - at - (kind == 1) + 1);
		if (kind == 2)
			other[at] = line[at];
		else if (kind == 0)
			other[at] = characters[random_below(&random, sizeof(characters) - 1)];
		(void)taken(other);
	}
}

static void recorded_lines_are_taken(void **state)
{
	(void)state;
	assert_int_equal(lines("results/reference/compare", change), 0);
	assert_int_equal(lines("results/reference/engines", NULL), 0);
	assert_int_equal(lines("tests/data/runs/aa", NULL), 0);
	/* Written by hand, with escapes and in another order. */
	assert_true(lines("tests/data/runs/hostile", change) > 0);
}

static void what_is_not_plain_is_not_taken(void **state)
{
	static const char *const texts[] = {
		"",
		"\n",
		"{}\n",
		"{\"record\":\"end\"}\n",
		"{\"record\":\"sample\",\"subject\":\"a\",\"kind\":\"latency\",\"status\":\"ok\"}\n",
		"{\"record\":\"sample\",\"subject\":\"a\",\"kind\":\"latency\",\"status\":\"ok\",\"id\":1,"
		"\"block\":1.5,\"position\":0,\"t0_ns\":0}\n",
		"{\"record\":\"sample\",\"subject\":\"\",\"kind\":\"latency\",\"status\":\"ok\",\"id\":1,\"block\":1,"
		"\"position\":0,\"t0_ns\":0}\n",
		"{\"record\":\"sample\",\"subject\":\"a\",\"kind\":\"latency\",\"status\":\"ok\",\"id\":1,\"block\":1,"
		"\"position\":0,\"t0_ns\":0}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_false(taken(texts[i]));
	assert_true(taken("{\"record\":\"sample\",\"subject\":\"a\",\"kind\":\"latency\",\"status\":\"ok\",\"id\":1,"
			  "\"block\":1,\"position\":0,\"t0_ns\":0}\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_lines_are_taken),
		cmocka_unit_test(what_is_not_plain_is_not_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
