/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/analyze/experiment-touch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/analyze/experiment-records.h"
#include "harness/base/alloc.h"

#define TOUCH "touch"

static const char *const keys[] = {
#define TOUCH_KEY(member, key, text) key,
	SAMPLE_MEMORY_FIELDS(TOUCH_KEY)
#undef TOUCH_KEY
};

/* A list of values while it grows. */
struct values {
	double *all;
	size_t count;
};

static void values_add(struct values *values, double value)
{
	if (isnan(value))
		return;
	values->all = alloc_grow(values->all, values->count + 1, sizeof(*values->all));
	values->all[values->count++] = value;
}

/* The median; empties the list. */
static double values_median(struct values *values)
{
	stats_sort(values->all, values->count);
	double median = stats_quantile(values->all, values->count, 0.5);

	free(values->all);
	*values = (struct values){0};
	return median;
}

/* The points of one instance follow each other: growth is against its own "idle". */
static struct touch_lens lens_make(const struct analysis *a, size_t subject, const char *key)
{
	struct touch_lens lens = {.subject = subject, .key = key, .held_bytes = NAN};
	struct values idle = {0}, holding = {0}, after = {0};
	double first = NAN;

	for (const struct json *r = NULL; (r = experiment_next(a, TOUCH, r));) {
		const char *point = json_get_text(r, "point", "");
		double value = experiment_value(r, key);

		if (experiment_subject(a, r) != subject)
			continue;
		if (!strcmp(point, "idle")) {
			first = value;
			values_add(&idle, value);
		} else if (!strcmp(point, "holding")) {
			lens.held_bytes = experiment_value(r, "held_bytes");
			values_add(&holding, value - first);
		} else if (!strcmp(point, "after_work")) {
			values_add(&after, value - first);
		}
	}
	lens.turns = holding.count;
	lens.idle_bytes = values_median(&idle);
	lens.holding_growth_bytes = values_median(&holding);
	lens.after_growth_bytes = values_median(&after);
	return lens;
}

struct touch_lens *touch_lenses_make(const struct analysis *analysis, size_t *ret_count)
{
	struct touch_lens *lenses = NULL;
	size_t count = 0;

	for (size_t i = 0; i < analysis->subject_count; i++)
		for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
			struct touch_lens lens = lens_make(analysis, i, keys[k]);

			if (isnan(lens.idle_bytes))
				continue;
			lenses = alloc_grow(lenses, count + 1, sizeof(*lenses));
			lenses[count++] = lens;
		}
	*ret_count = count;
	return lenses;
}
