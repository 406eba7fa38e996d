/* SPDX-License-Identifier: Apache-2.0 */
/* Subjects, their counts and the summary of every metric. Comparisons are made in pairs.c. */
#include "harness/analyze/analysis.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/analyze/alarms.h"
#include "harness/analyze/footprint.h"
#include "harness/analyze/marginal.h"
#include "harness/analyze/pairs.h"
#include "harness/analyze/strays.h"
#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"

bool analysis_counts_in(const struct brief *sample)
{
	return sample->valid && !sample->warmup && sample->status != SAMPLE_SKIPPED &&
	       sample->status != SAMPLE_ABORTED;
}

static enum analysis_kind kind_of(const char *name)
{
	static const char *const names[] = {
		[KIND_PROCESS] = "process",
		[KIND_CONTAINER] = "container",
		[KIND_VM] = "vm",
		[KIND_MOCK] = "mock",
	};

	for (size_t i = 0; i < KIND_OTHER; i++)
		if (!strcmp(names[i], name))
			return (enum analysis_kind)i;
	return KIND_OTHER;
}

static void subject_fill(struct analysis_subject *s, const char *name, const struct json *json)
{
	s->name = name;
	s->json = json;
	s->label = json_get_text(json, "label", "");
	s->runtime = json_get_text(json, "runtime", "");
	s->root = json_get_text(json, "root", "image");
	s->class = json_get_text(json, "class", "plain");
	s->kind_name = json_get_text(json, "kind", "");
	s->kind = kind_of(s->kind_name);
	s->usable = json_get_bool(json, "usable", true);
	s->reason = json_get_text(json, "reason", "");
	bool cold = !strcmp(json_text_of(json_path(json, "asked.cache"), ""), "cold");

	(void)snprintf(s->title, sizeof(s->title),
		       cold && *s->label ? "%.64s (%.26s, cold)"
		       : cold		 ? "%.64s%s (cold)"
		       : *s->label	 ? "%.64s (%.32s)"
					 : "%.64s%s",
		       s->name, s->label);
	for (size_t i = 0; i < MEMORY_FIELD_COUNT; i++)
		s->memory_bytes[i] = NAN;
	for (size_t i = 0; i < DISK_ROW_COUNT; i++)
		s->disk[i].allocated_bytes = s->disk[i].apparent_bytes = NAN;
}

static int compare_names(const void *a, const void *b)
{
	const struct analysis_subject *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

/* For free(). */
static struct analysis_subject **subjects_sorted(const struct analysis *a)
{
	struct analysis_subject **sorted = alloc_zero(a->subject_count, sizeof(*sorted));

	for (size_t i = 0; i < a->subject_count; i++)
		sorted[i] = &a->subjects[i];
	qsort(sorted, a->subject_count, sizeof(sorted[0]), compare_names);
	return sorted;
}

static int subjects_read(struct analysis *a, struct error *err)
{
	size_t count = recording_subject_count(a->recording);

	a->subjects = alloc_zero(count + 1, sizeof(*a->subjects));
	a->subject_count = count;
	for (size_t i = 0; i < count; i++)
		subject_fill(&a->subjects[i], recording_subject_name(a->recording, i),
			     recording_subject(a->recording, i));
	cleanup_free struct analysis_subject **sorted = subjects_sorted(a);

	for (size_t i = 1; i < count; i++)
		if (!strcmp(sorted[i - 1]->name, sorted[i]->name))
			return error_input(err, "%s/" RECORDING_PLAN ": subjects: '%s' is there twice; each has a "
					   "name of its own", a->recording->folder, sorted[i]->name);
	return 0;
}

static int compare_samples(const void *a, const void *b)
{
	const struct brief *x = *(const struct brief *const *)a, *y = *(const struct brief *const *)b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->block != y->block)
		return x->block < y->block ? -1 : 1;
	return x->id == y->id ? 0 : x->id < y->id ? -1 : 1;
}

static size_t find_subject(struct analysis_subject *const *sorted, const struct analysis *a, const char *name)
{
	struct analysis_subject key = {.name = name}, *wanted = &key;
	struct analysis_subject *const *found =
		bsearch(&wanted, sorted, a->subject_count, sizeof(sorted[0]), compare_names);

	return found ? (size_t)(*found - a->subjects) : SIZE_MAX;
}

/* The order in which most journals have them anyway. */
static void samples_sort(const struct brief **samples, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (compare_samples(&samples[i - 1], &samples[i]) > 0) {
			qsort(samples, count, sizeof(samples[0]), compare_samples);
			return;
		}
}

/* A counting sort by subject, then each subject's own samples into order. */
static void subjects_index(struct analysis *a)
{
	const struct briefs *briefs = &a->recording->briefs;
	cleanup_free struct analysis_subject **sorted = subjects_sorted(a);
	cleanup_free size_t *owner = alloc_zero(briefs->count, sizeof(*owner));
	size_t used = 0;

	a->samples = alloc_zero(briefs->count, sizeof(*a->samples));
	for (size_t i = 0; i < briefs->count; i++) {
		owner[i] = find_subject(sorted, a, briefs->list[i]->shared->subject);
		if (owner[i] == SIZE_MAX)
			a->orphans++;
		else
			a->subjects[owner[i]].sample_count++;
	}
	for (size_t s = 0; s < a->subject_count; s++) {
		a->subjects[s].samples = a->samples + used;
		used += a->subjects[s].sample_count;
		a->subjects[s].sample_count = 0;
	}
	for (size_t i = 0; i < briefs->count; i++)
		if (owner[i] != SIZE_MAX)
			a->subjects[owner[i]].samples[a->subjects[owner[i]].sample_count++] = briefs->list[i];
	for (size_t s = 0; s < a->subject_count; s++)
		samples_sort(a->subjects[s].samples, a->subjects[s].sample_count);
}

static void counts_make(struct analysis_subject *s, double confidence)
{
	for (size_t i = 0; i < s->sample_count; i++) {
		const struct brief *row = s->samples[i];
		struct analysis_counts *c = &s->counts[row->kind];

		c->attempts++;
		if (!row->valid)
			c->invalid++;
		else if (row->warmup)
			c->warmup++;
		else
			c->by_status[row->status]++;
		if (!analysis_counts_in(row))
			continue;
		c->tried++;
		c->failed += row->status != SAMPLE_OK && row->status != SAMPLE_TIMEOUT;
		if (!s->identity && row->shared->has_identity && row->status == SAMPLE_OK)
			s->identity = row;
	}
	for (size_t k = 0; k < BLOCK_KIND_COUNT; k++)
		s->counts[k].failed_ci = stats_wilson(s->counts[k].failed, s->counts[k].tried, confidence);
}

static void summary_collect(struct analysis_summary *sum, const struct analysis_subject *subject)
{
	size_t count = subject->sample_count;

	sum->values = alloc_zero(count, sizeof(*sum->values));
	sum->of = subject->samples;
	sum->at = alloc_zero(count, sizeof(*sum->at));
	sum->timeout_ns = NAN;
	for (size_t i = 0; i < count; i++) {
		const struct brief *s = subject->samples[i];
		bool is_time = s->status == SAMPLE_OK || s->status == SAMPLE_TIMEOUT;

		if (s->kind != sum->metric->kind || !analysis_counts_in(s) || !is_time)
			continue;
		double value = sum->metric->value(s);

		if (isnan(value)) {
			sum->missing += s->status == SAMPLE_OK;
			continue;
		}
		int64_t timeout_ns = s->shared->timeout_ns;

		if (isinf(value) && timeout_ns != UNKNOWN && !(sum->timeout_ns <= (double)timeout_ns))
			sum->timeout_ns = (double)timeout_ns;
		sum->at[sum->count] = (uint32_t)i;
		sum->values[sum->count++] = value;
	}
}

/* The sample in the middle: its phases add up to a whole, which medians of phases do not. */
static const struct brief *middle_of(const struct analysis_summary *sum)
{
	if (!sum->count)
		return NULL;
	cleanup_free double *sorted = stats_sorted(sum->values, sum->count);
	double middle = sorted[(sum->count - 1) / 2];

	for (size_t i = 0; isfinite(middle) && i < sum->count; i++)
		if (sum->values[i] == middle)
			return analysis_sample(sum, i);
	return NULL;
}

static void summary_free(struct analysis_summary *sum)
{
	free(sum->values);
	free(sum->at);
}

/* Appends the summary of each metric that the subject has; of a headline metric also where all attempts
 * failed. */
static int summaries_make(struct analysis *a, size_t subject, struct error *err)
{
	struct analysis_subject *s = &a->subjects[subject];

	for (size_t m = 0; m < metric_count; m++) {
		const struct metric *metric = &metric_table[m];
		struct analysis_summary sum = {.metric = metric, .subject = subject};

		summary_collect(&sum, s);
		marginal_collect(a, &sum);
		if (!sum.count &&
		    (!metric_is_of_samples(metric) || !metric->headline || !s->counts[metric->kind].tried)) {
			summary_free(&sum);
			continue;
		}
		a->summaries = alloc_grow(a->summaries, a->summary_count + 1, sizeof(*a->summaries));
		a->summaries[a->summary_count++] = sum;
		int rc = stats_summary(sum.values, sum.count, a->confidence,
				       &a->summaries[a->summary_count - 1].stats, err);

		if (rc < 0)
			return error_wrap(err, rc, "%s of %s", metric->name, s->name);
		marginal_settle(a, &a->summaries[a->summary_count - 1]);
		if (!strcmp(metric->name, "request_to_ready_ns"))
			s->middle = middle_of(&sum);
	}
	return 0;
}

static int medoid_read(const struct recording *recording, struct analysis_subject *s, struct error *err)
{
	if (!s->middle)
		return 0;
	s->medoid = alloc_zero(1, sizeof(*s->medoid));
	return recording_sample(recording, s->middle, s->medoid, err);
}

static int subjects_weigh(struct analysis *a, struct error *err)
{
	subjects_index(a);
	int rc = strays_check(a, err);

	for (size_t i = 0; !rc && i < a->subject_count; i++) {
		counts_make(&a->subjects[i], a->confidence);
		footprint_make(&a->subjects[i]);
		rc = summaries_make(a, i, err);
		if (!rc)
			rc = medoid_read(a->recording, &a->subjects[i], err);
	}
	return rc;
}

static void header_read(struct analysis *a)
{
	const struct json *run = json_get(a->recording->plan, "run");
	double confidence = json_number_of(json_path(run, "design.confidence_ratio"), 0.95);

	a->confidence = confidence > 0 && confidence < 1 ? confidence : 0.95;
	a->seed = strtoull(json_get_text(run, "seed", "0"), NULL, 0);
	a->kvm_class = json_text_of(json_path(a->recording->host, "host.virtualization.kvm_class"), "");
}

int analysis_make(const struct recording *recording, struct analysis *ret_analysis, struct error *err)
{
	struct analysis a = {.recording = recording};

	header_read(&a);
	int rc = subjects_read(&a, err);

	if (rc == 0)
		rc = subjects_weigh(&a, err);
	if (rc == 0)
		rc = pairs_compare(&a, err);
	if (rc < 0) {
		analysis_release(&a);
		return rc;
	}
	fairness_detect(&a);
	pairs_judge(&a);
	a.alarms = alarms_of_twins(&a, &a.alarm_count);
	rc = claims_decide(&a, &a.claims, err);
	if (rc < 0)
		analysis_release(&a);
	else
		*ret_analysis = a;
	return rc;
}

void analysis_release(struct analysis *analysis)
{
	for (size_t i = 0; i < analysis->summary_count; i++)
		summary_free(&analysis->summaries[i]);
	fairness_release(analysis);
	free(analysis->summaries);
	free(analysis->comparisons);
	claims_release(&analysis->claims);
	free(analysis->alarms);
	free(analysis->samples);
	for (size_t i = 0; i < analysis->subject_count; i++)
		free(analysis->subjects[i].medoid);
	free(analysis->subjects);
	*analysis = (struct analysis){0};
}

const struct analysis_summary *analysis_summary_find(const struct analysis *analysis, const char *metric,
						     size_t subject)
{
	for (size_t i = 0; i < analysis->summary_count; i++)
		if (analysis->summaries[i].subject == subject &&
		    !strcmp(analysis->summaries[i].metric->name, metric))
			return &analysis->summaries[i];
	return NULL;
}

const struct analysis_comparison *analysis_comparison_find(const struct analysis *analysis,
							   const char *metric, size_t a, size_t b)
{
	for (size_t i = 0; i < analysis->comparison_count; i++) {
		const struct analysis_comparison *c = &analysis->comparisons[i];

		if (c->a == a && c->b == b && !strcmp(c->metric_b->name, metric))
			return c;
	}
	return NULL;
}

bool analysis_is_control(const struct analysis_subject *subject)
{
	return !strcmp(subject->class, SUBJECT_CONTROL);
}

size_t analysis_plain(const struct analysis *analysis, enum analysis_kind kind, const char *root)
{
	size_t first = SIZE_MAX;

	for (size_t i = 0; i < analysis->subject_count; i++) {
		const struct analysis_subject *s = &analysis->subjects[i];

		if (s->kind != kind || strcmp(s->root, root) ||
		    (strcmp(s->class, "plain") && kind != KIND_MOCK))
			continue;
		if (!strcmp(s->name, s->runtime))
			return i;
		if (first == SIZE_MAX)
			first = i;
	}
	return first;
}
