/* SPDX-License-Identifier: Apache-2.0 */
/* Start-up times of a class: a row for each subject and kind of machine, every machine a point. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/units.h"
#include "harness/report/merge.h"
#include "harness/report/plot-chart.h"
#include "harness/report/plot-template.h"

#define NAME_WIDTH 26

static void put_row(struct script *script, const struct merge_group *g, size_t row, size_t *widest)
{
	cleanup_free char *name = alloc_format("%s: %s", g->first->subject, g->first->kind);
	cleanup_free char *lines = script_wrap(name, NAME_WIDTH, NULL);
	char text[UNITS_MAX];

	script_text(script, lines, "row_name[%zu]", row);
	script_text(script, units_text(UNITS_NS, g->median, text), "row_value[%zu]", row);
	(void)snprintf(text, sizeof(text), "%zu machine%s", g->count, g->count == 1 ? "" : "s");
	script_text(script, text, "row_interval[%zu]", row);
	script_number(script, g->median / PLOT_NS_PER_MS, "row_median[%zu]", row);
	for (const char *line = lines; *line; line += strcspn(line, "\n"), line += *line == '\n')
		*widest = strcspn(line, "\n") > *widest ? strcspn(line, "\n") : *widest;
	for (size_t i = 0; i < g->count; i++) {
		script_field(script, (double)row);
		script_field(script, g->first[i].value / PLOT_NS_PER_MS);
		script_field_text(script, g->first->subject);
		script_field_text(script, g->first->kind);
		script_field_text(script, g->first[i].machine);
		script_row_end(script);
		script_hover(script, g->first[i].value / PLOT_NS_PER_MS, (double)row, 1, "%s: %s", g->first->subject,
			     units_text(UNITS_NS, g->first[i].value, text));
	}
}

static void put_rows(struct script *script, const struct merge_group *groups, size_t count, size_t rows)
{
	double least = INFINITY, most = 0;
	size_t row = 0, widest = 8;

	script_arrays(script, rows, "row_name row_value row_interval row_median");
	script_table(script, "Medians of machines.", "row\tms\tsubject\tkind\tmachine");
	for (size_t i = 0; i < count; i++) {
		if (strcmp(groups[i].first->metric->name, PLOT_LATENCY) != 0)
			continue;
		put_row(script, &groups[i], ++row, &widest);
		least = fmin(least, groups[i].least / PLOT_NS_PER_MS);
		most = fmax(most, groups[i].most / PLOT_NS_PER_MS);
	}
	struct plot_axis axis = {plot_round(least / 1.15, false), plot_round(most * 1.15, true), true, false};

	script_number(script, (double)rows, "row_count");
	script_number(script, (double)widest, "name_width");
	plot_axis_write(script, &axis);
}

bool merge_chart(const struct merge_group *groups, size_t count, const char *formats, char **ret_script,
		 char **ret_data)
{
	size_t rows = 0, head_size, data_size;

	for (size_t i = 0; i < count; i++)
		rows += !strcmp(groups[i].first->metric->name, PLOT_LATENCY);
	if (!rows)
		return false;
	struct script script = {.head = open_memstream(ret_script, &head_size),
				.data = open_memstream(ret_data, &data_size)};

	script_text(&script, "class", "chart");
	script_text(&script, formats, "formats");
	script_text(&script, "Start-up time of every machine, by its median", "chart_title");
	script_arrays(&script, 1, "note note_warns");
	script_note(&script, false, "A point is one machine. Kinds of machines are never pooled; (tcg) says nothing "
				    "about KVM.");
	script_number(&script, (double)script.notes, "note_count");
	script_text(&script, "", "foot");
	put_rows(&script, groups, count, rows);
	script_hover_end(&script);
	(void)fprintf(script.head, "\n%s\n%s", plot_template_common, plot_template_class);
	(void)fclose(script.head);
	(void)fclose(script.data);
	return true;
}
