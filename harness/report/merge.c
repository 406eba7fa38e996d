/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/report/merge.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/model/digests.h"

/* "KVM by hardware", "TCG (software emulation)"...: what makes machines comparable. */
static char *kind_of(const struct analysis *a)
{
	bool is_vm = json_bool_of(json_path(a->recording->host, "host.virtualization.is_vm"), false);
	const char *label = "no VM measured";

	for (size_t i = 0; i < a->subject_count; i++)
		if (a->subjects[i].kind == KIND_VM && a->subjects[i].usable)
			label = *a->subjects[i].label ? a->subjects[i].label : "kvm";
	return alloc_format("%s%s", label, is_vm ? " inside a VM" : " on the hardware");
}

/* The boot tells machines of one type apart; an old recording has none. */
static char *machine_of(const struct recording *r)
{
	const char *id = json_text_of(json_path(r->plan, "run.boot_id"), "");

	return alloc_text(*id ? id : json_text_of(json_path(r->plan, "run.id"), "unknown"));
}

static void add_values(struct merge *merge, const struct analysis *a, const struct merge_run *run)
{
	for (size_t i = 0; i < a->summary_count; i++) {
		const struct analysis_summary *s = &a->summaries[i];

		if (!s->metric->headline || !s->count || !isfinite(s->stats.median))
			continue;
		merge->values = alloc_grow(merge->values, merge->value_count + 1, sizeof(*merge->values));
		merge->values[merge->value_count++] = (struct merge_value){
			.kind = alloc_text(run->kind),
			.subject = alloc_text(a->subjects[s->subject].title),
			.machine = alloc_text(run->machine),
			.metric = s->metric,
			.value = s->stats.median,
		};
	}
}

static bool is_twice(const struct merge *merge, const char *id)
{
	for (size_t i = 0; i + 1 < merge->run_count; i++)
		if (merge->runs[i].taken && !strcmp(merge->runs[i].id, id))
			return true;
	return false;
}

/* Fills what the recording knows; returns why the run cannot be taken, or "". */
static char *take(struct merge *merge, struct merge_run *run, struct recording *recording)
{
	struct analysis analysis;
	struct error err = {0};

	run->id = alloc_text(json_text_of(json_path(recording->plan, "run.id"), "unknown"));
	run->machine = machine_of(recording);
	run->cpu = alloc_text(json_text_of(json_path(recording->host, "host.cpu.model"), "not recorded"));
	run->samples = recording->briefs.count;
	if (is_twice(merge, run->id))
		return alloc_text("is there twice, counted once");
	if (analysis_make(recording, &analysis, &err) < 0)
		return alloc_text(err.text);
	run->kind = kind_of(&analysis);
	run->taken = true;
	add_values(merge, &analysis, run);
	analysis_release(&analysis);
	cleanup_free char *changed = digests_check(run->folder);

	return *changed ? alloc_format("changed after the run: %s", changed) : alloc_text("");
}

void merge_add(struct merge *merge, const char *folder)
{
	struct recording recording;
	struct error err = {0};

	merge->runs = alloc_grow(merge->runs, merge->run_count + 1, sizeof(*merge->runs));
	struct merge_run *run = &merge->runs[merge->run_count++];

	*run = (struct merge_run){.folder = alloc_text(folder)};
	if (recording_load(folder, &recording, &err) < 0) {
		run->trouble = alloc_text(err.text);
		return;
	}
	run->trouble = take(merge, run, &recording);
	recording_release(&recording);
}

static int compare_group(const struct merge_value *x, const struct merge_value *y)
{
	int order = x->metric < y->metric ? -1 : x->metric > y->metric;

	if (!order)
		order = strcmp(x->kind, y->kind);
	return order ? order : strcmp(x->subject, y->subject);
}

static int by_machine(const void *a, const void *b)
{
	const struct merge_value *x = a, *y = b;
	int order = compare_group(x, y);

	if (!order)
		order = strcmp(x->machine, y->machine);
	return order ? order : (x->value > y->value) - (x->value < y->value);
}

static int by_value(const void *a, const void *b)
{
	const struct merge_value *x = a, *y = b;

	return (x->value > y->value) - (x->value < y->value);
}

static void value_release(struct merge_value *value)
{
	free(value->kind);
	free(value->subject);
	free(value->machine);
}

/* Several runs of a machine become one value, their lower median. */
static void one_a_machine(struct merge *merge)
{
	size_t kept = 0;

	for (size_t i = 0, next; i < merge->value_count; i = next) {
		for (next = i + 1; next < merge->value_count; next++)
			if (compare_group(&merge->values[i], &merge->values[next]) ||
			    strcmp(merge->values[i].machine, merge->values[next].machine) != 0)
				break;
		size_t middle = i + (next - i - 1) / 2;
		struct merge_value chosen = merge->values[middle];

		for (size_t k = i; k < next; k++)
			if (k != middle)
				value_release(&merge->values[k]);
		merge->values[kept++] = chosen;
	}
	merge->value_count = kept;
}

struct merge_group *merge_groups(struct merge *merge, size_t *ret_count)
{
	struct merge_group *groups = NULL;
	size_t count = 0;

	if (merge->value_count)
		qsort(merge->values, merge->value_count, sizeof(*merge->values), by_machine);
	one_a_machine(merge);
	for (size_t i = 0, next; i < merge->value_count; i = next) {
		for (next = i + 1; next < merge->value_count; next++)
			if (compare_group(&merge->values[i], &merge->values[next]))
				break;
		qsort(&merge->values[i], next - i, sizeof(*merge->values), by_value);
		const struct merge_value *first = &merge->values[i];
		size_t n = next - i;

		groups = alloc_grow(groups, count + 1, sizeof(*groups));
		groups[count] = (struct merge_group){
			.first = first,
			.count = n,
			.median = (first[(n - 1) / 2].value + first[n / 2].value) / 2,
			.least = first[0].value,
			.most = first[n - 1].value,
		};
		count++;
	}
	*ret_count = count;
	return groups;
}

void merge_release(struct merge *merge)
{
	for (size_t i = 0; i < merge->run_count; i++) {
		struct merge_run *run = &merge->runs[i];

		free(run->folder), free(run->id), free(run->kind), free(run->cpu), free(run->machine);
		free(run->trouble);
	}
	for (size_t i = 0; i < merge->value_count; i++)
		value_release(&merge->values[i]);
	free(merge->runs);
	free(merge->values);
	*merge = (struct merge){0};
}
