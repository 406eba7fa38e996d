/* SPDX-License-Identifier: Apache-2.0 */
/* What the charts of start-up times tell beside each subject. */
#include <math.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/units.h"
#include "harness/report/plot-chart.h"

#define CANVAS_PX 560 /* what common.gp leaves for names and plot */
#define NAME_PX 8     /* and for a character of a name, at least NAME_LEAST of them */
#define NAME_LEAST 8
#define SMALL_PX 6.6  /* the width of a character of the small font, in the widest of the usual fonts */
#define NAME_LINES 3 /* then the lines get longer */
#define NAME_WIDTH 20 /* characters of a subject's name before it takes a second line */

/* Who was not tried at all: a line below, as their n is no number of samples. */
static void note_unmeasured(struct script *script, const struct analysis *analysis)
{
	char names[200] = "";

	for (size_t i = 0; i < analysis->subject_count; i++)
		if (!analysis->subjects[i].counts[BLOCK_LATENCY].tried)
			script_list(names, sizeof(names), analysis->subjects[i].name);
	if (*names)
		script_note(script, false, "not measured: %s", names);
}

/* "n = 12" or "n = 11 to 12", and what they are; of those that were tried, 0 where no attempt gave a time. */
void plot_latency_note(struct script *script, const struct analysis *analysis)
{
	size_t least = SIZE_MAX, most = 0, warmup = 0;

	for (size_t i = 0; i < analysis->subject_count; i++) {
		const struct analysis_summary *summary = plot_latency(analysis, i);
		size_t count = summary ? summary->count : 0;

		if (analysis->subjects[i].counts[BLOCK_LATENCY].warmup > warmup)
			warmup = analysis->subjects[i].counts[BLOCK_LATENCY].warmup;
		if (!analysis->subjects[i].counts[BLOCK_LATENCY].tried)
			continue;
		least = count < least ? count : least;
		most = count > most ? count : most;
	}
	cleanup_free char *range =
		least < most ? alloc_format("%zu to %zu", least, most) : alloc_format("%zu", most);
	cleanup_free char *left_out =
		warmup ? alloc_format(", %zu of warm-up left out", warmup) : alloc_text("");

	cleanup_free char *legend =
		alloc_format("%.3g %% interval of the median", analysis->confidence * 100);

	script_text(script, legend, "interval_title");
	script_note(script, false, "n = %s per subject%s; median, %.3g %% order-statistic interval",
		    range, left_out, analysis->confidence * 100);
	note_unmeasured(script, analysis);
	if (plot_step(most) > 1)
		script_note(script, false,
			    "at most %d of a subject's samples are drawn, evenly taken from all; numbers are of all",
			    PLOT_POINTS_MAX);
}

size_t plot_step(size_t count)
{
	return count ? (count + PLOT_POINTS_MAX - 1) / PLOT_POINTS_MAX : 1;
}

const struct analysis_summary *plot_latency(const struct analysis *analysis, size_t subject)
{
	return analysis_summary_find(analysis, PLOT_LATENCY, subject);
}

bool plot_latency_any(const struct analysis *analysis)
{
	for (size_t i = 0; i < analysis->subject_count; i++)
		if (analysis->subjects[i].counts[BLOCK_LATENCY].attempts)
			return true;
	return false;
}

/* "447 us" */
static char *latency_median_text(const struct analysis_summary *summary)
{
	char text[UNITS_MAX];

	if (!summary || !summary->count)
		return alloc_text("no value");
	if (isinf(summary->stats.median))
		return alloc_format("over %s", units_text(UNITS_NS, summary->timeout_ns, text));
	return alloc_text(units_text(UNITS_NS, summary->stats.median, text));
}

/* "[421, 480] us, n = 12", in the median's unit */
static char *latency_interval_text(const struct analysis_summary *summary)
{
	char text[UNITS_MAX];

	if (!summary || !summary->count)
		return alloc_text("n = 0");
	const struct stats_summary *stats = &summary->stats;

	if (!stats->ci.known || !isfinite(stats->median))
		return alloc_format("n = %zu, no interval", summary->count);
	return alloc_format("%s, n = %zu",
			    units_interval(UNITS_NS, stats->median, stats->ci.lo, stats->ci.hi, text),
			    summary->count);
}

char *plot_trouble_text(const struct analysis_counts *counts)
{
	const struct {
		size_t count;
		const char *what;
	} kinds[] = {
		{counts->by_status[SAMPLE_TIMEOUT], "timed out"},
		{counts->failed, "failed"},
		{counts->by_status[SAMPLE_ABORTED], "aborted"},
		{counts->invalid, "invalid"},
	};
	char *text = alloc_text("");

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!kinds[i].count)
			continue;
		char *longer = alloc_format("%s%s%zu %s", text, *text ? ", " : "", kinds[i].count,
					    kinds[i].what);

		free(text);
		text = longer;
	}
	return text;
}

/* The texts right of row `row`, and the message in it where there is nothing to draw. */
static void latency_row_texts(struct script *script, const struct analysis *analysis, size_t row)
{
	const struct analysis_subject *subject = &analysis->subjects[row - 1];
	const struct analysis_summary *summary = plot_latency(analysis, row - 1);
	bool tried = subject->counts[BLOCK_LATENCY].tried;
	cleanup_free char *median = latency_median_text(summary),
			  *interval = latency_interval_text(summary);
	cleanup_free char *trouble = plot_trouble_text(&subject->counts[BLOCK_LATENCY]);
	cleanup_free char *reason =
		alloc_format("not measured: %.150s", subject->reason ? subject->reason : "not tried");
	size_t lines;
	cleanup_free char *message = script_wrap(tried ? "" : reason, script->width, &lines);

	script_text(script, tried ? median : "", "row_value[%zu]", row);
	script_text(script, tried ? interval : "", "row_interval[%zu]", row);
	script_text(script, trouble, "row_trouble[%zu]", row);
	script_text(script, message, "row_message[%zu]", row);
	script_number(script, (double)lines, "row_message_lines[%zu]", row);
}

size_t plot_row_names(struct script *script, const struct analysis *analysis, const size_t *subjects,
		      size_t count)
{
	size_t widest = NAME_LEAST;

	script_number(script, (double)count, "row_count");
	script_arrays(script, count, "row_name row_lines row_colour");
	for (size_t i = 0; i < count; i++) {
		const char *title = analysis->subjects[subjects[i]].title;
		size_t width = NAME_WIDTH, lines;
		cleanup_free char *name = script_wrap(title, width, &lines);

		while (lines > NAME_LINES) {
			free(name);
			name = script_wrap(title, width += 4, &lines);
		}
		script_text(script, name, "row_name[%zu]", i + 1);
		script_number(script, (double)lines, "row_lines[%zu]", i + 1);
		script_number(script, (double)(subjects[i] + 1), "row_colour[%zu]", i + 1);
		for (const char *line = name; *line; line += strcspn(line, "\n"), line += *line == '\n')
			widest = strcspn(line, "\n") > widest ? strcspn(line, "\n") : widest;
	}
	script_number(script, (double)widest, "name_width");
	return (size_t)((double)(CANVAS_PX - NAME_PX * widest) / SMALL_PX);
}

void plot_latency_rows(struct script *script, const struct analysis *analysis)
{
	cleanup_free size_t *all = alloc_zero(analysis->subject_count, sizeof(*all));

	for (size_t i = 0; i < analysis->subject_count; i++)
		all[i] = i;
	script->width = plot_row_names(script, analysis, all, analysis->subject_count);
	script_arrays(script, analysis->subject_count,
		      "row_value row_interval row_trouble row_message row_message_lines");
	for (size_t i = 0; i < analysis->subject_count; i++)
		latency_row_texts(script, analysis, i + 1);
}
