/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/report/section-work-times.h"

#include <math.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/report/text-wrap.h"

#define COLUMN_LEAST (sizeof("(1.00)") - 1)

static bool is_shown(const struct work_cell *cell)
{
	return cell->workload->class != WORKLOAD_OUTSIDE && !*cell->metric;
}

/* Which subjects have a column, and how many have. */
static size_t find_columns(const struct analysis *analysis, const struct work_cell *cells, size_t count,
			   bool *ret_has_column)
{
	size_t columns = 0;

	for (size_t i = 0; i < count; i++)
		if (is_shown(&cells[i]) && cells[i].compared)
			ret_has_column[cells[i].subject] = true;
	for (size_t i = 0; i < analysis->subject_count; i++)
		columns += ret_has_column[i];
	return columns;
}

/* A terminal's lines are as wide as the longest names; Markdown and HTML have room. */
static bool has_room(const struct page *page, const struct analysis *analysis, const struct work_cell *cells,
		     size_t count, const bool *has_column)
{
	size_t width = 0;

	for (size_t i = 0; i < count; i++)
		if (is_shown(&cells[i]) && strlen(cells[i].name) > width)
			width = strlen(cells[i].name);
	width += sizeof("  ") - 1;
	for (size_t i = 0; i < analysis->subject_count; i++) {
		size_t length = strlen(analysis->subjects[i].title);

		if (has_column[i])
			width += 2 + (length > COLUMN_LEAST ? length : COLUMN_LEAST);
	}
	return page_full(page) || width <= TEXT_WIDTH;
}

static void add_times(struct table *table, const struct work_cell *cell)
{
	double ratio = cell->compared ? cell->versus.ratio.value : NAN;
	int digits = ratio < 10 ? 2 : ratio < 100;

	if (isnan(ratio))
		table_add(table, "%s", cell->failed ? "failed" : "");
	else if (cell->verdict == VERDICT_INCONCLUSIVE || cell->verdict == VERDICT_NOT_COMPARABLE)
		table_add(table, "(%.*f)", digits, ratio);
	else
		table_add(table, "%s%.*f", cell->verdict == VERDICT_EQUIVALENT ? "=" : "", digits, ratio);
}

/* One workload's cells, the first `count` of which are its own; a subject that never took its turn has none. */
static void add_row(struct table *table, const struct analysis *analysis, const struct work_cell *cells, size_t count,
		    const bool *has_column)
{
	static const struct work_cell none = {0};

	table_add(table, "%s", cells->name);
	for (size_t i = 0; i < analysis->subject_count; i++) {
		const struct work_cell *cell = &none;

		for (size_t k = 0; k < count; k++)
			if (cells[k].subject == i)
				cell = &cells[k];
		if (has_column[i])
			add_times(table, cell);
	}
}

bool section_work_times(struct page *page, const struct analysis *analysis, const struct work_cell *cells,
			size_t count)
{
	cleanup_free bool *has_column = alloc_zero(analysis->subject_count + 1, sizeof(*has_column));
	size_t columns = find_columns(analysis, cells, count, has_column);
	char align[TABLE_COLUMNS_MAX + 1] = "l";
	struct table table = {.align = align};

	if (columns < 2 || columns >= TABLE_COLUMNS_MAX || !has_room(page, analysis, cells, count, has_column))
		return false;
	(void)memset(align + 1, 'r', columns);
	table_add(&table, "times");
	for (size_t i = 0; i < analysis->subject_count; i++)
		if (has_column[i])
			table_add(&table, "%s", analysis->subjects[i].title);
	for (size_t i = 0, own; i < count; i += own) {
		for (own = 1; i + own < count && !strcmp(cells[i + own].name, cells[i].name); own++)
			;
		if (is_shown(&cells[i]))
			add_row(&table, analysis, cells + i, own, has_column);
	}
	page_paragraph(page, "In brackets: not decided. With =: equal within 5 %%. Empty: left out.");
	page_table(page, &table);
	return true;
}
