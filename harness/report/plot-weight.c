/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory and disk as bars that are split into parts. All bars stand on a linear axis from zero: a
 * logarithmic one has no zero and makes the parts of a bar lie. As a process takes a thousandth of what
 * a VM takes, the bars too short to be seen are drawn once more, magnified, on an axis of their own that
 * says so.
 */
#include <math.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/units.h"
#include "harness/report/plot-bar.h"
#include "harness/report/plot-chart.h"

#define PANELS_EACH 3 /* of one split: as it is, magnified, magnified again */
#define PANELS_MAX 6
#define VISIBLE (1.0 / 40) /* a bar shorter than this part of its axis is drawn again */

/** Some of a split's bars on one axis. */
struct panel {
	const struct split *split;
	const struct bar *bars;
	size_t *picked, count; /**< indexes of bars */
	double most;	       /**< bytes of the longest */
	double magnified;      /**< compared with the first panel of the split; 1: not */
	double again_below;    /**< bytes; bars shorter than this are in the next panel too */
};

struct panels {
	struct panel list[PANELS_MAX];
	size_t count, rows;
};

/*
 * Adds the panel of all bars shorter than `limit` bytes (INFINITY: of all). False: there are no two that
 * would be longer than nothing; one alone has nothing to be compared with.
 */
static bool panels_add(struct panels *panels, const struct split *split, const struct bar *bars,
		       size_t count, double limit)
{
	struct panel *panel = &panels->list[panels->count];
	size_t seen = 0;

	*panel = (struct panel){
		.split = split, .bars = bars, .picked = alloc_zero(count, sizeof(size_t))};
	for (size_t i = 0; i < count; i++) {
		bool fits = bars[i].sample && bars[i].total < limit;

		if (fits || isinf(limit))
			panel->picked[panel->count++] = i;
		if (fits)
			panel->most = fmax(panel->most, bar_end(&bars[i]));
		seen += fits && bars[i].total > 0;
	}
	if (isfinite(limit) && seen < 2) {
		free(panel->picked);
		return false;
	}
	panels->count++;
	panels->rows += panel->count;
	return true;
}

static void panels_add_split(struct panels *panels, const struct split *split, const struct bar *bars,
			     size_t count)
{
	double limit = INFINITY, first = NAN;

	for (size_t i = 0; i < PANELS_EACH && panels_add(panels, split, bars, count, limit); i++) {
		struct panel *panel = &panels->list[panels->count - 1];

		first = i ? first : panel->most;
		panel->magnified = i ? first / panel->most : 1;
		if (i)
			panel[-1].again_below = limit;
		limit = panel->most * VISIBLE;
	}
}

/* Returns true where the row needs a second line below its bar. */
static bool bar_texts(struct script *script, const struct analysis *analysis, const struct panel *panel,
		      const struct bar *bar, size_t row)
{
	const struct analysis_subject *subject = &analysis->subjects[bar->subject];
	char amount[UNITS_MAX];
	bool again = bar->sample && bar->total > 0 && bar->total < panel->again_below;
	cleanup_free char *text = again ? alloc_text("magnified below")
					: bar_message(panel->split, bar, subject->reason, script->width);
	cleanup_free char *interval = bar->sample ? bar_interval(&bar->stats) : alloc_text("");
	cleanup_free char *trouble = plot_trouble_text(&subject->counts[BLOCK_FOOTPRINT]);
	cleanup_free char *missing =
		bar->missing && bar->sample
			? alloc_format("%s%s%zu not known", trouble, *trouble ? ", " : "", bar->missing)
			: alloc_text(trouble);

	script_text(script, bar->sample ? units_text(UNITS_BYTES, bar->stats.median, amount) : "",
		    "row_value[%zu]", row);
	script_text(script, interval, "row_interval[%zu]", row);
	script_text(script, missing, "row_trouble[%zu]", row);
	script_text(script, text, "row_message[%zu]", row);
	script_number(script, !bar->sample, "row_empty[%zu]", row);
	return *missing || strchr(text, '\n');
}

static size_t panel_bars(struct script *script, const struct analysis *analysis,
			 const struct panel *panel, size_t p)
{
	size_t count = 0;
	char amount[UNITS_MAX];

	script_table(script, "Parts of the bars, in bytes: of the sample whose total is the median.",
		     "place\tfrom\tto\tcolour\tpart\tsubject");
	for (size_t i = 0; i < panel->count; i++) {
		const struct bar *bar = &panel->bars[panel->picked[i]];
		double from = 0;

		for (size_t k = 0; bar->sample && k < panel->split->part_count; k++) {
			if (!(bar->parts[k] > 0))
				continue;
			script_field(script, (double)(i + 1));
			script_field(script, from);
			script_field(script, from += bar->parts[k]);
			script_field(script, panel->split->parts[k].colour);
			script_field_text(script, panel->split->parts[k].name);
			script_field_text(script, analysis->subjects[bar->subject].title);
			script_row_end(script);
			script_hover(script, from - bar->parts[k] / 2, (double)(i + 1) - 0.25, p, "%s: %s %s",
				     analysis->subjects[bar->subject].title, panel->split->parts[k].name,
				     units_text(UNITS_BYTES, bar->parts[k], amount));
			count++;
		}
	}
	return count;
}

/* Returns how many whiskers have a length. */
static size_t panel_totals(struct script *script, const struct analysis *analysis,
			   const struct panel *panel)
{
	size_t count = 0;

	script_table(script,
		     "Totals, in bytes: the median, with its interval (interval 1) or the range of all "
		     "samples (0).",
		     "place\tmedian\tlow\thigh\tinterval\tn\tsubject");
	for (size_t i = 0; i < panel->count; i++) {
		const struct bar *bar = &panel->bars[panel->picked[i]];
		const struct stats_summary *stats = &bar->stats;

		if (!bar->sample)
			continue;
		script_field(script, (double)(i + 1));
		script_field(script, stats->median);
		script_field(script, stats->ci.known ? stats->ci.lo : stats->min);
		script_field(script, stats->ci.known ? stats->ci.hi : stats->max);
		script_field(script, stats->ci.known);
		script_field(script, (double)stats->n);
		script_field_text(script, analysis->subjects[bar->subject].title);
		script_row_end(script);
		count += stats->ci.known ? stats->ci.hi > stats->ci.lo : stats->max > stats->min;
	}
	return count;
}

/* "1, 2 or 5 times a power of 1024 or ten": some five ticks on an axis of bytes. */
static void panel_axis(struct script *script, const struct panel *panel, size_t p)
{
	static const char *const names[] = {"B", "KiB", "MiB", "GiB", "TiB"};
	double most = panel->most > 0 ? panel->most * 1.04 : 1, unit = 1;
	size_t name = 0;

	for (; most / unit >= 1000 && name < 4; name++)
		unit *= 1024;
	char times[UNITS_MAX];
	cleanup_free char *title =
		panel->magnified > 1 ? alloc_format("%s, magnified %s", panel->split->magnified,
						    units_text(UNITS_TIMES, panel->magnified, times))
				     : alloc_text(panel->split->title);
	cleanup_free char *format = alloc_format("%%g %s", names[name]);

	script_text(script, title, "panel_title[%zu]", p);
	script_number(script, (double)panel->count, "panel_rows[%zu]", p);
	script_number(script, unit, "panel_unit[%zu]", p);
	script_number(script, most / unit, "panel_high[%zu]", p);
	script_number(script, plot_round(most / unit / 5, true), "panel_step[%zu]", p);
	script_text(script, format, "panel_format[%zu]", p);
}

static void panels_legend(struct script *script, const struct panels *panels)
{
	const struct split *split = panels->list[0].split;
	size_t shown = 0;

	script_arrays(script, split->part_count, "part_name part_colour");
	for (size_t k = 0; k < split->part_count; k++) {
		bool used = false;

		for (size_t p = 0; p < panels->count; p++)
			for (size_t i = 0; i < panels->list[p].count; i++)
				used |= panels->list[p].bars[panels->list[p].picked[i]].parts[k] > 0;
		if (!used)
			continue;
		script_text(script, split->parts[k].name, "part_name[%zu]", ++shown);
		script_number(script, split->parts[k].colour, "part_colour[%zu]", shown);
	}
	script_number(script, (double)shown, "part_count");
}

static void panels_rows(struct script *script, const struct analysis *analysis,
			const struct panels *panels)
{
	cleanup_free size_t *subjects = alloc_zero(panels->rows, sizeof(*subjects));
	size_t row = 0;
	bool tall = false;

	for (size_t p = 0; p < panels->count; p++)
		for (size_t i = 0; i < panels->list[p].count; i++)
			subjects[row++] = panels->list[p].bars[panels->list[p].picked[i]].subject;
	script->width = plot_row_names(script, analysis, subjects, row);
	script_arrays(script, row, "row_value row_interval row_trouble row_message row_empty");
	row = 0;
	for (size_t p = 0; p < panels->count; p++)
		for (size_t i = 0; i < panels->list[p].count; i++)
			tall |= bar_texts(script, analysis, &panels->list[p],
					  &panels->list[p].bars[panels->list[p].picked[i]], ++row);
	script_number(script, tall, "row_tall");
}

static void panels_write(struct script *script, const struct analysis *analysis,
			 const struct panels *panels)
{
	script_number(script, (double)panels->count, "panel_count");
	script_arrays(script, panels->count,
		      "panel_title panel_rows panel_unit panel_high panel_step panel_format panel_bars "
		      "panel_whiskers");
	for (size_t p = 0; p < panels->count; p++) {
		panel_axis(script, &panels->list[p], p + 1);
		size_t parts = panel_bars(script, analysis, &panels->list[p], p + 1);
		size_t whiskers = panel_totals(script, analysis, &panels->list[p]);

		script_number(script, (double)parts, "panel_bars[%zu]", p + 1);
		script_number(script, (double)whiskers, "panel_whiskers[%zu]", p + 1);
	}
	panels_rows(script, analysis, panels);
	panels_legend(script, panels);
}

/* Draws one or two splits of the same samples, one below the other. */
static bool weight_plot(struct script *script, const struct analysis *analysis,
			const struct split *const *splits, size_t split_count)
{
	struct panels panels = {.count = 0};
	struct bar *bars[2] = {NULL, NULL};
	bool any = false;

	for (size_t s = 0; s < split_count; s++) {
		bars[s] = alloc_zero(analysis->subject_count, sizeof(**bars));
		for (size_t i = 0; i < analysis->subject_count; i++) {
			bars[s][i] = bar_make(analysis, splits[s], i);
			any |= bars[s][i].sample || bars[s][i].missing;
		}
		panels_add_split(&panels, splits[s], bars[s], analysis->subject_count);
	}
	if (any) {
		script_note(script, false,
			    "Bar: the sample at the median. Diamond: the median, with its %.3g %% "
			    "order-statistic interval or the range",
			    analysis->confidence * 100);
		panels_write(script, analysis, &panels);
	}
	for (size_t p = 0; p < panels.count; p++)
		free(panels.list[p].picked);
	free(bars[0]);
	free(bars[1]);
	return any;
}

bool plot_memory(struct script *script, const struct analysis *analysis)
{
	static const struct split *const splits[] = {&split_memory};

	if (!weight_plot(script, analysis, splits, 1))
		return false;
	script_finish(script, analysis, "memory_footprint_bytes");
	return true;
}

bool plot_disk(struct script *script, const struct analysis *analysis)
{
	static const struct split *const splits[] = {&split_disk_first, &split_disk_further};

	if (!weight_plot(script, analysis, splits, 2))
		return false;
	script_finish(script, analysis, "disk_instance_bytes");
	return true;
}
