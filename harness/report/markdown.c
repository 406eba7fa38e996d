/* SPDX-License-Identifier: Apache-2.0 */
/* report.md: the summary, and what a reader needs who was not there: host, phases, charts, definitions. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/analyze/phases.h"
#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/report/plot.h"
#include "harness/report/report.h"
#include "harness/report/sections.h"

/* report_make() writes the charts' scripts before this: there is one where the analysis has numbers for the chart. */
static void section_charts(struct page *page, const struct analysis *a)
{
	bool headed = false;

	for (size_t i = 0; i < plot_count; i++) {
		cleanup_free char *script =
			alloc_format("%s/" PLOT_FOLDER "/%s.gp", a->recording->folder, plot_table[i].name);

		if (!file_exists(script))
			continue;
		if (!headed)
			page_heading(page, "Charts");
		headed = true;
		(void)fprintf(page->out, "![%s](" PLOT_FOLDER "/%s.svg)\n\n", plot_table[i].title,
			      plot_table[i].name);
	}
}

static void subject_phases(struct page *page, const struct analysis_subject *s)
{
	struct table table = {.align = "llrrr"};
	static const char *const heads[] = {"from", "to", "middle sample", "median", "n"};
	struct phase phases[EVENT_COUNT];
	size_t count = phases_of(s, phases);
	char text[UNITS_MAX];

	if (!count)
		return;
	page_paragraph(page, "%s", s->title);
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		table_add(&table, "%s", heads[i]);
	for (size_t i = 0; i < count; i++) {
		table_add(&table, "%s", event_name(phases[i].from));
		table_add(&table, "%s", event_name(phases[i].to));
		table_add(&table, "%s", units_text(UNITS_NS, phases[i].medoid_ns, text));
		table_add(&table, "%s", units_text(UNITS_NS, phases[i].median_ns, text));
		table_add(&table, "%zu", phases[i].n);
	}
	page_table(page, &table);
}

static void section_phases(struct page *page, const struct analysis *a)
{
	page_heading(page, "Phases of the start-up");
	page_paragraph(page, "The phases of the middle sample (the one whose whole is the median) add up to its "
			     "start-up exactly; medians do not (R7.2).");
	for (size_t i = 0; i < a->subject_count; i++)
		subject_phases(page, &a->subjects[i]);
}

/* One table of numbers of each subject: a row for each field that any subject has. */
static void weights_table(struct page *page, const struct analysis *a, const char *const *names, size_t count,
			  double (*value)(const struct analysis_subject *, size_t))
{
	struct table table = {.align = "llr"};
	char text[UNITS_MAX];

	table_add(&table, "subject"), table_add(&table, "part"), table_add(&table, "median");
	for (size_t i = 0; i < a->subject_count; i++)
		for (size_t k = 0; k < count; k++) {
			double bytes = value(&a->subjects[i], k);

			if (isnan(bytes))
				continue;
			table_add(&table, "%s", a->subjects[i].title);
			table_add(&table, "%s", names[k]);
			table_add(&table, "%s", units_text(UNITS_BYTES, bytes, text));
		}
	page_table(page, &table);
}

static double memory_value(const struct analysis_subject *s, size_t field)
{
	return s->memory_bytes[field];
}

static double disk_value(const struct analysis_subject *s, size_t row)
{
	return s->disk[row].allocated_bytes;
}

static void section_weights(struct page *page, const struct analysis *a)
{
	static const char *const fields[] = {
#define FIELD_TEXT(member, key, text) key ": " text,
		SAMPLE_MEMORY_FIELDS(FIELD_TEXT)
#undef FIELD_TEXT
	};
	const char *rows[DISK_ROW_COUNT];

	for (size_t i = 0; i < DISK_ROW_COUNT; i++)
		rows[i] = disk_row_name((enum disk_row)i);
	page_heading(page, "Memory of one idle instance, every lens");
	weights_table(page, a, fields, MEMORY_FIELD_COUNT, memory_value);
	page_heading(page, "Disk, allocated bytes");
	weights_table(page, a, rows, DISK_ROW_COUNT, disk_value);
}

static void host_value(struct table *table, const char *key, const struct json *value)
{
	cleanup_free char *text = json_is_text(value) ? alloc_text(json_text_of(value, "")) :
				  json_is_null(value) ? alloc_text("not recorded") :
							json_text(value, false);

	table_add(table, "%s", key);
	table_add(table, "%s", text);
}

/* Everything in host.json that is not the doctor's, one level deep. */
static void section_host(struct page *page, const struct analysis *a)
{
	const struct json *host = json_get(a->recording->host, "host");
	struct table table = {.align = "ll"};

	table_add(&table, "fact"), table_add(&table, "value");
	for (const struct json *group = json_first(host); group; group = json_next(group)) {
		if (!strcmp(json_key(group), "doctor"))
			continue;
		if (!json_is_object(group)) {
			host_value(&table, json_key(group), group);
			continue;
		}
		for (const struct json *row = json_first(group); row; row = json_next(row)) {
			cleanup_free char *key = alloc_format("%s.%s", json_key(group), json_key(row));

			host_value(&table, key, row);
		}
	}
	page_heading(page, "Host");
	page_table(page, &table);
}

static void section_doctor(struct page *page, const struct analysis *a)
{
	static const char *const keys[] = {"id", "level", "value", "message", "remedy"};
	const struct json *rows = json_path(a->recording->host, "host.doctor");
	struct table table = {.align = "lllll"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		table_add(&table, "%s", keys[i]);
	for (const struct json *row = json_first(rows); row; row = json_next(row))
		for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
			table_add(&table, "%s", json_get_text(row, keys[i], ""));
	if (json_count(rows))
		page_heading(page, "Doctor");
	page_table(page, &table);
}

/* What each number is; the rules are those of the method's specification. */
static void section_definitions(struct page *page, const struct analysis *a)
{
	static const struct {
		const char *what, *text;
	} rows[] = {
		{"start-up",
		 "from `request`, stamped by the harness before the first action for this instance, to `ready_obs`, "
		 "when it has the payload's ready byte: one clock, one observer, no correction (1.2, R1.28)"},
		{"start-up to the first guest instruction",
		 "from `request` to the start of the virtual CPUs: what the accelerator has no part in (1.5)"},
		{"memory of one idle instance",
		 "sum of Pss, kernel memory of the cgroup and private page cache, once settled (2.1, R2.4)"},
		{"disk of one instance",
		 "allocated bytes of the instance's own layer at ready, after syncfs (R3.1, R3.4)"},
		{"median and interval", "exact, from order statistics; no normal data assumed (5.2)"},
		{"ratio", "Hodges-Lehmann on logarithms of values paired by block, interval from signed ranks (5.3)"},
		{"verdict",
		 "interval against a band of 5 %, p adjusted over all comparisons of the report (Holm; 5.5)"},
		{"timeout", "counts as longer than every other value; other failures are counted, not timed (R5.10)"},
		{"warm-up", "kept in the journal, in no statistic (R5.2)"},
	};

	page_heading(page, "How each number is defined");
	page_paragraph(page, "Numbers in brackets are the rules of the method, version %lld.",
		       (long long)json_get_int(a->recording->plan, "method_version", METHOD_VERSION));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		(void)fprintf(page->out, "- **%s**: %s\n", rows[i].what, rows[i].text);
	page_gap(page);
}

char *report_markdown(const struct analysis *analysis, struct error *err)
{
	static void (*const sections[])(struct page *, const struct analysis *) = {
		section_head,	 section_claims, section_numbers,  section_charts, section_flags,
		section_unequal, section_failures, section_phases, section_weights, section_doctor,
		section_host,	 section_definitions,
	};
	char *text = NULL;
	size_t length = 0;
	struct page page = {open_memstream(&text, &length), PAGE_MARKDOWN};

	(void)err;
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		sections[i](&page, analysis);
	(void)fclose(page.out);
	return text;
}
