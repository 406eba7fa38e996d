/* SPDX-License-Identifier: Apache-2.0 */
/* Every attempt as a row. report.json, report.csv and the journal have all of each; here is what can be read. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/report/sections.h"

/* "ok", "timeout in ready: what was said", "ok; warm-up". */
static char *state_text(const struct sample *s)
{
	return alloc_format("%s%s%s%s%s%s%s%s", sample_status_name(s->status), *s->phase ? " in " : "", s->phase,
			    *s->error ? ": " : "", s->error, s->warmup ? "; warm-up, not counted" : "",
			    s->valid ? "" : "; not valid: ", s->valid ? "" : s->invalid_reason);
}

static void sample_row(struct table *table, const char *title, const struct sample *s)
{
	cleanup_free char *state = state_text(s);
	char text[UNITS_MAX];

	table_add(table, "%lld", (long long)s->id);
	table_add(table, "%s", title);
	table_add(table, "%s", block_kind_name(s->kind));
	table_add(table, "%lld.%lld", (long long)s->block, (long long)s->position);
	for (size_t m = 0; m < metric_count; m++) {
		const struct metric *metric = &metric_table[m];
		double value = metric->kind == s->kind ? metric_of_sample(metric, s) : NAN;

		if (metric->headline && metric_is_of_samples(metric))
			table_add(table, "%s", isfinite(value) ? units_text(section_units(metric), value, text) : "");
	}
	table_add(table, "%s", state);
}

static const char *title_of(const struct analysis *a, const struct sample *s)
{
	for (size_t i = 0; i < a->subject_count; i++)
		if (!strcmp(a->subjects[i].name, s->subject))
			return a->subjects[i].title;
	return s->subject;
}

void section_samples(struct page *page, const struct analysis *a)
{
	static const char *const heads[] = {"sample", "subject", "kind", "block"};
	const struct recording *r = a->recording;
	size_t shown = r->briefs.count < SECTION_SAMPLES_MAX ? r->briefs.count : SECTION_SAMPLES_MAX;
	char align[32] = "rllr";
	struct table table = {.align = align};
	size_t columns = strlen(align);

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		table_add(&table, "%s", heads[i]);
	for (size_t m = 0; m < metric_count; m++)
		if (metric_table[m].headline && metric_is_of_samples(&metric_table[m]) && columns + 2 < sizeof(align)) {
			table_add(&table, "%s", metric_table[m].title);
			align[columns++] = 'r';
		}
	align[columns] = 'l';
	table_add(&table, "state");
	for (size_t i = 0; i < shown; i++) {
		struct sample sample;

		if (recording_sample(r, r->briefs.list[i], &sample, &page->error) < 0)
			break;
		sample_row(&table, title_of(a, &sample), &sample);
	}
	page_heading(page, "All samples");
	page_paragraph(page, "Every attempt in the order in which they ran, also those that failed or do not count. "
			     "Block: number and place in it. More of each is in samples.jsonl.");
	page_table(page, &table);
	if (shown < r->briefs.count)
		page_paragraph(page, "... and %zu samples more in samples.jsonl; `tare report DIR --format csv` prints "
				     "all of them as a table.", r->briefs.count - shown);
}
