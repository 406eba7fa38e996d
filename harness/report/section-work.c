/* SPDX-License-Identifier: Apache-2.0 */
/* The experiment `work` in the report: what each operation costs in each box, against its cost in a process. */
#include <math.h>
#include <stdlib.h>

#include "harness/analyze/experiment-work.h"
#include "harness/base/cleanup.h"
#include "harness/base/units.h"
#include "harness/report/experiments.h"
#include "harness/report/section-work-times.h"
#include "harness/report/sections.h"

static struct json *json_of_cell(const struct analysis *analysis, const struct work_cell *cell)
{
	struct json *row = json_object(), *ci = json_array();
	const struct estimate *ratio = &cell->versus.ratio;

	json_add_text(row, "workload", cell->workload->name);
	json_add_text(row, "class", workload_class_name(cell->workload->class));
	json_add_text(row, "subject", analysis->subjects[cell->subject].name);
	json_add_text(row, "reference",
		      cell->reference == SIZE_MAX ? NULL : analysis->subjects[cell->reference].name);
	if (*cell->metric) {
		json_add_text(row, "metric", cell->metric);
		json_add_text(row, "unit", cell->unit);
	}
	json_add(row, *cell->metric ? "value" : "cost_ns", json_of_stats(&cell->cost));
	json_add_int(row, "failed_count", (int64_t)cell->failed);
	json_add_text(row, "reason", cell->reason);
	json_add_number(row, "clock_ratio", cell->clock_ratio);
	json_add_number(row, "ratio_hl", cell->compared ? ratio->value : NAN);
	if (cell->compared && ratio->ci.known) {
		json_append(ci, json_new_number(ratio->ci.lo));
		json_append(ci, json_new_number(ratio->ci.hi));
		json_add(row, "ratio_ci", ci);
	} else {
		json_free(ci);
		json_add_null(row, "ratio_ci");
	}
	json_add_number(row, "p_holm", cell->p_holm);
	json_add_text(row, "verdict", cell->compared ? cell->verdict_word : NULL);
	return row;
}

/* What is shorter is the part of many operations that one takes, and has digits behind the point. */
#define SHORT_NS 100

struct json *json_of_work(const struct analysis *analysis)
{
	struct json *object = json_object(), *list = json_array(), *numbers = json_array();
	size_t count, reference = work_reference(analysis);
	cleanup_free struct work_cell *cells = work_cells_make(analysis, &count);

	json_add_text(object, "reference", reference == SIZE_MAX ? NULL : analysis->subjects[reference].name);
	for (size_t i = 0; i < count; i++)
		json_append(*cells[i].metric ? numbers : list, json_of_cell(analysis, &cells[i]));
	json_add(object, "cells", list);
	json_add(object, "numbers", numbers);
	json_add(object, "break_even", json_of_break_even(analysis));
	return object;
}

static void add_ratio(struct table *table, const struct work_cell *cell)
{
	const struct estimate *ratio = &cell->versus.ratio;

	if (!cell->compared || isnan(ratio->value)) {
		for (int i = 0; i < 3; i++)
			table_add(table, "%s", "");
		return;
	}
	table_add(table, "%.3g", ratio->value);
	if (ratio->ci.known)
		table_add(table, "[%.3g, %.3g]", ratio->ci.lo, ratio->ci.hi);
	else
		table_add(table, "too few");
	table_add(table, "%s", cell->verdict_word);
}

static void add_value(struct table *table, const struct work_cell *cell)
{
	char text[UNITS_MAX];

	if (!cell->cost.n)
		table_add(table, "none");
	else if (*cell->metric)
		table_add(table, "%.4g %s", cell->cost.median, cell->unit);
	else if (cell->cost.median < SHORT_NS)
		table_add(table, "%.3g ns", cell->cost.median);
	else
		table_add(table, "%s", units_text(UNITS_NS, cell->cost.median, text));
}

static void table_of_class(struct page *page, const struct analysis *analysis, const struct work_cell *cells,
			   size_t count, enum workload_class class)
{
	static const char *const heads[] = {"workload", "subject", "costs", "n", "times", "95 %", "verdict"};
	struct table table = {.align = "lsrrrll"};

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		table_add(&table, "%s", heads[i]);
	for (size_t i = 0; i < count; i++) {
		if (cells[i].workload->class != class)
			continue;
		table_add(&table, "%s", cells[i].name);
		table_add(&table, "%s", analysis->subjects[cells[i].subject].title);
		add_value(&table, &cells[i]);
		table_add(&table, "%zu", cells[i].cost.n);
		add_ratio(&table, &cells[i]);
	}
	page_table(page, &table);
}

/* What has no value, and clocks that disagree. */
static void work_notes(struct page *page, const struct analysis *analysis, const struct work_cell *cells, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct work_cell *cell = &cells[i];
		const char *title = analysis->subjects[cell->subject].title;

		if (*cell->metric)
			continue;
		if (cell->failed)
			page_item(page, cell->workload->name, "in %s: %zu failed%s%s.", title, cell->failed,
				  cell->reason ? ": " : "", cell->reason ? cell->reason : "");
		else if (!cell->cost.n && cell->reason)
			page_item(page, cell->workload->name, "in %s: left out: %s.", title, cell->reason);
		if (cell->clock_off && page_full(page))
			page_item(page, cell->workload->name,
				  "in %s: the own clock of %zu of its instances and the host's marks differ by up to "
				  "%.1f %%.",
				  title, cell->clock_off, cell->clock_ratio * 100);
	}
	page_gap(page);
}

/* The rows that are not held against what the paragraph says. */
static void outside_note(struct page *page, const struct work_cell *cells, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (cells[i].workload->class == WORKLOAD_OUTSIDE && cells[i].cost.n) {
			page_paragraph(page, "What leaves the box is compared only within a class of networks (R4.6): "
					     "against the first subject of the same.");
			return;
		}
}

/* All cells that are compared are one family. */
static void few_instances(struct page *page, const struct work_cell *cells, size_t count)
{
	size_t tests = 0, most = 0;

	for (size_t i = 0; i < count; i++)
		if (cells[i].compared && cells[i].versus.ratio_defined) {
			tests++;
			most = cells[i].versus.x_count > most ? cells[i].versus.x_count : most;
		}
	note_too_few(page, most, tests);
}

/* Beyond so many cells a terminal has only the times, and a page has them first. */
void section_work(struct page *page, const struct analysis *analysis)
{
	size_t count, reference = work_reference(analysis);
	cleanup_free struct work_cell *cells = work_cells_make(analysis, &count);

	page_heading(page, "Identical work: what one operation costs");
	page_paragraph(page, "The same program does the same number of operations in every subject; a value is the "
			     "median of one instance's iterations, and instances are what is repeated (R4.1, R4.2, "
			     "R5.6). Times: against %s, paired by block. No score over all: each row stands for "
			     "itself.",
		       reference == SIZE_MAX ? "nothing" : analysis->subjects[reference].title);
	bool at_a_glance = count > SECTION_ROWS_MAX && section_work_times(page, analysis, cells, count);

	outside_note(page, cells, count);
	for (int class = 0; class < WORKLOAD_CLASS_COUNT; class++)
		if (page_full(page) || !at_a_glance || class >= WORKLOAD_OUTSIDE)
			table_of_class(page, analysis, cells, count, (enum workload_class)class);
	few_instances(page, cells, count);
	work_notes(page, analysis, cells, count);
	section_break_even(page, analysis);
}
