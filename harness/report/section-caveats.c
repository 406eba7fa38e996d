/* SPDX-License-Identifier: Apache-2.0 */
/* What the reader must know beside the numbers: what is not equal, flags, findings of the doctor, failures. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/report/sections.h"
#include "harness/report/unequal.h"

#define NAMES_MAX 6
#define FAILURES_MAX 10

/* The name with its label. */
static const char *title_of(const struct analysis *a, const char *name)
{
	for (size_t i = 0; i < a->subject_count; i++)
		if (!strcmp(a->subjects[i].name, name))
			return a->subjects[i].title;
	return name;
}

/* "a, b and 3 more", from a JSON array of subjects' names; for free(). */
static char *names_text(const struct analysis *a, const struct json *names)
{
	size_t count = json_count(names), shown = 0;
	char *text = alloc_text("");

	for (const struct json *n = json_first(names); n && shown < NAMES_MAX; n = json_next(n), shown++) {
		char *longer = alloc_format("%s%s%s", text, *text ? ", " : "",
					    title_of(a, json_text_of(n, "")));

		free(text);
		text = longer;
	}
	if (count <= shown)
		return text;
	char *longer = alloc_format("%s and %zu more", text, count - shown);

	free(text);
	return longer;
}

void section_unequal(struct page *page, const struct analysis *a)
{
	struct json *rows = unequal_json(a);

	if (json_count(rows))
		page_heading(page, "Not equal between subjects");
	for (const struct json *row = json_first(rows); row; row = json_next(row)) {
		cleanup_free char *lead = alloc_format("%s:", json_get_text(row, "what", ""));
		char *text = alloc_text("");

		for (const struct json *v = json_first(json_get(row, "values")); v; v = json_next(v)) {
			cleanup_free char *names = names_text(a, json_get(v, "subjects"));
			char *longer = alloc_format("%s%s%s (%s)", text, *text ? "; " : "",
						    json_get_text(v, "value", "none"), names);

			free(text);
			text = longer;
		}
		page_item(page, lead, "%s", text);
		free(text);
	}
	if (json_count(rows))
		page_gap(page);
	json_free(rows);
}

static void flag_line(struct page *page, const struct analysis *a, size_t f)
{
	const struct analysis_flag *flag = &a->flags[f];
	struct json *names = json_array();

	for (size_t i = 0; i < flag->subject_count; i++)
		json_append(names, json_new_text(a->subjects[flag->subjects[i]].name));
	cleanup_free char *list = names_text(a, names);
	cleanup_free char *lead = *list ? alloc_format("%s (%s):", flag_table[f].id, list) :
					  alloc_format("%s:", flag_table[f].id);

	json_free(names);
	page_item(page, lead, "%s%s%s%s", flag_table[f].text, *flag->detail ? " (" : "", flag->detail,
		  *flag->detail ? ")" : "");
}

/* The ids of flags that are as wanted, in one line; `shown`: those that do not need a line of their own. */
static void flag_ids(struct page *page, const struct analysis *a, const char *lead, bool triggered, bool checked)
{
	char *text = alloc_text("");

	for (size_t f = 0; f < FLAG_COUNT; f++) {
		if (a->flags[f].triggered != triggered || a->flags[f].checked != checked)
			continue;
		if (triggered && flag_table[f].severity != SEVERITY_NOTE)
			continue;
		char *longer = alloc_format("%s%s%s", text, *text ? ", " : "", flag_table[f].id);

		free(text);
		text = longer;
	}
	if (*text)
		page_item(page, lead, "%s", text);
	free(text);
}

static void doctor_lines(struct page *page, const struct analysis *a)
{
	const struct json *rows = json_path(a->recording->host, "host.doctor");

	for (const struct json *row = json_first(rows); row; row = json_next(row)) {
		const char *level = json_get_text(row, "level", "");

		if (strcasecmp(level, "warn") && strcasecmp(level, "fail"))
			continue;
		cleanup_free char *lead = alloc_format("%s (%s):", json_get_text(row, "id", "?"),
						       json_get_text(row, "value", ""));
		const char *remedy = json_get_text(row, "remedy", "");
		bool full = page_full(page) && *remedy;

		page_item(page, lead, "%s%s%s", json_get_text(row, "message", ""), full ? "; remedy: " : "",
			  full ? remedy : "");
	}
}

void section_flags(struct page *page, const struct analysis *a)
{
	bool full = page_full(page);

	page_heading(page, "What bends these numbers");
	for (size_t f = 0; f < FLAG_COUNT; f++)
		if (a->flags[f].triggered && (full || flag_table[f].severity != SEVERITY_NOTE))
			flag_line(page, a, f);
	doctor_lines(page, a);
	if (!full)
		flag_ids(page, a, "Also:", true, true);
	page_gap(page);
	if (!full)
		return;
	flag_ids(page, a, "Checked, not triggered:", false, true);
	flag_ids(page, a, "Could not be checked:", false, false);
	page_gap(page);
}

static bool is_trouble(const struct brief *s)
{
	return !s->valid || s->has_residue || (s->status != SAMPLE_OK && s->status != SAMPLE_SKIPPED);
}

static void failure_line(struct page *page, const struct analysis *a, const struct sample *s)
{
	cleanup_free char *lead = alloc_format("sample %lld:", (long long)s->id);
	const char *status = s->status == SAMPLE_OK ? "" : sample_status_name(s->status);

	page_item(page, lead, "%s, %s block %lld%s%s%s%s%s%s%s%s%s%s%s", title_of(a, s->subject),
		  block_kind_name(s->kind), (long long)s->block, s->warmup ? " (warm-up)" : "",
		  *status ? ": " : "", status, *s->phase ? " in " : "", s->phase, *s->error ? ": " : "",
		  s->error, s->valid ? "" : "; not valid: ", s->valid ? "" : s->invalid_reason,
		  *s->residue ? "; left behind: " : "", s->residue);
}

static void skipped_lines(struct page *page, const struct analysis *a)
{
	size_t skipped = 0;

	for (size_t i = 0; i < a->subject_count; i++) {
		if (a->subjects[i].usable || (!page_full(page) && ++skipped > FAILURES_MAX))
			continue;
		cleanup_free char *lead = alloc_format("%s: skipped.", a->subjects[i].title);

		page_item(page, lead, "%s", a->subjects[i].reason);
	}
	if (skipped > FAILURES_MAX)
		page_item(page, "", "... and %zu more skipped", skipped - FAILURES_MAX);
}

static bool has_trouble(const struct analysis *a)
{
	for (size_t i = 0; i < a->subject_count; i++)
		if (!a->subjects[i].usable)
			return true;
	for (size_t i = 0; i < a->recording->briefs.count; i++)
		if (is_trouble(a->recording->briefs.list[i]))
			return true;
	return a->recording->torn_lines || a->orphans;
}

void section_failures(struct page *page, const struct analysis *a)
{
	const struct recording *r = a->recording;
	size_t failed = 0, limit = !page_full(page) ? FAILURES_MAX : 1000;

	if (!has_trouble(a))
		return;
	page_heading(page, "What did not work");
	skipped_lines(page, a);
	for (size_t i = 0; i < r->briefs.count; i++) {
		const struct brief *brief = r->briefs.list[i];
		struct sample sample;

		if (is_trouble(brief) && ++failed <= limit && !recording_sample(r, brief, &sample, &page->error))
			failure_line(page, a, &sample);
	}
	if (failed > limit)
		page_item(page, "", "... and %zu samples more, all in report.json", failed - limit);
	if (r->torn_lines)
		page_item(page, "", "The last line of the journal was incomplete and is left out.");
	if (a->orphans)
		page_item(page, "", "%zu samples are of subjects that the plan does not have; they are left out.",
			  a->orphans);
	page_gap(page);
}
