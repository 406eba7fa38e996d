/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/analyze/calibration.h"

#include <math.h>
#include <string.h>

const struct json *calibration_find(const struct recording *recording, const char *when)
{
	const struct json *found = NULL;
	bool last = !strcmp(when, "after");

	for (const struct json *c = json_first(recording->calibrations); c; c = json_next(c))
		if (!strcmp(json_get_text(c, "when", ""), when) && (last || !found))
			found = c;
	return found;
}

double calibration_number(const struct recording *recording, const char *when, const char *path)
{
	return json_number_of(json_path(calibration_find(recording, when), path), NAN);
}

double calibration_drift(const struct recording *recording)
{
	double before = calibration_number(recording, "before", "null_subject_p50_ns");
	double after = calibration_number(recording, "after", "null_subject_p50_ns");

	return before > 0 ? after / before : NAN;
}

struct json *calibration_json(const struct recording *recording)
{
	static const char *const points[] = {"before", "after"};
	struct json *object = json_object();

	for (size_t i = 0; i < 2; i++) {
		const struct json *record = calibration_find(recording, points[i]);

		if (record)
			json_add(object, points[i], json_copy(record));
		else
			json_add_null(object, points[i]);
	}
	json_add_number(object, "drift_ratio", calibration_drift(recording));
	return object;
}
