/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/analyze/experiment-records.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"

size_t experiment_subject(const struct analysis *analysis, const struct json *record)
{
	const char *name = json_get_text(record, "subject", "");

	for (size_t i = 0; i < analysis->subject_count; i++)
		if (!strcmp(analysis->subjects[i].name, name))
			return i;
	return SIZE_MAX;
}

/* A turn that has a sample counts as that does; one that has none was cut short, and counts unless taken again. */
static bool turn_counts(const struct analysis *analysis, const struct json *record)
{
	size_t index = experiment_subject(analysis, record), at = 0;
	int64_t id = json_get_int(record, "sample", -1), block = json_get_int(record, "block", -1);

	if (index == SIZE_MAX)
		return false;
	for (const struct brief *s; (s = experiment_turn(&analysis->subjects[index], &at));) {
		if (s->id == id)
			return !s->warmup && s->valid;
		if (s->block == block && s->id > id)
			return false;
	}
	return true;
}

const struct json *experiment_next(const struct analysis *analysis, const char *experiment, const struct json *record)
{
	record = record ? json_next(record) : json_first(analysis->recording->experiments);
	while (record && (strcmp(json_get_text(record, "experiment", ""), experiment) != 0 ||
			  !turn_counts(analysis, record)))
		record = json_next(record);
	return record;
}

struct stats_summary experiment_stats(const struct analysis *analysis, const char *experiment, const char *key,
				      bool (*matches)(const struct json *record, const void *data), const void *data)
{
	struct stats_summary stats = {0};
	double *values = NULL;
	size_t count = 0;

	for (const struct json *r = NULL; (r = experiment_next(analysis, experiment, r));) {
		double value = experiment_value(r, key);

		if (!matches(r, data) || isnan(value))
			continue;
		values = alloc_grow(values, count + 1, sizeof(*values));
		values[count++] = value;
	}
	(void)stats_summary(values, count, analysis->confidence, &stats, NULL);
	free(values);
	return stats;
}

bool experiment_is(const struct json *record, const char *what)
{
	return !strcmp(json_get_text(record, "what", ""), what);
}

double experiment_value(const struct json *record, const char *key)
{
	return json_get_number(record, key, NAN);
}

const struct brief *experiment_turn(const struct analysis_subject *subject, size_t *at)
{
	while (*at < subject->sample_count) {
		const struct brief *s = subject->samples[(*at)++];

		if (s->kind == BLOCK_EXPERIMENT)
			return s;
	}
	return NULL;
}
