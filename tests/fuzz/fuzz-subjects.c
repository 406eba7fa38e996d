/* SPDX-License-Identifier: Apache-2.0 */
/* The list of --subjects. */
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/model/scenario.h"
#include "tests/fuzz/fuzz.h"

static const char known[] = "{\"name\": \"x\", \"blocks\": {\"latency\": {\"count\": 1}}, \"subjects\": ["
			    "{\"name\": \"one\", \"runtime\": \"mock\"}, {\"name\": \"two\", \"runtime\": \"mock\"}]}";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = {0};
	struct scenario scenario;
	struct json *json = json_parse(known, strlen(known), "known", &err);
	cleanup_free char *list = alloc_zero(size + 1, 1);

	(void)memcpy(list, data, size);
	if (scenario_from_json(json, "known", &scenario, &err) < 0)
		abort();
	json_free(json);
	if (!scenario_select(&scenario, list, &err))
		for (size_t i = 0; i < scenario.subject_count; i++)
			json_free(subject_describe(&scenario.subjects[i]));
	scenario_release(&scenario);
	return 0;
}
