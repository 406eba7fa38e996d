/* SPDX-License-Identifier: Apache-2.0 */
/* What an instance consists of: memory by every lens, disk. */
#include <math.h>
#include <stdlib.h>

#include "harness/report/sections.h"

/* One table of numbers of each subject: a row for each field that any subject has. */
static void weights_table(struct page *page, const struct analysis *a, const char *const *names, size_t count,
			  double (*value)(const struct analysis_subject *, size_t))
{
	struct table table = {.align = "llr"};
	char text[UNITS_MAX];

	table_add(&table, "subject"), table_add(&table, "part"), table_add(&table, "median");
	for (size_t i = 0; i < a->subject_count; i++)
		for (size_t k = 0; k < count; k++) {
			double bytes = value(&a->subjects[i], k);

			if (isnan(bytes))
				continue;
			table_add(&table, "%s", a->subjects[i].title);
			table_add(&table, "%s", names[k]);
			table_add(&table, "%s", units_text(UNITS_BYTES, bytes, text));
		}
	page_table(page, &table);
}

static double memory_value(const struct analysis_subject *s, size_t field)
{
	return s->memory_bytes[field];
}

static double disk_value(const struct analysis_subject *s, size_t row)
{
	return s->disk[row].allocated_bytes;
}

void section_weights(struct page *page, const struct analysis *a)
{
	static const char *const fields[] = {
#define FIELD_TEXT(member, key, text) key ": " text,
		SAMPLE_MEMORY_FIELDS(FIELD_TEXT)
#undef FIELD_TEXT
	};
	const char *rows[DISK_ROW_COUNT];

	for (size_t i = 0; i < DISK_ROW_COUNT; i++)
		rows[i] = disk_row_name((enum disk_row)i);
	page_heading(page, "Memory of one idle instance, every lens");
	weights_table(page, a, fields, MEMORY_FIELD_COUNT, memory_value);
	page_heading(page, "Disk, allocated bytes");
	weights_table(page, a, rows, DISK_ROW_COUNT, disk_value);
}
