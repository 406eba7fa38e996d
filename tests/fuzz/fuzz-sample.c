/* SPDX-License-Identifier: Apache-2.0 */
/* One line of a journal: what is read and written again reads the same, and so does what is read without a tree. */
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/model/sample-line.h"
#include "tests/fuzz/fuzz.h"

static void again(const struct sample *sample)
{
	struct error err = {0};
	struct sample copy;
	struct json *first = sample_to_json(sample), *second;

	if (sample_from_json(first, "again", &copy, &err) < 0)
		abort();
	second = sample_to_json(&copy);

	cleanup_free char *one = json_text(first, false);
	cleanup_free char *other = json_text(second, false);

	if (strcmp(one, other))
		abort();
	json_free(first);
	json_free(second);
}

/* The short way takes nothing that the long one refuses, and makes the same of the rest. */
static void short_way(const char *line, const struct json *json)
{
	struct error err = {0};
	struct sample sample, other;

	if (!sample_from_line(line, &sample))
		return;
	if (!json || sample_from_json(json, "input", &other, &err) < 0)
		abort();
	struct json *first = sample_to_json(&sample), *second = sample_to_json(&other);
	cleanup_free char *one = json_text(first, false);
	cleanup_free char *two = json_text(second, false);

	if (strcmp(one, two))
		abort();
	json_free(first);
	json_free(second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = {0};
	struct sample sample;
	struct json *json = json_parse((const char *)data, size, "input", &err);
	cleanup_free char *line = alloc_format("%.*s\n", (int)size, (const char *)data);

	short_way(line, json);
	if (json && !sample_from_json(json, "input", &sample, &err))
		again(&sample);
	json_free(json);
	return 0;
}
