/* SPDX-License-Identifier: Apache-2.0 */
/* The class on a page, as Markdown and HTML, its chart, and its values for a spreadsheet. */
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/base/units.h"
#include "harness/report/escape.h"
#include "harness/report/merge.h"
#include "harness/report/page-html.h"
#include "harness/report/plot-draw.h"
#include "harness/report/plot.h"
#include "harness/report/sections.h"

static void put_head(struct page *page, const struct merge *merge)
{
	size_t taken = 0;

	for (size_t i = 0; i < merge->run_count; i++)
		taken += merge->runs[i].taken;
	page_title(page, "One class, many machines");
	page_paragraph(page, "%zu of %zu runs. A machine counts once for each subject, by the median of its samples; "
			     "machines of another kind are never pooled.", taken, merge->run_count);
}

static void put_troubles(struct page *page, const struct merge *merge)
{
	bool headed = false;

	for (size_t i = 0; i < merge->run_count; i++) {
		const struct merge_run *run = &merge->runs[i];

		if (!*run->trouble)
			continue;
		if (!headed)
			page_heading(page, "Changed after the run, or left out");
		headed = true;
		cleanup_free char *lead = alloc_format("%s:", run->folder);

		page_item(page, lead, "%s%s", run->trouble, run->taken ? " (counted all the same)" : "");
	}
	if (!headed)
		return;
	page_gap(page);
	page_paragraph(page, "The digests guard against accidents, such as an edited line or half a copy, not against "
			     "fraud.");
}

static void put_metric(struct page *page, const struct metric *metric, const struct merge_group *groups, size_t count)
{
	static const char *const heads[] = {"kind of machine", "subject", "machines", "median", "least", "most"};
	struct table table = {.align = "ssrrrr"};
	char text[UNITS_MAX];

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		table_add(&table, "%s", heads[i]);
	for (size_t i = 0; i < count; i++) {
		const struct merge_group *g = &groups[i];
		const double numbers[] = {g->median, g->least, g->most};

		if (g->first->metric != metric)
			continue;
		table_add(&table, "%s", g->first->kind);
		table_add(&table, "%s", g->first->subject);
		table_add(&table, "%zu", g->count);
		for (size_t k = 0; k < 3; k++)
			table_add(&table, "%s", units_text(section_units(metric), numbers[k], text));
	}
	if (table.count > strlen(table.align)) {
		cleanup_free char *heading = alloc_format("%s, by kind of machine", metric->title);

		page_heading(page, heading);
	}
	page_table(page, &table);
}

static void put_runs(struct page *page, const struct merge *merge)
{
	static const char *const heads[] = {"run", "folder", "kind of machine", "CPU", "samples"};
	struct table table = {.align = "lsslr"};

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		table_add(&table, "%s", heads[i]);
	for (size_t i = 0; i < merge->run_count; i++) {
		const struct merge_run *run = &merge->runs[i];

		if (!run->taken)
			continue;
		table_add(&table, "%.16s", run->id), table_add(&table, "%s", run->folder);
		table_add(&table, "%s", run->kind), table_add(&table, "%s", run->cpu);
		table_add(&table, "%zu", run->samples);
	}
	page_heading(page, "Runs");
	page_table(page, &table);
}

static char *page_of(const struct merge *merge, const struct merge_group *groups, size_t count, enum page_style style,
		     const char *svg)
{
	char *text = NULL;
	size_t length = 0;
	struct page page = {.out = open_memstream(&text, &length), .style = style};
	const char *root = svg ? strstr(svg, "<svg") : NULL;

	if (style == PAGE_HTML) {
		html_head(page.out, "tare: one class, many machines");
		(void)fputs("<main>\n", page.out);
	}
	put_head(&page, merge);
	put_troubles(&page, merge);
	if (style == PAGE_HTML && root)
		(void)fprintf(page.out, "<figure><div class=\"scroll chart\" role=\"group\" tabindex=\"0\" "
					"aria-label=\"Chart\">%s</div></figure>\n", root);
	if (style == PAGE_MARKDOWN && root)
		(void)fputs("![Start-up of every machine](" PLOT_FOLDER "/class.svg)\n\n", page.out);
	for (size_t m = 0; m < metric_count; m++)
		put_metric(&page, &metric_table[m], groups, count);
	put_runs(&page, merge);
	page_finish(&page);
	if (style == PAGE_HTML) {
		(void)fputs("</section>\n</main>\n", page.out);
		html_foot(page.out, "Made by tare merge.");
	}
	(void)fclose(page.out);
	return text;
}

static char *csv_of(const struct merge *merge)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	(void)fputs("metric,kind,subject,machine,median\n", out);
	for (size_t i = 0; i < merge->value_count; i++) {
		const struct merge_value *v = &merge->values[i];
		cleanup_free char *kind = escape_text(ESCAPE_CSV, v->kind);
		cleanup_free char *subject = escape_text(ESCAPE_CSV, v->subject);
		cleanup_free char *machine = escape_text(ESCAPE_CSV, v->machine);

		(void)fprintf(out, "%s,%s,%s,%s,%.17g\n", v->metric->name, kind, subject, machine, v->value);
	}
	(void)fclose(out);
	return text;
}

static int put_file(const char *folder, const char *name, const char *text, struct error *err)
{
	cleanup_free char *path = alloc_format("%s/%s", folder, name);

	return file_write(path, text, strlen(text), err);
}

static int draw(const struct merge_group *groups, size_t count, const char *folder, const char *formats,
		struct error *err)
{
	cleanup_free char *plots = alloc_format("%s/" PLOT_FOLDER, folder);
	cleanup_free char *script = NULL, *data = NULL;
	bool missing;

	if (!merge_chart(groups, count, formats, &script, &data))
		return 0;
	struct plot_source source = {"class", "Start-up time of every machine", script, data, formats};
	int rc = file_make_dirs(plots, 0755, err);

	return rc < 0 ? rc : plot_draw(&source, plots, &missing, err);
}

int merge_write(struct merge *merge, const char *folder, const char *plots, struct error *err)
{
	size_t count;
	cleanup_free struct merge_group *groups = merge_groups(merge, &count);
	cleanup_free char *csv = csv_of(merge);
	cleanup_free char *picture = alloc_format("%s/" PLOT_FOLDER "/class.svg", folder);
	int rc = file_make_dirs(folder, 0755, err);

	if (!rc)
		rc = draw(groups, count, folder, plots, err);
	cleanup_free char *svg = !rc && file_exists(picture) ? file_read(picture, NULL, NULL) : NULL;
	cleanup_free char *html = page_of(merge, groups, count, PAGE_HTML, svg);
	cleanup_free char *markdown = page_of(merge, groups, count, PAGE_MARKDOWN, svg);

	if (!rc)
		rc = put_file(folder, "merged.html", html, err);
	if (!rc)
		rc = put_file(folder, "merged.md", markdown, err);
	return rc < 0 ? rc : put_file(folder, "merged.csv", csv, err);
}
