/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/analyze/pairs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/analyze/analysis.h"
#include "harness/analyze/multiple.h"
#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"

/* A metric of one side and what it is held against on the other. The accelerator has no part in the last row's span. */
#define RUNNING "request_to_running_ns"
#define WHOLE "request_to_ready_ns"

static bool comparable(const struct analysis_subject *a, const struct analysis_subject *b)
{
	return !strcmp(a->root, b->root) && !strcmp(a->class, b->class) && !analysis_is_control(a) &&
	       (a->kind == KIND_MOCK) == (b->kind == KIND_MOCK);
}

/* The first mock is the control of the mocks. */
static bool is_control(const struct analysis *analysis, size_t subject)
{
	const struct analysis_subject *s = &analysis->subjects[subject];

	return (s->kind == KIND_PROCESS || s->kind == KIND_MOCK) &&
	       analysis_plain(analysis, s->kind, s->root) == subject;
}

/* What was asked for, as text for free(); NULL: the plan does not say, or it is a mock, which is nothing twice. */
static char *asked_text(const struct analysis_subject *s)
{
	const struct json *asked = json_get(s->json, "asked");

	return s->kind != KIND_MOCK && json_is_object(asked) ? json_text(asked, false) : NULL;
}

/*
 * For each subject the first one that is the same under another name; SIZE_MAX: there is none before it. The noise of
 * host and method, and nothing else, is between the two (R1.4). For free().
 */
static size_t *twins_find(const struct analysis *analysis)
{
	size_t count = analysis->subject_count, *twin_of = alloc_zero(count + 1, sizeof(*twin_of));
	char **texts = alloc_zero(count + 1, sizeof(*texts));

	for (size_t b = 0; b < count; b++) {
		size_t a = 0;

		texts[b] = asked_text(&analysis->subjects[b]);
		while (a < b && !(texts[a] && texts[b] && !strcmp(texts[a], texts[b])))
			a++;
		twin_of[b] = a < b ? a : SIZE_MAX;
	}
	for (size_t i = 0; i < count; i++)
		free(texts[i]);
	free(texts);
	return twin_of;
}

/* `control`: whether a is one; asked once for all b. `twin`: the same subject as b under another name. */
static bool meets(const struct analysis *analysis, size_t a, bool control, size_t b, size_t twin)
{
	const struct analysis_subject *x = &analysis->subjects[a], *y = &analysis->subjects[b];

	if (a == b || !comparable(x, y))
		return false;
	return control || (x->kind == KIND_CONTAINER && y->kind == KIND_VM) || a == twin;
}

struct compare_data pairs_by_block(const struct analysis_summary *a, const struct analysis_summary *b, double *x,
				   double *y)
{
	size_t i = 0, j = 0, n = 0;

	while (i < a->count && j < b->count) {
		int64_t block_a = analysis_sample(a, i)->block, block_b = analysis_sample(b, j)->block;

		if (block_a < block_b) {
			i++;
		} else if (block_b < block_a) {
			j++;
		} else {
			x[n] = a->values[i++];
			y[n++] = b->values[j++];
		}
	}
	return (struct compare_data){.x = x, .y = y, .x_count = n, .y_count = n};
}

static int pair_compare(struct analysis *analysis, const struct analysis_summary *a, const struct analysis_summary *b,
			bool twins, struct error *err)
{
	cleanup_free double *x = alloc_zero(a->count, sizeof(*x)), *y = alloc_zero(a->count, sizeof(*y));
	struct compare_data data = pairs_by_block(a, b, x, y);
	struct analysis_comparison c = {
		.a = a->subject,
		.b = b->subject,
		.metric_a = a->metric,
		.metric_b = b->metric,
		.pairs = data.x_count,
		.twins = twins,
		.unpaired = a->count + b->count - 2 * data.x_count,
	};

	if (!c.pairs)
		return 0;
	data.confidence = analysis->confidence;
	int rc = compare_paired(&data, &c.result, err);

	if (rc < 0)
		return error_wrap(err, rc, "%s: %s and %s", b->metric->name, analysis->subjects[a->subject].name,
				  analysis->subjects[b->subject].name);
	c.p_holm = c.result.ratio_defined ? c.result.p : NAN;
	analysis->comparisons =
		alloc_grow(analysis->comparisons, analysis->comparison_count + 1, sizeof(*analysis->comparisons));
	analysis->comparisons[analysis->comparison_count++] = c;
	return 0;
}

static int subjects_compare(struct analysis *analysis, size_t a, size_t b, bool twins, struct error *err)
{
	for (size_t m = 0; m < metric_count; m++) {
		const char *name = metric_table[m].name;
		const char *against = strcmp(name, RUNNING) ? name : WHOLE;
		const struct analysis_summary *x = analysis_summary_find(analysis, against, a);
		const struct analysis_summary *y = analysis_summary_find(analysis, name, b);

		if (!x || !y || !x->count || !y->count)
			continue;
		int rc = pair_compare(analysis, x, y, twins, err);

		if (rc < 0)
			return rc;
	}
	return 0;
}

static size_t pairs_count(const struct analysis *analysis)
{
	size_t kinds[KIND_OTHER + 1] = {0};

	for (size_t i = 0; i < analysis->subject_count; i++)
		kinds[analysis->subjects[i].kind]++;
	return kinds[KIND_CONTAINER] * kinds[KIND_VM];
}

/* With very many subjects the VMs meet only the plain container: a table of a million rows answers nothing. */
static bool left_out(const struct analysis *analysis, size_t a)
{
	const struct analysis_subject *s = &analysis->subjects[a];

	return s->kind == KIND_CONTAINER && analysis_plain(analysis, KIND_CONTAINER, s->root) != a;
}

/*
 * Two families: the headline metrics, by which claims are decided, and all others. With one family each new
 * side metric would take away from what the few footprint blocks can show at all.
 */
static void holm_adjust(struct analysis *analysis, bool headline)
{
	cleanup_free double *p = alloc_zero(analysis->comparison_count, sizeof(*p));

	for (size_t i = 0; i < analysis->comparison_count; i++)
		p[i] = analysis->comparisons[i].metric_a->headline == headline ? analysis->comparisons[i].p_holm : NAN;
	multiple_holm(p, analysis->comparison_count);
	for (size_t i = 0; i < analysis->comparison_count; i++)
		if (analysis->comparisons[i].metric_a->headline == headline)
			analysis->comparisons[i].p_holm = p[i];
}

size_t pairs_tests(const struct analysis *analysis, bool headline)
{
	size_t count = 0;

	for (size_t i = 0; i < analysis->comparison_count; i++)
		count += analysis->comparisons[i].metric_a->headline == headline &&
			 analysis->comparisons[i].result.ratio_defined;
	return count;
}

void pairs_noise(const struct analysis *analysis, const struct analysis_comparison *c, struct noise *ret)
{
	const struct analysis_summary *a = analysis_summary_find(analysis, c->metric_a->name, c->a);
	const struct analysis_summary *b = analysis_summary_find(analysis, c->metric_b->name, c->b);
	cleanup_free double *x = alloc_zero(a->count, sizeof(*x)), *y = alloc_zero(a->count, sizeof(*y));
	struct compare_data data = pairs_by_block(a, b, x, y);

	noise_of(&data, true, ret);
}

/* What nobody reads a figure of is left alone: it takes milliseconds. */
static void powers_find(struct analysis *analysis)
{
	size_t tests[] = {pairs_tests(analysis, false), pairs_tests(analysis, true)};

	for (size_t i = 0; i < analysis->comparison_count; i++) {
		struct analysis_comparison *c = &analysis->comparisons[i];
		struct noise noise = {0};

		if (c->metric_b->headline)
			pairs_noise(analysis, c, &noise);
		c->power = power_of(&noise, &(struct power_question){
						    .tests = tests[c->metric_a->headline],
						    .band = c->metric_b->band,
						    .floor = c->floor,
					    });
		c->seen_blocks = power_blocks(&noise, POWER_EFFECT);
		noise_release(&noise);
	}
}

int pairs_compare(struct analysis *analysis, struct error *err)
{
	bool too_many = pairs_count(analysis) > ANALYSIS_PAIRS_MAX;
	cleanup_free size_t *twin_of = twins_find(analysis);

	for (size_t a = 0; a < analysis->subject_count; a++) {
		bool skip = too_many && left_out(analysis, a), control = is_control(analysis, a);

		for (size_t b = 0; b < analysis->subject_count; b++) {
			if (!meets(analysis, a, control, b, twin_of[b]))
				continue;
			analysis->comparisons_left_out += skip;
			int rc = skip ? 0 : subjects_compare(analysis, a, b, a == twin_of[b], err);

			if (rc < 0)
				return rc;
		}
	}
	holm_adjust(analysis, true);
	holm_adjust(analysis, false);
	floors_read(analysis, &analysis->floors);
	for (size_t i = 0; i < analysis->comparison_count; i++) {
		struct analysis_comparison *c = &analysis->comparisons[i];

		c->floor = c->twins ? NAN
				    : floors_between(&analysis->floors, analysis->subjects[c->a].runtime,
						     analysis->subjects[c->b].runtime, c->metric_b->name);
	}
	powers_find(analysis);
	return 0;
}

/* A footprint with kernel memory and one without it (the process has no cgroup that counts it) are no pair. */
static bool terms_differ(const struct analysis *analysis, const struct analysis_comparison *c)
{
	const double *a = analysis->subjects[c->a].memory_bytes, *b = analysis->subjects[c->b].memory_bytes;

	return !strcmp(c->metric_b->name, "memory_footprint_bytes") &&
	       isnan(a[MEMORY_cgroup_kernel]) != isnan(b[MEMORY_cgroup_kernel]);
}

void pairs_judge(struct analysis *analysis)
{
	for (size_t i = 0; i < analysis->comparison_count; i++) {
		struct analysis_comparison *c = &analysis->comparisons[i];
		bool failed = c->flags & ((flag_set)1 << FLAG_FAIL);

		failed |= terms_differ(analysis, c);
		c->verdict = failed ? VERDICT_NOT_COMPARABLE :
				      verdict_held(verdict_of(&c->result, c->p_holm, c->metric_b->band), &c->result,
						   c->floor);
		c->verdict_word = verdict_name(c->verdict, c->metric_b);
	}
}
