/* SPDX-License-Identifier: Apache-2.0 */
/* The experiment `touch` in the report: which lens sees memory that is held, and what comes back. */
#include <stdlib.h>

#include "harness/analyze/experiment-touch.h"
#include "harness/base/cleanup.h"
#include "harness/base/units.h"
#include "harness/report/experiments.h"

struct json *json_of_touch(const struct analysis *analysis)
{
	struct json *object = json_object(), *rows = json_array();
	size_t count;
	cleanup_free struct touch_lens *lenses = touch_lenses_make(analysis, &count);

	for (size_t i = 0; i < count; i++) {
		struct json *row = json_object();

		json_add_text(row, "subject", analysis->subjects[lenses[i].subject].name);
		json_add_text(row, "lens", lenses[i].key);
		json_add_int(row, "turns_count", (int64_t)lenses[i].turns);
		json_add_number(row, "held_bytes", lenses[i].held_bytes);
		json_add_number(row, "idle_bytes", lenses[i].idle_bytes);
		json_add_number(row, "holding_growth_bytes", lenses[i].holding_growth_bytes);
		json_add_number(row, "after_growth_bytes", lenses[i].after_growth_bytes);
		json_append(rows, row);
	}
	json_add(object, "lenses", rows);
	return object;
}

void section_touch(struct page *page, const struct analysis *analysis)
{
	struct table table = {.align = "ssrrr"};
	char text[UNITS_MAX];
	size_t count;
	cleanup_free struct touch_lens *lenses = touch_lenses_make(analysis, &count);

	page_heading(page, "Memory that the payload holds, by every lens");
	page_paragraph(page, "Growth against the same instance when it was idle: while the payload holds memory, and "
			     "after it gave it back. A guest's host keeps what the guest once touched.");
	table_add(&table, "subject"), table_add(&table, "lens"), table_add(&table, "idle");
	table_add(&table, "holding"), table_add(&table, "given back");
	for (size_t i = 0; i < count; i++) {
		table_add(&table, "%s", analysis->subjects[lenses[i].subject].title);
		table_add(&table, "%s", lenses[i].key);
		table_add(&table, "%s", units_text(UNITS_BYTES, lenses[i].idle_bytes, text));
		table_add(&table, "%s", units_text(UNITS_BYTES, lenses[i].holding_growth_bytes, text));
		table_add(&table, "%s", units_text(UNITS_BYTES, lenses[i].after_growth_bytes, text));
	}
	page_table(page, &table);
}
