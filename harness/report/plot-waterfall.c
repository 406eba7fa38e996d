/* SPDX-License-Identifier: Apache-2.0 */
/* Where the time of a start-up goes: the parts of each subject's middle sample, one below the other on one axis. */
#include <math.h>
#include <string.h>

#include "harness/analyze/parts.h"
#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/units.h"
#include "harness/report/plot-chart.h"

#define SHOWN_LEAST 40 /* a part shorter than the shortest whole by this much has no bar, only its number */
#define BOLD_WIDTH 1.25 /* of a letter of a subject's name, against one of a part's */
#define SUBJECTS_MAX 24 /* more would be a poster */

/* A row's texts: the name, and what stands right of the plot. */
static void row_texts(struct script *script, size_t row, const char *name, double ns, const char *share)
{
	char text[UNITS_MAX];

	script_text(script, name, "row_name[%zu]", row);
	script_text(script, units_text(UNITS_NS, ns, text), "row_value[%zu]", row);
	script_text(script, share, "row_share[%zu]", row);
}

static void bar_row(struct script *script, size_t row, double begin_ns, double end_ns, int colour, const char *what,
		    const char *subject)
{
	script_field(script, (double)row);
	script_field(script, begin_ns / PLOT_NS_PER_MS);
	script_field(script, end_ns / PLOT_NS_PER_MS);
	script_field(script, colour);
	script_field_text(script, what);
	script_field_text(script, subject);
	script_row_end(script);
}

/* What a pointer shows in the middle of a bar, as the logarithmic axis has it. */
static void bar_hover(struct script *script, const struct plot_axis *axis, size_t row, double begin_ns, double end_ns,
		      const char *what)
{
	double from = fmax(begin_ns / PLOT_NS_PER_MS, axis->low), to = fmax(end_ns / PLOT_NS_PER_MS, axis->low);
	char amount[UNITS_MAX], begin[UNITS_MAX], end[UNITS_MAX];

	script_hover(script, sqrt(from * to), (double)row, 1, "%s: %s, from %s to %s", what,
		     units_text(UNITS_NS, end_ns - begin_ns, amount), units_text(UNITS_NS, begin_ns, begin),
		     units_text(UNITS_NS, end_ns, end));
}

/* The whole, and below it the parts. Returns the next row. */
static size_t subject_rows(struct script *script, const struct plot_axis *axis, const struct analysis_subject *s,
			   size_t row)
{
	struct part parts[EVENT_COUNT];
	size_t count = parts_of(s, parts);
	double whole_ns = count ? parts[count - 1].end_ns : NAN;

	row_texts(script, row, s->title, whole_ns, "");
	script_number(script, 1, "row_head[%zu]", row);
	bar_hover(script, axis, row, 0, whole_ns, s->title);
	bar_row(script, row++, 0, whole_ns, -1, "start-up", s->title);
	for (size_t i = 0; i < count; i++) {
		double ratio = (parts[i].end_ns - parts[i].begin_ns) / whole_ns;
		const char *sign = ratio < 0.0005 ? "< " : "";
		cleanup_free char *what = alloc_format("%s: %s", s->title, part_name(parts[i].id));
		cleanup_free char *share = alloc_format("%s%.1f %%", sign, fmax(ratio * 100, 0.1));

		row_texts(script, row, part_name(parts[i].id), parts[i].end_ns - parts[i].begin_ns, share);
		script_number(script, 0, "row_head[%zu]", row);
		bar_hover(script, axis, row, parts[i].begin_ns, parts[i].end_ns, what);
		bar_row(script, row++, parts[i].begin_ns, parts[i].end_ns, (int)parts[i].id, part_name(parts[i].id),
			s->title);
	}
	return row;
}

/* How many rows there are, the widest name, and the ends of the axis. */
struct extent {
	size_t subjects, rows, widest;
	double least_ns, most_ns;
};

static void widen(struct extent *extent, const char *name, double wide)
{
	size_t width = (size_t)ceil((double)strlen(name) * wide);

	if (width > extent->widest)
		extent->widest = width;
	extent->rows++;
}

static struct extent extent_of(const struct analysis *analysis)
{
	struct extent extent = {.least_ns = INFINITY};
	struct part parts[EVENT_COUNT];

	for (size_t i = 0; i < analysis->subject_count && extent.subjects < SUBJECTS_MAX; i++) {
		size_t count = parts_of(&analysis->subjects[i], parts);

		if (!count || !(parts[count - 1].end_ns > 0))
			continue;
		extent.subjects++;
		widen(&extent, analysis->subjects[i].title, BOLD_WIDTH);
		for (size_t k = 0; k < count; k++)
			widen(&extent, part_name(parts[k].id), 1);
		extent.least_ns = fmin(extent.least_ns, parts[count - 1].end_ns);
		extent.most_ns = fmax(extent.most_ns, parts[count - 1].end_ns);
	}
	return extent;
}

bool plot_waterfall(struct script *script, const struct analysis *analysis)
{
	struct extent extent = extent_of(analysis);
	struct part parts[EVENT_COUNT];
	size_t row = 1, subjects = 0;

	if (!extent.subjects)
		return false;
	script_note(script, false, "the middle sample of each subject: its whole is the median; its parts add up");
	if (extent.subjects == SUBJECTS_MAX)
		script_note(script, true, "only the first %d subjects", SUBJECTS_MAX);
	script_number(script, (double)extent.rows, "row_count");
	script_number(script, ceil((double)extent.widest * 0.85), "name_width");
	script_arrays(script, extent.rows, "row_name row_value row_share row_head");
	struct plot_axis axis = {
		.low = plot_round(extent.least_ns / PLOT_NS_PER_MS / SHOWN_LEAST, false),
		.high = plot_round(extent.most_ns / PLOT_NS_PER_MS * 1.05, true),
		.log = true,
	};

	plot_axis_write(script, &axis);
	script_table(script, "Parts of the middle samples, in ms since the request. Colour -1: the whole.",
		     "row\tbegin_ms\tend_ms\tcolour\tpart\tsubject");
	for (size_t i = 0; i < analysis->subject_count && subjects < extent.subjects; i++) {
		size_t count = parts_of(&analysis->subjects[i], parts);

		if (!count || !(parts[count - 1].end_ns > 0))
			continue;
		row = subject_rows(script, &axis, &analysis->subjects[i], row);
		subjects++;
	}
	script_finish(script, analysis, PLOT_LATENCY);
	return true;
}
