/* SPDX-License-Identifier: Apache-2.0 */
/* The experiment `cow` in the report: what a write to the image costs, first and later. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/analyze/experiment-cow.h"
#include "harness/base/cleanup.h"
#include "harness/base/units.h"
#include "harness/report/experiments.h"

struct json *json_of_cow(const struct analysis *analysis)
{
	struct json *object = json_object(), *rows = json_array();
	size_t count;
	cleanup_free struct cow_write *writes = cow_writes_make(analysis, &count);

	for (size_t i = 0; i < count; i++) {
		struct json *row = json_object();

		json_add_text(row, "subject", analysis->subjects[writes[i].subject].name);
		json_add_text(row, "target", writes[i].target);
		json_add_text(row, "order", writes[i].order);
		json_add_number(row, "file_bytes", writes[i].file_bytes);
		json_add_number(row, "written_bytes", writes[i].written_bytes);
		json_add_int(row, "failed", (int64_t)writes[i].failed);
		json_add(row, "latency_ns", json_of_stats(&writes[i].latency_ns));
		json_add(row, "allocated_bytes", json_of_stats(&writes[i].allocated_bytes));
		json_add(row, "apparent_bytes", json_of_stats(&writes[i].apparent_bytes));
		json_add_number(row, "amplification_ratio", writes[i].amplification);
		json_append(rows, row);
	}
	json_add(object, "writes", rows);
	return object;
}

void section_cow(struct page *page, const struct analysis *analysis)
{
	struct table table = {.align = "ssrrr"};
	char text[96], amount[UNITS_MAX];
	size_t count;
	cleanup_free struct cow_write *writes = cow_writes_make(analysis, &count);

	page_heading(page, "Copy-on-write: one byte written to the image");
	page_paragraph(page, "An overlay copies a file as a whole when it is first written to, a qcow2 layer only the "
			     "clusters that are touched. The growth is that of the instance's own layer after a "
			     "sync; the time is from open to the end of fsync, by the payload's clock.");
	table_add(&table, "subject"), table_add(&table, "write"), table_add(&table, "time");
	table_add(&table, "growth"), table_add(&table, "n");
	for (size_t i = 0; i < count; i++) {
		const struct cow_write *w = &writes[i];

		if (!page_full(page) && strcmp(w->target, "large") != 0 && strcmp(w->target, "device") != 0)
			continue;
		table_add(&table, "%s", analysis->subjects[w->subject].title);
		table_add(&table, "%s", cow_write_text(w, text, sizeof(text)));
		table_add(&table, "%s", units_text(UNITS_NS, w->latency_ns.n ? w->latency_ns.median : NAN, amount));
		table_add(&table, "%s",
			  units_text(UNITS_BYTES, w->allocated_bytes.n ? w->allocated_bytes.median : NAN, amount));
		table_add(&table, "%zu%s", w->allocated_bytes.n, w->failed ? ", some refused" : "");
	}
	page_table(page, &table);
}
