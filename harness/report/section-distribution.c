/* SPDX-License-Identifier: Apache-2.0 */
/* The experiment `distribution` in the report: what it takes to send an image, to get it, and to start from it. */
#include <stdlib.h>

#include "harness/analyze/experiment-distribution.h"
#include "harness/base/cleanup.h"
#include "harness/report/experiments.h"

struct json *json_of_distribution(const struct analysis *analysis)
{
	struct json *object = json_object(), *list = json_array();
	size_t count;
	cleanup_free struct distribution_row *rows = distribution_rows_make(analysis, &count);

	for (size_t i = 0; i < count; i++) {
		struct json *row = json_object();

		json_add_text(row, "subject", analysis->subjects[rows[i].subject].name);
		json_add_text(row, "step", rows[i].step);
		json_add(row, "push_ns", json_of_stats(&rows[i].push_ns));
		json_add(row, "sent_bytes", json_of_stats(&rows[i].sent_bytes));
		json_add(row, "pull_ns", json_of_stats(&rows[i].pull_ns));
		json_add(row, "received_bytes", json_of_stats(&rows[i].received_bytes));
		json_add(row, "start_ns", json_of_stats(&rows[i].start_ns));
		json_add(row, "total_ns", json_of_stats(&rows[i].total_ns));
		json_append(list, row);
	}
	json_add(object, "images", list);
	return object;
}

void section_distribution(struct page *page, const struct analysis *analysis)
{
	struct table table = {.align = "ssrrrrrrr"};
	size_t count;
	cleanup_free struct distribution_row *rows = distribution_rows_make(analysis, &count);

	page_heading(page, "The way of an image: pushed to a registry, pulled, started");
	page_paragraph(page, "A registry of the run's own on loopback: no network is measured, and no disk, as what "
			     "was just pushed is in the page cache. First neither side has anything of the image; "
			     "the change is one small file more. An engine pushes and pulls layers. A guest's image "
			     "is kernel, initramfs and compressed disk, fetched by digest from the same registry; its "
			     "change is a qcow2 file upon that disk, or, as most do it, the whole disk again (kernel "
			     "and initramfs are not sent again). Bytes are all that went over the connections, with "
			     "the heads of HTTP. The start is that of the first instance, until ready; it follows "
			     "the pull. Medians.");
	table_add(&table, "subject"), table_add(&table, "image"), table_add(&table, "push"), table_add(&table, "sent");
	table_add(&table, "pull"), table_add(&table, "received"), table_add(&table, "start");
	table_add(&table, "pull and start"), table_add(&table, "n");
	for (size_t i = 0; i < count; i++) {
		table_add(&table, "%s", analysis->subjects[rows[i].subject].title);
		table_add(&table, "%s", rows[i].step);
		table_add_median(&table, UNITS_NS, &rows[i].push_ns);
		table_add_median(&table, UNITS_BYTES, &rows[i].sent_bytes);
		table_add_median(&table, UNITS_NS, &rows[i].pull_ns);
		table_add_median(&table, UNITS_BYTES, &rows[i].received_bytes);
		table_add_median(&table, UNITS_NS, &rows[i].start_ns);
		table_add_median(&table, UNITS_NS, &rows[i].total_ns);
		table_add(&table, "%zu", rows[i].total_ns.n);
	}
	page_table(page, &table);
}
