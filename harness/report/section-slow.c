/* SPDX-License-Identifier: Apache-2.0 */
/* Which samples were slow, and what was different about them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/analyze/causes.h"
#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/report/report-json.h"
#include "harness/report/sections.h"

static char *hint_value(enum cause cause, double value, char text[UNITS_MAX])
{
	const char *unit = cause_unit(cause);

	if (!strcmp(unit, "ns"))
		return units_text(UNITS_NS, value, text);
	(void)snprintf(text, UNITS_MAX, "%.4g%s%s", value, *unit ? " " : "", unit);
	return text;
}

/* ", 92 % of the image was not resident (others 0 %)", ", major page faults: 1 (others 0)"; frees the old text. */
static char *hint_more(char *text, const struct cause_hint *hint)
{
	bool counts = !*cause_unit(hint->cause);
	const char *what = cause_text(hint->cause), *comma = *text ? ", " : "";
	char slow[UNITS_MAX], others[UNITS_MAX];

	(void)hint_value(hint->cause, hint->slow, slow);
	(void)hint_value(hint->cause, hint->others, others);
	char *more = counts ? alloc_format("%s%s%s: %s (others %s)", text, comma, what, slow, others)
			    : alloc_format("%s%s%s %s (others %s)", text, comma, slow, what, others);

	free(text);
	return more;
}

void section_slow(struct page *page, const struct analysis *a)
{
	size_t count;
	cleanup_free struct slow_samples *rows = causes_find(a, &count);

	if (count)
		page_heading(page, "Slow samples (counted and kept)");
	for (size_t i = 0; i < count; i++) {
		const struct slow_samples *row = &rows[i];
		char above[UNITS_MAX], *hints = alloc_text("");
		cleanup_free char *lead = alloc_format("%s:", a->subjects[row->subject].title);

		for (size_t h = 0; h < row->hint_count; h++)
			hints = hint_more(hints, &row->hints[h]);
		page_item(page, lead, "%zu of %zu above %s: %s.", row->slow, row->of,
			  units_text(UNITS_NS, row->above_ns, above),
			  row->hint_count ? hints : "nothing that was measured tells them from the others");
		free(hints);
	}
	if (count)
		page_gap(page);
}

struct json *json_of_slow(const struct analysis *a)
{
	size_t count;
	cleanup_free struct slow_samples *rows = causes_find(a, &count);
	struct json *array = json_array();

	for (size_t i = 0; i < count; i++) {
		struct json *row = json_object(), *hints = json_array();

		json_add_text(row, "subject", a->subjects[rows[i].subject].name);
		json_add_int(row, "slow", (int64_t)rows[i].slow);
		json_add_int(row, "of", (int64_t)rows[i].of);
		json_add_number(row, "above_ns", rows[i].above_ns);
		for (size_t h = 0; h < rows[i].hint_count; h++) {
			struct json *hint = json_object();

			json_add_text(hint, "what", cause_text(rows[i].hints[h].cause));
			json_add_text(hint, "unit", cause_unit(rows[i].hints[h].cause));
			json_add_number(hint, "median_slow", rows[i].hints[h].slow);
			json_add_number(hint, "median_others", rows[i].hints[h].others);
			json_append(hints, hint);
		}
		json_add(row, "hints", hints);
		json_append(array, row);
	}
	return array;
}
