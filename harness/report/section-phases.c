/* SPDX-License-Identifier: Apache-2.0 */
/* What a start-up consists of: where its time goes in words, and the table of phases. */
#include <stdint.h>
#include <stdio.h>

#include "harness/analyze/parts.h"
#include "harness/report/sections.h"

#define NAMED_MAX 3	 /* parts that a sentence names */
#define NAMED_LEAST 0.05 /* of the whole, for the second and third */

/* "71 % the guest kernel, 14 % firmware and loading" */
static void shares_text(const struct part_share *shares, size_t count, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < count && i < NAMED_MAX && (!i || shares[i].ratio >= NAMED_LEAST) && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%.0f %% %s", i ? ", " : "",
					 shares[i].ratio * 100, part_name(shares[i].id));
}

/* What it is held against: a container for a VM, the bare process for a container. */
static size_t reference_of(const struct analysis *a, const struct analysis_subject *s)
{
	if (s->kind == KIND_VM)
		return analysis_plain(a, KIND_CONTAINER, s->root);
	return s->kind == KIND_CONTAINER ? analysis_plain(a, KIND_PROCESS, s->root) : SIZE_MAX;
}

static void subject_parts(struct page *page, const struct analysis *a, const struct analysis_subject *s)
{
	struct part_share shares[PART_COUNT];
	size_t count = parts_shares(s, shares), reference = reference_of(a, s);
	char text[256], whole[UNITS_MAX], gap[UNITS_MAX];

	if (!count)
		return;
	double whole_ns = (double)sample_span_ns(s->medoid, EVENT_REQUEST, EVENT_READY_OBS);

	shares_text(shares, count, text, sizeof(text));
	(void)units_text(UNITS_NS, whole_ns, whole);
	const struct analysis_subject *other = reference == SIZE_MAX ? NULL : &a->subjects[reference];

	count = other && other->medoid ? parts_gap(s, other, shares) : 0;
	if (!count || shares[0].ratio > 1) { /* the gap is less than one part: nothing explains it */
		page_item(page, s->title, "%s: %s.", whole, text);
		return;
	}
	double other_ns = (double)sample_span_ns(other->medoid, EVENT_REQUEST, EVENT_READY_OBS);

	page_item(page, s->title, "%s: %s. Of the %s that it takes longer than %s, %.0f %% is %s.", whole, text,
		  units_text(UNITS_NS, whole_ns - other_ns, gap), other->title, shares[0].ratio * 100,
		  part_name(shares[0].id));
}

void section_parts(struct page *page, const struct analysis *a)
{
	bool any = false;

	for (size_t i = 0; i < a->subject_count; i++)
		any |= a->subjects[i].medoid != NULL;
	if (!any)
		return;
	page_heading(page, "Where the time of a start-up goes");
	for (size_t i = 0; i < a->subject_count && (page_full(page) || i < SECTION_ROWS_MAX); i++)
		subject_parts(page, a, &a->subjects[i]);
	page_gap(page);
}

static void subject_phases(struct page *page, const struct analysis_subject *s)
{
	struct table table = {.align = "lllrrrr"};
	static const char *const heads[] = {"from", "to", "spent on", "middle sample", "error", "median", "n"};
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
		table_add(&table, "%s", part_name(part_of(s->kind, &phases[i])));
		table_add(&table, "%s", units_text(UNITS_NS, phases[i].medoid_ns, text));
		table_add(&table, "%s", units_text(UNITS_NS, phases[i].err_ns, text));
		table_add(&table, "%s", units_text(UNITS_NS, phases[i].median_ns, text));
		table_add(&table, "%zu", phases[i].n);
	}
	page_table(page, &table);
}

void section_phases(struct page *page, const struct analysis *a)
{
	page_heading(page, "Phases of the start-up");
	page_paragraph(page, "The phases of the middle sample (the one whose whole is the median) add up to its "
			     "start-up exactly; medians do not (R7.2). The error is that of both stamps together.");
	for (size_t i = 0; i < a->subject_count; i++)
		subject_phases(page, &a->subjects[i]);
}
