/* SPDX-License-Identifier: Apache-2.0 */
/* How small an effect the numbers can show: by the noise of their own blocks, and of one subject under two
 * names. */
#include <math.h>
#include <stdio.h>

#include "harness/analyze/alarms.h"
#include "harness/analyze/floor.h"
#include "harness/report/sections.h"

#define FLOOR_EFFECT 0.05 /* the size that is asked for by name */
#define PERCENT_MAX 64

/* "4.2 %", "0.031 %", "not known" */
static const char *percent(double ratio, char text[PERCENT_MAX])
{
	if (isnan(ratio))
		(void)snprintf(text, PERCENT_MAX, "not known");
	else
		(void)snprintf(text, PERCENT_MAX, "%.*f %%", ratio < 0.0995 ? 1 : 0, ratio * 100);
	return text;
}

static const char *blocks_for(const struct comparison *c, double effect, char text[PERCENT_MAX])
{
	size_t blocks = isnan(floor_spread(c)) ? SIZE_MAX : floor_blocks(floor_spread(c), effect);

	if (isnan(floor_spread(c)))
		(void)snprintf(text, PERCENT_MAX, "not known");
	else if (blocks == SIZE_MAX)
		(void)snprintf(text, PERCENT_MAX, "> 100000");
	else
		(void)snprintf(text, PERCENT_MAX, "%zu", blocks);
	return text;
}

/* Every comparison of a headline metric. */
void section_resolution(struct page *page, const struct analysis *a)
{
	static const char *const heads[] = {"metric",	       "subject",	 "against",    "blocks",
					    "smallest effect", "blocks for 5 %", "noise floor"};
	struct table table = {.align = "sssrrrr"};
	char text[PERCENT_MAX];
	size_t rows = 0;

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		table_add(&table, "%s", heads[i]);
	for (size_t i = 0; i < a->comparison_count; i++) {
		const struct analysis_comparison *c = &a->comparisons[i];

		if (!c->metric_b->headline || !c->result.ratio_defined)
			continue;
		rows++;
		table_add(&table, "%s", c->metric_b->title);
		table_add(&table, "%s", a->subjects[c->b].title);
		table_add(&table, "%s", a->subjects[c->a].title);
		table_add(&table, "%zu", c->pairs);
		table_add(&table, "%s", percent(floor_smallest(&c->result), text));
		table_add(&table, "%s", blocks_for(&c->result, FLOOR_EFFECT, text));
		table_add(&table, "%s", c->twins ? "is one" : percent(c->floor, text));
	}
	if (rows) {
		page_heading(page, "How small an effect this run can show");
		page_paragraph(
			page,
			"The smallest effect that these blocks would show 9 times of 10 at 95 %%, by their "
			"own noise; "
			"how many blocks an effect of 5 %% takes; and the noise floor: what this host calls "
			"different between a subject and itself (%s%s).",
			a->floors.measured_utc ? "tare doctor --deep of "
					       : "not known; tare doctor --deep measures it",
			a->floors.measured_utc ? a->floors.measured_utc : "");
	}
	page_table(page, &table);
}

/* One subject under two names: how often it is called different, without a delay and with one. */
void section_alarms(struct page *page, const struct analysis *a)
{
	static const char *const heads[] = {"subject twice", "blocks", "delay",
					    "faster",	     "slower", "interval without 1"};
	struct table table = {.align = "srrrrr"};
	char text[PERCENT_MAX];

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		table_add(&table, "%s", heads[i]);
	for (size_t i = 0; i < a->alarm_count; i++) {
		const struct alarms_row *row = &a->alarms[i];

		table_add(&table, "%s", a->subjects[row->b].runtime);
		table_add(&table, "%zu", row->blocks);
		table_add(&table, "%s", row->delay > 0 ? percent(row->delay, text) : "none");
		table_add(&table, "%u", row->found.faster);
		table_add(&table, "%u", row->found.slower);
		table_add(&table, "%u", row->found.without_1);
	}
	if (a->alarm_count) {
		page_heading(page, "False alarms, and delays that are found");
		page_paragraph(page,
			       "These blocks %d times, their labels dealt anew (seeds 1 to %d): how often "
			       "one subject is "
			       "called faster or slower than itself, without a delay and with one put into "
			       "its start-up.",
			       ALARMS_SEEDS, ALARMS_SEEDS);
	}
	page_table(page, &table);
}
