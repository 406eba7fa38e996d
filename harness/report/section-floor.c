/* SPDX-License-Identifier: Apache-2.0 */
/* How small an effect the numbers can show: by the noise of their own blocks, and of one subject under two
 * names. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>

#include "harness/analyze/alarms.h"
#include "harness/analyze/multiple.h"
#include "harness/analyze/pairs.h"
#include "harness/analyze/verdict.h"
#include "harness/report/sections.h"

#define PERCENT_MAX 64

/* "4.2 %", "31 %", "none": not even the largest, "not known" */
static const char *percent(double ratio, char text[PERCENT_MAX])
{
	if (isnan(ratio))
		(void)snprintf(text, PERCENT_MAX, "not known");
	else if (isinf(ratio))
		(void)snprintf(text, PERCENT_MAX, "none");
	else
		(void)snprintf(text, PERCENT_MAX, "%.*f %%", ratio < 0.0995 ? 1 : 0, ratio * 100);
	return text;
}

static const char *blocks_text(size_t blocks, char text[PERCENT_MAX])
{
	if (!blocks)
		(void)snprintf(text, PERCENT_MAX, "not known");
	else if (blocks == SIZE_MAX)
		(void)snprintf(text, PERCENT_MAX, "> 100000");
	else
		(void)snprintf(text, PERCENT_MAX, "%zu", blocks);
	return text;
}

static void explain(struct page *page, const struct analysis *a)
{
	page_heading(page, "How small an effect this run can show");
	page_paragraph(page,
		       "What would be found at least 9 times of 10 with the noise of these blocks: the smallest "
		       "effect that gets a verdict (beyond band and noise floor, adjusted for all comparisons of the "
		       "report), the smallest that is seen (a 95 %% interval without 1), and how many blocks it takes "
		       "until %.0f %% is seen. All three are on the safe side, as so few blocks leave open how large "
		       "the noise is. The noise floor is what this host calls different between a subject and itself "
		       "(%s%s).",
		       POWER_EFFECT * 100,
		       a->floors.measured_utc ? "tare doctor --deep of "
					      : "not known; tare doctor --deep measures it",
		       a->floors.measured_utc ? a->floors.measured_utc : "");
}

void note_too_few(struct page *page, size_t blocks, size_t tests)
{
	size_t needed = tests ? multiple_blocks(tests, VERDICT_P) : 0;

	if (!blocks || blocks >= needed)
		return;
	page_paragraph(page,
		       "%zu block%s and %zu comparison%s: no difference, however large, can get the verdict that it "
		       "is one (Holm); with %zu blocks it can.",
		       blocks, blocks == 1 ? "" : "s", tests, tests == 1 ? "" : "s", needed);
	page_gap(page);
}

/* Every comparison of a headline metric. */
void section_resolution(struct page *page, const struct analysis *a)
{
	static const char *const heads[] = {"metric", "subject",     "against",		"blocks",
					    "verdict from", "seen from", "blocks for 5 %", "noise floor"};
	struct table table = {.align = "sssrrrrr"};
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
		table_add(&table, "%s", percent(c->power.called, text));
		table_add(&table, "%s", percent(c->power.seen, text));
		table_add(&table, "%s", blocks_text(c->seen_blocks, text));
		table_add(&table, "%s", c->twins ? "is one" : percent(c->floor, text));
	}
	if (rows)
		explain(page, a);
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
