/* SPDX-License-Identifier: Apache-2.0 */
/* A scenario file: JSON text to a checked scenario, and what the report says of its subjects. */
#include <stdlib.h>

#include "harness/model/plan.h"
#include "harness/model/scenario.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = {0};
	struct scenario scenario;
	struct json *json = json_parse((const char *)data, size, "input", &err);

	if (!json)
		return 0;
	if (!scenario_from_json(json, "input", &scenario, &err)) {
		for (size_t i = 0; i < scenario.subject_count; i++)
			json_free(subject_describe(&scenario.subjects[i]));
		scenario_release(&scenario);
	}
	json_free(json);
	return 0;
}
