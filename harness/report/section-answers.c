/* SPDX-License-Identifier: Apache-2.0 */
/* What was asked and what came out: head, claims, numbers. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/analyze/pairs.h"
#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/report/sections.h"

enum units section_units(const struct metric *metric)
{
	return metric->unit == UNIT_NS ? UNITS_NS : UNITS_BYTES;
}

char *section_title(const struct json *plan)
{
	const char *name = json_text_of(json_path(plan, "run.scenario.name"), "run");
	const char *title = json_text_of(json_path(plan, "run.scenario.title"), "");

	return alloc_format("tare %s%s%s", name, *title ? ": " : "", title);
}

void section_head(struct page *page, const struct analysis *a)
{
	const struct json *run = json_get(a->recording->plan, "run"), *host = json_get(a->recording->host, "host");
	cleanup_free char *heading = section_title(a->recording->plan);
	int64_t cpus = json_int_of(json_path(host, "cpu.online_count"), 0);
	cleanup_free char *count = cpus > 0 ? alloc_format("%lld", (long long)cpus) : alloc_text("not recorded");
	double duration_ns = json_get_number(a->recording->end, "duration_ns", NAN);
	const char *kvm = *a->kvm_class ? a->kvm_class : "not recorded";
	char duration[UNITS_MAX];

	page_title(page, heading);
	page_paragraph(page, "%s; CPUs: %s; Linux %s; %sKVM: %s",
		       json_text_of(json_path(host, "cpu.model"), "CPU not recorded"), count,
		       json_text_of(json_path(host, "kernel.release"), "not recorded"),
		       json_bool_of(json_path(host, "virtualization.is_vm"), false) ? "itself a VM; " : "", kvm);
	page_paragraph(page, "Run %s, %s, %zu sample%s%s%s", json_get_text(run, "id", "without id"),
		       json_get_text(run, "started_utc", "time not recorded"), a->recording->briefs.count,
		       a->recording->briefs.count == 1 ? "" : "s",
		       isnan(duration_ns) ? "" : " in ",
		       isnan(duration_ns) ? "" : units_text(UNITS_NS, duration_ns, duration));
	if (!page_full(page))
		page_gap(page);
}

/* "starts-faster" to "Starts faster". */
static char *claim_title(const struct claim_result *claim)
{
	const char *usual = strcmp(claim->kind, "usual") ? "" : " (usual)";
	char *title = alloc_format("%s%s", claim->id, usual);

	title[0] = (char)toupper((unsigned char)title[0]);
	for (char *at = title; *at; at++)
		*at = *at == '-' ? ' ' : *at;
	return title;
}

static enum page_tone claim_tone(enum claim_verdict verdict)
{
	switch (verdict) {
	case CLAIM_SUPPORTED:
		return TONE_GOOD;
	case CLAIM_REFUTED:
		return TONE_BAD;
	case CLAIM_INCONCLUSIVE:
	case CLAIM_NOT_DECIDED:
		return TONE_OPEN;
	default:
		return TONE_PLAIN;
	}
}

static void claim_line(struct page *page, const struct claim_result *c)
{
	size_t length = strlen(c->because);
	bool has_dot = length && c->because[length - 1] == '.', full = page_full(page);
	cleanup_free char *title = claim_title(c);
	cleanup_free char *lead = full ? alloc_text(c->text) : alloc_format("%s:", title);
	cleanup_free char *verdict =
		alloc_format("%s%s", claim_verdict_name(c->verdict), length || full ? "" : ".");
	cleanup_free char *by = full ? alloc_format(" Decided by: %s.%s", c->measured_by,
						    strcmp(c->kind, "usual") ? "" : " Both sides as people use them.") :
				       alloc_text("");

	if (length)
		page_verdict(page, lead, verdict, claim_tone(c->verdict), "(%.*s).%s%s%s", (int)(length - has_dot),
			     c->because, *c->caveat ? " " : "", c->caveat, by);
	else
		page_verdict(page, lead, verdict, claim_tone(c->verdict), "%s%s", c->caveat, by);
}

/* "a, b", with one more; frees the old text. */
static char *list_more(char *list, char *item)
{
	char *more = alloc_format("%s%s%s", list ? list : "", list ? ", " : "", item);

	free(list);
	free(item);
	return more;
}

static bool claims_any(const struct analysis *a)
{
	for (size_t i = 0; i < a->claims.count; i++)
		if (a->claims.rows[i].verdict != CLAIM_NOT_MEASURED)
			return true;
	return false;
}

void section_claims(struct page *page, const struct analysis *a)
{
	bool any = claims_any(a), asked = any || !json_count(a->recording->experiments);
	char *left = NULL;

	page_heading(page, "Claims");
	if (!any && page_full(page))
		page_paragraph(page, "This run decides none of them; what each would need stands below.");
	for (size_t i = 0; i < a->claims.count; i++) {
		const struct claim_result *c = &a->claims.rows[i];
		bool brief = page_full(page) || strcmp(c->kind, "floor") != 0 || !asked;

		if (c->verdict != CLAIM_NOT_MEASURED || !brief)
			claim_line(page, c);
		else if (!page_full(page))
			left = list_more(left, claim_title(c));
	}
	if (left)
		page_item(page, "Not measured:", "%s", left);
	page_gap(page);
	free(left);
}

void section_claims_open(struct page *page, const struct analysis *a)
{
	bool headed = false;

	for (size_t i = 0; i < a->claims.count; i++) {
		const struct claim_result *c = &a->claims.rows[i];

		if (c->verdict != CLAIM_NOT_MEASURED)
			continue;
		if (!headed)
			page_heading(page, "Claims that this run did not measure");
		headed = true;
		page_item(page, c->text, "%s Decided by: %s.", c->caveat, c->measured_by);
	}
	if (headed)
		page_gap(page);
}

/* ", 1 timeout, 2 crash": everything that was tried and is not ok. */
static char *not_ok(const struct analysis_counts *counts)
{
	char *text = alloc_text("");

	for (size_t i = 0; i < SAMPLE_STATUS_COUNT; i++) {
		if (!counts->by_status[i] || i == SAMPLE_OK)
			continue;
		char *longer = alloc_format("%s%s%zu %s", text, *text ? ", " : "", counts->by_status[i],
					    sample_status_name((enum sample_status)i));

		free(text);
		text = longer;
	}
	return text;
}

static void summary_row(struct table *table, const struct analysis *a, const struct analysis_summary *sum)
{
	const struct analysis_subject *s = &a->subjects[sum->subject];
	enum units units = section_units(sum->metric);
	cleanup_free char *failures = not_ok(&s->counts[sum->metric->kind]);
	char value[UNITS_MAX], range[UNITS_MAX];

	table_add(table, "%s", s->title);
	if (!sum->count)
		table_add(table, "no value");
	else if (isinf(sum->stats.median))
		table_add(table, ">= %s", units_text(units, sum->timeout_ns, value));
	else
		table_add(table, "%s", units_text(units, sum->stats.median, value));
	table_add(table, "%s", sum->stats.ci.known ? units_interval(units, sum->stats.median, sum->stats.ci.lo,
								    sum->stats.ci.hi, range) :
						     "no interval");
	table_add(table, "%zu", sum->count);
	table_add(table, "%s", failures);
}

/* Flags of one number that a reader must see beside it: those that bend it. */
static void flags_cell(struct table *table, flag_set flags)
{
	char text[256] = "";

	for (size_t f = 0; f < FLAG_COUNT; f++)
		if (flags >> f & 1 && flag_table[f].severity != SEVERITY_NOTE) {
			size_t length = strlen(text);

			(void)snprintf(text + length, sizeof(text) - length, "%s%s", length ? " " : "",
				       flag_table[f].id);
		}
	table_add(table, "%s", text);
}

static void comparison_row(struct table *table, const struct analysis *a, const struct analysis_comparison *c)
{
	enum units units = section_units(c->metric_b);
	bool ratio = c->result.ratio_defined;
	const struct estimate *e = ratio ? &c->result.ratio : &c->result.difference;
	enum units shown = ratio ? UNITS_TIMES : units;
	char value[UNITS_MAX], range[UNITS_MAX];

	table_add(table, "%s", a->subjects[c->b].title);
	table_add(table, "%s", a->subjects[c->a].title);
	table_add(table, "%s%s", ratio || !(e->value > 0) ? "" : "+", units_text(shown, e->value, value));
	table_add(table, "%s",
		  e->ci.known ? units_interval(shown, e->value, e->ci.lo, e->ci.hi, range) : "no interval");
	table_add(table, "%zu", c->pairs);
	cleanup_free char *verdict = alloc_text(c->verdict_word);

	for (char *at = verdict; *at; at++)
		*at = *at == '_' ? ' ' : *at;
	table_add(table, "%s", verdict);
	flags_cell(table, c->flags);
}

static void more_rows(struct page *page, size_t rows)
{
	if (rows > SECTION_ROWS_MAX && !page_full(page))
		page_paragraph(page, "... and %zu rows more in report.md.\n", rows - SECTION_ROWS_MAX);
}

static bool fits(const struct page *page, size_t rows)
{
	return page_full(page) || rows <= SECTION_ROWS_MAX;
}

static void metric_numbers(struct page *page, const struct analysis *a, const struct metric *metric)
{
	struct table values = {.align = "srlrs"}, ratios = {.align = "ssrlrls"};
	cleanup_free char *heading = alloc_format("%s: median, %.0f %% interval", metric->title, a->confidence * 100);
	cleanup_free char *interval = alloc_format("%.0f %%", a->confidence * 100);
	size_t value_rows = 0, ratio_rows = 0, blocks = 0;

	heading[0] = (char)toupper((unsigned char)heading[0]);
	table_add(&values, "%s", "subject"), table_add(&values, "%s", "median"), table_add(&values, "%s", interval);
	table_add(&values, "%s", "n"), table_add(&values, "%s", "not ok");
	for (size_t i = 0; i < a->summary_count; i++)
		if (a->summaries[i].metric == metric && fits(page, ++value_rows))
			summary_row(&values, a, &a->summaries[i]);
	static const char *const heads[] = {"subject", "against", "ratio", NULL, "n", "verdict", "flags"};

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		table_add(&ratios, "%s", heads[i] ? heads[i] : interval);
	for (size_t i = 0; i < a->comparison_count; i++)
		if (a->comparisons[i].metric_b == metric) {
			if (a->comparisons[i].result.ratio_defined && a->comparisons[i].pairs > blocks)
				blocks = a->comparisons[i].pairs;
			if (fits(page, ++ratio_rows))
				comparison_row(&ratios, a, &a->comparisons[i]);
		}
	if (value_rows)
		page_heading(page, heading);
	page_table(page, &values);
	more_rows(page, value_rows);
	page_table(page, &ratios);
	more_rows(page, ratio_rows);
	note_too_few(page, blocks, pairs_tests(a, true));
}

void section_numbers(struct page *page, const struct analysis *a)
{
	for (size_t m = 0; m < metric_count; m++)
		if (metric_table[m].headline)
			metric_numbers(page, a, &metric_table[m]);
}
