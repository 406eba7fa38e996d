/* SPDX-License-Identifier: Apache-2.0 */
/* After how much life, and after how many requests, an instance's start-up no longer counts. */
#include <math.h>
#include <stdlib.h>

#include "harness/analyze/break-even.h"
#include "harness/base/cleanup.h"
#include "harness/base/units.h"
#include "harness/report/experiments.h"

/* A summary's median and its interval, divided by a part. */
static void add_divided(struct json *row, const char *value, const char *interval, const struct stats_summary *stats,
			double part)
{
	struct json *ci = json_array();

	json_add_number(row, value, stats->n ? stats->median / part : NAN);
	if (!stats->n || !stats->ci.known) {
		json_free(ci);
		json_add_null(row, interval);
		return;
	}
	json_append(ci, json_new_number(stats->ci.lo / part));
	json_append(ci, json_new_number(stats->ci.hi / part));
	json_add(row, interval, ci);
}

struct json *json_of_break_even(const struct analysis *analysis)
{
	size_t count;
	cleanup_free struct break_even *rows = break_even_make(analysis, &count);
	struct json *list = json_array();

	for (size_t i = 0; i < count; i++) {
		struct json *row = json_object(), *parts = json_array();

		json_add_text(row, "subject", analysis->subjects[rows[i].subject].name);
		json_add(row, "start_ns", json_of_stats(&rows[i].start_ns));
		json_add_text(row, "request", rows[i].request ? rows[i].request->name : NULL);
		for (size_t k = 0; k < BREAK_EVEN_PARTS; k++) {
			struct json *part = json_object();

			json_add_number(part, "part", break_even_parts[k]);
			add_divided(part, "life_ns", "life_ci_ns", &rows[i].start_ns, break_even_parts[k]);
			add_divided(part, "requests", "requests_ci", &rows[i].start_requests, break_even_parts[k]);
			json_append(parts, part);
		}
		json_add(row, "parts", parts);
		json_append(list, row);
	}
	return list;
}

/* "35.1 s [33.2, 37.0]"; the interval only where there is room. */
static void add_cell(struct table *table, bool room, const struct stats_summary *stats, double part)
{
	char value[UNITS_MAX], range[UNITS_MAX];

	(void)units_text(UNITS_NS, stats->median / part, value);
	if (!stats->n)
		table_add(table, "%s", "");
	else if (!room || !stats->ci.known)
		table_add(table, "%s", value);
	else
		table_add(table, "%s %s", value,
			  units_interval(UNITS_NS, stats->median / part, stats->ci.lo / part, stats->ci.hi / part,
					 range));
}

static void add_requests(struct table *table, bool room, const struct stats_summary *stats, double part)
{
	char value[UNITS_MAX], low[UNITS_MAX], high[UNITS_MAX];

	if (!stats->n) {
		table_add(table, "%s", "");
		return;
	}
	(void)units_count((unsigned long long)ceil(stats->median / part), value);
	if (!room || !stats->ci.known)
		table_add(table, "%s", value);
	else
		table_add(table, "%s [%s, %s]", value, units_count((unsigned long long)floor(stats->ci.lo / part), low),
			  units_count((unsigned long long)ceil(stats->ci.hi / part), high));
}

static void table_of(struct page *page, const struct analysis *analysis, const struct break_even *rows, size_t count,
		     bool requests)
{
	struct table table = {.align = "lrrrr"};

	table_add(&table, "subject");
	table_add(&table, "start-up");
	for (size_t k = 0; k < BREAK_EVEN_PARTS; k++)
		table_add(&table, "%.0f %% of it", break_even_parts[k] * 100);
	for (size_t i = 0; i < count; i++) {
		table_add(&table, "%s", analysis->subjects[rows[i].subject].title);
		add_cell(&table, true, &rows[i].start_ns, 1);
		for (size_t k = 0; k < BREAK_EVEN_PARTS; k++)
			if (requests)
				add_requests(&table, page_full(page), &rows[i].start_requests, break_even_parts[k]);
			else
				add_cell(&table, page_full(page), &rows[i].start_ns, break_even_parts[k]);
	}
	page_table(page, &table);
}

void section_break_even(struct page *page, const struct analysis *analysis)
{
	size_t count;
	cleanup_free struct break_even *rows = break_even_make(analysis, &count);

	page_heading(page, "How long until the start-up no longer counts");
	page_paragraph(page, "The life of an instance after which its start-up is that part of it; medians over the "
			     "instances that worked, with %.0f %% intervals.",
		       analysis->confidence * 100);
	table_of(page, analysis, rows, count, false);
	if (!count || !rows[0].request)
		return;
	page_paragraph(page, "The same in requests (%s), one after another, each as long as in that subject.",
		       rows[0].request->operation);
	table_of(page, analysis, rows, count, true);
}
