/* SPDX-License-Identifier: Apache-2.0 */
/* The experiment `disk` in the report: what all share, what one more takes, what many take together. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/analyze/experiment-disk.h"
#include "harness/base/cleanup.h"
#include "harness/base/units.h"
#include "harness/report/experiments.h"

static const double counts[] = {1, 10, 100, 1000};

static struct json *row_json(const struct disk_costs *costs, enum disk_kind kind)
{
	const struct disk_figures *figures = &costs->rows[kind];
	struct json *row = json_object();

	json_add_text(row, "row", disk_kind_key(kind));
	json_add(row, "allocated_bytes", json_of_stats(&figures->allocated_bytes));
	json_add(row, "apparent_bytes", json_of_stats(&figures->apparent_bytes));
	json_add(row, "unique_bytes", json_of_stats(&figures->unique_bytes));
	json_add(row, "shared_bytes", json_of_stats(&figures->shared_bytes));
	json_add(row, "filesystem_bytes", json_of_stats(&figures->filesystem_bytes));
	return row;
}

struct json *json_of_disk(const struct analysis *analysis)
{
	struct json *object = json_object(), *subjects = json_array();
	size_t count;
	cleanup_free struct disk_costs *costs = disk_costs_make(analysis, &count);

	for (size_t i = 0; i < count; i++) {
		struct json *subject = json_object(), *rows = json_array(), *amortised = json_array();

		json_add_text(subject, "subject", analysis->subjects[costs[i].subject].name);
		for (size_t k = 0; k < DISK_KIND_COUNT; k++)
			json_append(rows, row_json(&costs[i], (enum disk_kind)k));
		json_add(subject, "rows", rows);
		json_add_number(subject, "written_bytes", costs[i].written_bytes);
		json_add_number(subject, "base_bytes", costs[i].base_bytes);
		json_add_number(subject, "instance_bytes", costs[i].ready_bytes);
		json_add_number(subject, "instance_after_work_bytes", costs[i].worked_bytes);
		for (size_t k = 0; k < sizeof(counts) / sizeof(counts[0]); k++) {
			struct json *point = json_object();

			json_add_number(point, "n", counts[k]);
			json_add_number(point, "bytes", costs[i].base_bytes + counts[k] * costs[i].ready_bytes);
			json_add_number(point, "after_work_bytes",
					costs[i].base_bytes + counts[k] * costs[i].worked_bytes);
			json_append(amortised, point);
		}
		json_add(subject, "amortised", amortised);
		json_append(subjects, subject);
	}
	json_add(object, "subjects", subjects);
	return object;
}

static void add_median(struct table *table, const struct stats_summary *stats)
{
	char text[UNITS_MAX];

	table_add(table, "%s", units_text(UNITS_BYTES, stats->n ? stats->median : NAN, text));
}

static void rows_table(struct page *page, const struct analysis *a, const struct disk_costs *costs, size_t count)
{
	struct table table = {.align = "lsrrrr"};

	table_add(&table, "subject"), table_add(&table, "row"), table_add(&table, "allocated");
	table_add(&table, "its own"), table_add(&table, "reflinked"), table_add(&table, "apparent");
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < DISK_KIND_COUNT; k++) {
			const struct disk_figures *row = &costs[i].rows[k];

			if (!row->apparent_bytes.n || (!page_full(page) && k == DISK_KIND_IDLE))
				continue;
			table_add(&table, "%s", a->subjects[costs[i].subject].title);
			table_add(&table, "%s", disk_kind_text((enum disk_kind)k));
			add_median(&table, &row->allocated_bytes);
			add_median(&table, &row->unique_bytes);
			add_median(&table, &row->shared_bytes);
			add_median(&table, &row->apparent_bytes);
		}
	page_table(page, &table);
}

static void amortised_table(struct page *page, const struct analysis *a, const struct disk_costs *costs, size_t count)
{
	struct table table = {.align = "lrrrrrr"};
	char text[UNITS_MAX];

	table_add(&table, "subject"), table_add(&table, "shared once"), table_add(&table, "each, ready");
	table_add(&table, "each, after work");
	table_add(&table, "1 of them"), table_add(&table, "100"), table_add(&table, "1000");
	for (size_t i = 0; i < count; i++) {
		const struct disk_costs *c = &costs[i];
		const double numbers[] = {c->base_bytes,
					  c->ready_bytes,
					  c->worked_bytes,
					  c->base_bytes + c->ready_bytes,
					  c->base_bytes + 100 * c->ready_bytes,
					  c->base_bytes + 1000 * c->ready_bytes};

		table_add(&table, "%s", a->subjects[c->subject].title);
		for (size_t k = 0; k < sizeof(numbers) / sizeof(numbers[0]); k++)
			table_add(&table, "%s", units_text(UNITS_BYTES, numbers[k], text));
	}
	page_table(page, &table);
}

void section_disk(struct page *page, const struct analysis *analysis)
{
	size_t count;
	cleanup_free struct disk_costs *costs = disk_costs_make(analysis, &count);
	double written = NAN;
	char text[UNITS_MAX];

	for (size_t i = 0; i < count; i++)
		written = isnan(costs[i].written_bytes) ? written : costs[i].written_bytes;
	page_heading(page, "Disk: what all share, and what one more takes");
	page_paragraph(page, "N instances take what is shared once, and N times what each has of its own: the layer "
			     "into which it writes. Programs of the runtime itself serve all of a host and are in "
			     "none of these sums. A container has no boot files: it uses the host's kernel.");
	amortised_table(page, analysis, costs, count);
	page_paragraph(page,
		       "Row by row. \"Its own\" counts each block of the disk once, whoever else holds it (extents of "
		       "reflinks, files with several names); \"reflinked\" are extents that another file has too. "
		       "The image is packed with tar and gzip, as layers are. Work is a new file of %s, written and "
		       "synced.",
		       units_text(UNITS_BYTES, written, text));
	rows_table(page, analysis, costs, count);
}
