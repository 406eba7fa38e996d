/* SPDX-License-Identifier: Apache-2.0 */
/* Identical work: for each workload how many times the reference's cost every other subject's is; a panel for each
 * class of workloads, where there are several. */
#include <math.h>
#include <string.h>

#include "harness/analyze/experiment-work.h"
#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/report/plot-chart.h"

/* Room on the axis beside the outermost values. */
#define AXIS_ROOM 1.1

static bool is_shown(const struct work_cell *cell)
{
	return cell->compared && cell->versus.ratio.value > 0 && isfinite(cell->versus.ratio.value);
}

/* What a row is; its places in work.gp say so by these numbers. */
enum row_kind {
	ROW_CELL,
	ROW_WORKLOAD,
	ROW_CLASS,
};

/* How many rows there are, and classes, the widest name, and the ends of the axis, which has 1 on it. */
struct extent {
	size_t rows, classes, widest;
	double low, high;
};

static void extent_name(struct extent *extent, const char *name)
{
	extent->rows++;
	if (strlen(name) > extent->widest)
		extent->widest = strlen(name);
}

static struct extent extent_of(const struct analysis *analysis, const struct work_cell *cells, size_t count)
{
	struct extent extent = {.low = 0.8, .high = 1.25};
	const char *last = "";
	int class = -1;

	for (size_t i = 0; i < count; i++) {
		const struct estimate *ratio = &cells[i].versus.ratio;

		if (!is_shown(&cells[i]))
			continue;
		extent.classes += (int)cells[i].workload->class != class;
		class = (int)cells[i].workload->class;
		if (strcmp(cells[i].name, last) != 0)
			extent_name(&extent, cells[i].name);
		last = cells[i].name;
		extent_name(&extent, analysis->subjects[cells[i].subject].title);
		extent.low = fmin(extent.low, ratio->ci.known && ratio->ci.lo > 0 ? ratio->ci.lo : ratio->value);
		extent.high =
			fmax(extent.high, ratio->ci.known && isfinite(ratio->ci.hi) ? ratio->ci.hi : ratio->value);
	}
	extent.rows += extent.classes > 1 ? extent.classes : 0;
	return extent;
}

static void row_texts(struct script *script, size_t row, const char *name, const char *value, const char *interval,
		      enum row_kind kind)
{
	script_text(script, name, "row_name[%zu]", row);
	script_text(script, value, "row_value[%zu]", row);
	script_text(script, interval, "row_interval[%zu]", row);
	script_number(script, kind, "row_head[%zu]", row);
}

static void cell_row(struct script *script, const struct analysis *analysis, const struct work_cell *cell, size_t row)
{
	const struct estimate *ratio = &cell->versus.ratio;
	const char *title = analysis->subjects[cell->subject].title;
	cleanup_free char *value = alloc_format("%.3g", ratio->value);
	cleanup_free char *interval = ratio->ci.known ? alloc_format("[%.3g, %.3g]", ratio->ci.lo, ratio->ci.hi)
						      : alloc_text("too few");

	row_texts(script, row, title, value, interval, ROW_CELL);
	script_hover(script, ratio->value, (double)row, 1, "%s in %s: %s times, %s", cell->name,
		     title, value, interval);
	script_field(script, (double)row);
	script_field(script, ratio->value);
	script_field(script, ratio->ci.known ? ratio->ci.lo : ratio->value);
	script_field(script, ratio->ci.known ? ratio->ci.hi : ratio->value);
	script_field(script, (double)cell->subject + 1);
	script_field_text(script, cell->name);
	script_field_text(script, title);
	script_row_end(script);
}

static void rows_of_cells(struct script *script, const struct analysis *analysis, const struct work_cell *cells,
			  size_t count, bool panels)
{
	const char *last = "";
	int class = -1;
	size_t row = 0;

	for (size_t i = 0; i < count; i++) {
		if (!is_shown(&cells[i]))
			continue;
		if (panels && (int)cells[i].workload->class != class)
			row_texts(script, ++row, workload_class_name(cells[i].workload->class), "", "", ROW_CLASS);
		class = (int)cells[i].workload->class;
		if (strcmp(cells[i].name, last) != 0)
			row_texts(script, ++row, cells[i].name, "", "", ROW_WORKLOAD);
		last = cells[i].name;
		cell_row(script, analysis, &cells[i], ++row);
	}
}

bool plot_work(struct script *script, const struct analysis *analysis)
{
	size_t count;
	cleanup_free struct work_cell *cells = work_cells_make(analysis, &count);
	struct extent extent = extent_of(analysis, cells, count);

	if (!extent.rows)
		return false;
	script_note(script, false,
		    "dot: how many times the cost in %.40s, from pairs in one block; line: its 95 %% interval",
		    analysis->subjects[work_reference(analysis)].title);
	script_number(script, (double)extent.rows, "row_count");
	script_number(script, (double)extent.widest, "name_width");
	script_number(script, extent.low / AXIS_ROOM, "times_low");
	script_number(script, extent.high * AXIS_ROOM, "times_high");
	script_arrays(script, extent.rows, "row_name row_value row_interval row_head");
	script_table(script, "Costs in times of the reference's.", "row\ttimes\tlow\thigh\tsubject\tworkload\tname");
	rows_of_cells(script, analysis, cells, count, extent.classes > 1);
	script_finish(script, analysis, "");
	return true;
}
