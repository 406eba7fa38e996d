/* SPDX-License-Identifier: Apache-2.0 */
/* Two sides held against each other, for people. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/report/sections.h"
#include "harness/report/versus-report.h"

static void differences_print(struct page *page, const struct versus *v, bool notes)
{
	bool headed = false;

	for (size_t i = 0; i < v->differences.count; i++) {
		const struct difference *d = &v->differences.rows[i];

		if ((d->kind == DIFFERENCE_NOTE) != notes)
			continue;
		if (!headed)
			page_heading(page, notes ? "Also different" : "Not equal on both sides");
		headed = true;
		cleanup_free char *lead = alloc_format("%s%s%s:", d->subject ? d->subject : "",
						       d->subject ? ", " : "", d->what);

		page_item(page, lead, "%.120s, then %.120s", d->a, d->b);
	}
	if (headed)
		page_gap(page);
}

static void side_cell(struct table *table, const struct analysis_summary *sum)
{
	char value[UNITS_MAX];

	if (isinf(sum->stats.median))
		table_add(table, ">= %s", units_text(section_units(sum->metric), sum->timeout_ns, value));
	else
		table_add(table, "%s", units_text(section_units(sum->metric), sum->stats.median, value));
}

static void row_print(struct table *table, const struct versus *v, const struct versus_row *row)
{
	bool ratio = row->result.ratio_defined;
	const struct estimate *e = ratio ? &row->result.ratio : &row->result.difference;
	enum units units = ratio ? UNITS_TIMES : section_units(row->a->metric);
	char value[UNITS_MAX], range[UNITS_MAX];
	const char *a = v->a.analysis->subjects[row->a->subject].title;
	const char *b = v->b.analysis->subjects[row->b->subject].title;

	table_add(table, strcmp(a, b) ? "%s, %s" : "%s", a, b);
	side_cell(table, row->a);
	side_cell(table, row->b);
	table_add(table, "%s", units_text(units, e->value, value));
	table_add(table, "%s",
		  e->ci.known ? units_interval(units, e->value, e->ci.lo, e->ci.hi, range) : "no interval");
	table_add(table, row->result.paired ? "%zu" : "%zu, %zu", row->result.x_count, row->result.y_count);
	cleanup_free char *verdict = alloc_text(row->verdict_word);

	for (char *at = verdict; *at; at++)
		*at = *at == '_' ? ' ' : *at;
	table_add(table, "%s", verdict);
}

static void metric_print(struct page *page, const struct versus *v, const struct metric *metric)
{
	static const char *const heads[] = {"subject", "before", "after", "ratio", "95 %", "n", "verdict"};
	struct table table = {.align = "srrrlrl"};
	bool any = false, normalized = false;

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		table_add(&table, "%s", heads[i]);
	for (size_t i = 0; i < v->row_count; i++) {
		if (v->rows[i].a->metric != metric)
			continue;
		row_print(&table, v, &v->rows[i]);
		any = true;
		normalized |= v->rows[i].normalized;
	}
	cleanup_free char *heading = alloc_format("%s%s", metric->title,
						  normalized ? ", ratio of what is left when "
							       "divided by process"
							     : "");

	heading[0] = (char)toupper((unsigned char)heading[0]);
	if (any)
		page_heading(page, heading);
	page_table(page, &table);
}

/* The largest of a headline metric: within it nothing is decided. */
static void floor_print(struct page *page, const struct versus *v)
{
	const struct versus_row *largest = NULL;

	for (size_t i = 0; i < v->row_count; i++)
		if (v->rows[i].a->metric->headline && v->rows[i].floor >= (largest ? largest->floor : 0))
			largest = &v->rows[i];
	if (largest)
		page_paragraph(page,
			       "Noise floor: up to %.1f %% (%s, %s) is called different between a subject and "
			       "itself, and decides nothing.",
			       largest->floor * 100, largest->a->metric->title,
			       v->a.analysis->subjects[largest->a->subject].title);
	else
		page_paragraph(page, "The noise floor of this host is not known; tare doctor --deep measures it.");
}

static void end_print(struct page *page, const struct versus *v)
{
	if (v->left_out)
		page_paragraph(page, "Subjects that only one of the runs has: %zu.", v->left_out);
	for (size_t i = 0; i < v->row_count; i++)
		if (v->rows[i].normalized && !differences_have(&v->differences, DIFFERENCE_HOST)) {
			page_paragraph(
				page,
				"The control (process) itself is not as fast as before, so the host was not "
				"the same: other times are divided by it, block by block.");
			break;
		}
	floor_print(page, v);
	if (!v->comparable && !v->forced)
		page_paragraph(
			page,
			"Not comparable: no verdict. --force gives one in spite of the differences above.");
	else if (v->forced)
		page_paragraph(page,
			       "Cross-environment: the verdicts are about the differences above as well.");
	page_paragraph(page, "Worse: %zu, better: %zu of %zu headline comparisons%s.", v->regressions,
		       v->improvements, v->headline_count, isnan(v->threshold) ? "" : " (own threshold)");
}

static char *versus_page(const struct versus *v, const struct versus_names *names, bool all,
			 enum page_style style)
{
	char *text = NULL;
	size_t length = 0;
	struct page page = {.out = open_memstream(&text, &length), .style = style};

	page_title(&page, "tare compare");
	page_item(&page, "Before:", "%s", names->a);
	page_item(&page, "After:", "%s", names->b);
	page_gap(&page);
	differences_print(&page, v, false);
	for (size_t m = 0; m < metric_count; m++)
		if (metric_table[m].headline || all)
			metric_print(&page, v, &metric_table[m]);
	differences_print(&page, v, true);
	end_print(&page, v);
	page_finish(&page);
	(void)fclose(page.out);
	return text;
}

char *versus_text(const struct versus *versus, const struct versus_names *names, bool all)
{
	return versus_page(versus, names, all, PAGE_TEXT);
}

char *versus_markdown(const struct versus *versus, const struct versus_names *names, bool all)
{
	return versus_page(versus, names, all, PAGE_MARKDOWN);
}
