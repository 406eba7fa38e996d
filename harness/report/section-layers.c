/* SPDX-License-Identifier: Apache-2.0 */
/* The experiment `layers` in the report: what each further layer of an image costs, and what images share. */
#include <math.h>
#include <stdlib.h>

#include "harness/analyze/experiment-layers.h"
#include "harness/base/cleanup.h"
#include "harness/report/experiments.h"

static struct json *json_of_images(const struct analysis *analysis, const struct layers_images *images)
{
	struct json *row = json_object();

	json_add_text(row, "subject", analysis->subjects[images->subject].name);
	json_add_number(row, "images_count", images->images);
	json_add(row, "apart_bytes", json_of_stats(&images->apart_bytes));
	json_add(row, "together_bytes", json_of_stats(&images->together_bytes));
	json_add(row, "shared_bytes", json_of_stats(&images->shared_bytes));
	return row;
}

struct json *json_of_layers(const struct analysis *analysis)
{
	struct json *object = json_object(), *list = json_array(), *all = json_array();
	size_t count;
	cleanup_free struct layers_row *rows = layers_rows_make(analysis, &count);

	for (size_t i = 0; i < count; i++) {
		struct json *row = json_object();

		json_add_text(row, "subject", analysis->subjects[rows[i].subject].name);
		json_add_int(row, "layers_count", (int64_t)rows[i].layers);
		json_add(row, "latency_ns", json_of_stats(&rows[i].latency_ns));
		json_add(row, "commit_ns", json_of_stats(&rows[i].commit_ns));
		json_add(row, "allocated_bytes", json_of_stats(&rows[i].allocated_bytes));
		json_add(row, "apparent_bytes", json_of_stats(&rows[i].apparent_bytes));
		json_append(list, row);
	}
	for (size_t i = 0; i < analysis->subject_count; i++) {
		struct layers_images images = layers_images_of(analysis, i);

		if (!isnan(images.images))
			json_append(all, json_of_images(analysis, &images));
	}
	json_add(object, "layers", list);
	json_add(object, "images", all);
	return object;
}

static void table_of_images(struct page *page, const struct analysis *analysis)
{
	struct table table = {.align = "lrrrr"};

	table_add(&table, "subject"), table_add(&table, "images"), table_add(&table, "if each were alone");
	table_add(&table, "together"), table_add(&table, "shared");
	for (size_t i = 0; i < analysis->subject_count; i++) {
		struct layers_images images = layers_images_of(analysis, i);

		if (isnan(images.images))
			continue;
		table_add(&table, "%s", analysis->subjects[i].title);
		table_add(&table, "%.0f", images.images);
		table_add_median(&table, UNITS_BYTES, &images.apart_bytes);
		table_add_median(&table, UNITS_BYTES, &images.together_bytes);
		table_add_median(&table, UNITS_BYTES, &images.shared_bytes);
	}
	page_table(page, &table);
}

void section_layers(struct page *page, const struct analysis *analysis)
{
	struct table table = {.align = "lrrrrr"};
	size_t count;
	cleanup_free struct layers_row *rows = layers_rows_make(analysis, &count);

	page_heading(page, "Images in layers: a small change committed again and again");
	page_paragraph(page, "Each time an instance of the newest image is started, writes a new file of some bytes, "
			     "is stopped, and what it changed is committed as the next image: a layer of the engine, "
			     "a folder below an overlay, or a qcow2 file that names the one below. Medians.");
	table_add(&table, "subject"), table_add(&table, "layers"), table_add(&table, "start upon them");
	table_add(&table, "commit of the last"), table_add(&table, "it takes"), table_add(&table, "n");
	for (size_t i = 0; i < count; i++) {
		bool ends = i + 1 == count || rows[i + 1].subject != rows[i].subject;

		if (!page_full(page) && rows[i].layers > 1 && !ends)
			continue;
		table_add(&table, "%s", analysis->subjects[rows[i].subject].title);
		table_add(&table, "%zu", rows[i].layers);
		table_add_median(&table, UNITS_NS, &rows[i].latency_ns);
		table_add_median(&table, UNITS_NS, &rows[i].commit_ns);
		table_add_median(&table, UNITS_BYTES, &rows[i].allocated_bytes);
		table_add(&table, "%zu", rows[i].latency_ns.n);
	}
	page_table(page, &table);
	table_of_images(page, analysis);
}
