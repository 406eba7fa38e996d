/* SPDX-License-Identifier: Apache-2.0 */
/* Two claims about container engines and their images: a client and a daemon, and copy-on-write. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/analyze/claims-decide.h"
#include "harness/analyze/experiment-cow.h"
#include "harness/analyze/multiple.h"
#include "harness/analyze/pairs.h"
#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/units.h"

#define READY "request_to_ready_ns"

/* The subject of a runtime that is most like what it is without options, and has a start-up. */
static const struct analysis_summary *start_of(const struct analysis *a, const char *runtime)
{
	const struct analysis_summary *best = NULL;

	for (size_t i = 0; i < a->subject_count; i++) {
		const struct analysis_subject *s = &a->subjects[i];
		const struct analysis_summary *sum =
			strcmp(s->runtime, runtime) ? NULL : analysis_summary_find(a, READY, i);

		if (sum && sum->count && (!best || !strcmp(s->name, runtime)))
			best = sum;
	}
	return best;
}

static bool compare_starts(const struct analysis *a, const struct analysis_summary *x,
			   const struct analysis_summary *y, struct comparison *ret)
{
	cleanup_free double *left = alloc_zero(x->count, sizeof(*left)),
			    *right = alloc_zero(x->count, sizeof(*right));
	struct compare_data data = pairs_by_block(x, y, left, right);

	data.confidence = a->confidence;
	return data.x_count && compare_paired(&data, ret, NULL) == 0;
}

/* The client adds to the daemon, and the daemon to the runtime: then there are two of them besides it. */
void claim_decide_daemon(const struct analysis *a, struct claim_result *r)
{
	const struct analysis_summary *client = start_of(a, "docker-cli"), *daemon = start_of(a, "docker");
	const struct analysis_summary *alone =
		start_of(a, "crun") ? start_of(a, "crun") : start_of(a, "runc");
	struct comparison steps[2];
	double p[2];
	char first[UNITS_MAX], second[UNITS_MAX];

	if (!client || !daemon || !alone || !compare_starts(a, daemon, client, &steps[0]) ||
	    !compare_starts(a, alone, daemon, &steps[1]))
		return;
	for (size_t i = 0; i < 2; i++)
		p[i] = steps[i].p;
	multiple_holm(p, 2);
	r->caveat[0] = '\0';
	r->verdict = CLAIM_SUPPORTED;
	for (size_t i = 0; i < 2; i++) {
		enum verdict verdict = verdict_of(&steps[i], p[i], client->metric->band);

		if (verdict == VERDICT_LOWER || verdict == VERDICT_EQUIVALENT)
			r->verdict = CLAIM_REFUTED;
		else if (verdict != VERDICT_HIGHER && r->verdict == CLAIM_SUPPORTED)
			r->verdict = CLAIM_INCONCLUSIVE;
	}
	r->effect = steps[0].ratio;
	r->pairs = steps[0].x_count;
	(void)snprintf(r->effect_of, sizeof(r->effect_of), READY ": %.24s / %.24s",
		       a->subjects[client->subject].name, a->subjects[daemon->subject].name);
	(void)snprintf(
		r->because, sizeof(r->because),
		"A start through the client (%.32s) takes %s as long as over the daemon's socket (%.32s), "
		"and that %s as "
		"long as by the runtime alone (%.32s).",
		a->subjects[client->subject].title, units_text(UNITS_TIMES, steps[0].ratio.value, first),
		a->subjects[daemon->subject].title, units_text(UNITS_TIMES, steps[1].ratio.value, second),
		a->subjects[alone->subject].title);
}

/* A change is cheap where it allocates a small part of the file, and not where it copies most of it. */
#define CHEAP_PART 0.1
#define DEAR_PART 0.5
#define WRITES_MIN 3

static const struct cow_write *first_write(const struct analysis *a, const struct cow_write *writes,
					   size_t count, enum analysis_kind kind)
{
	for (size_t i = 0; i < count; i++)
		if (a->subjects[writes[i].subject].kind == kind && !strcmp(writes[i].target, "large") &&
		    !strcmp(writes[i].order, "first") && writes[i].file_bytes > 0 &&
		    writes[i].allocated_bytes.n >= WRITES_MIN)
			return &writes[i];
	return NULL;
}

static void decide_write(const struct analysis *a, const struct cow_write *container,
			 const struct cow_write *vm, struct claim_result *r)
{
	double part = container->allocated_bytes.median / container->file_bytes;
	char mine[UNITS_MAX], file[UNITS_MAX], took[UNITS_MAX], theirs[UNITS_MAX];

	r->verdict = part <= CHEAP_PART	 ? CLAIM_SUPPORTED
		     : part >= DEAR_PART ? CLAIM_REFUTED
					 : CLAIM_INCONCLUSIVE;
	r->effect = (struct estimate){part, container->allocated_bytes.ci};
	r->effect.ci.lo /= container->file_bytes;
	r->effect.ci.hi /= container->file_bytes;
	r->pairs = container->allocated_bytes.n;
	(void)snprintf(r->effect_of, sizeof(r->effect_of), "allocated bytes / file: %.32s",
		       a->subjects[container->subject].name);
	(void)snprintf(r->because, sizeof(r->because),
		       "One byte written to a file of %s of the image: %.40s allocates %s in %s.",
		       units_text(UNITS_BYTES, container->file_bytes, file),
		       a->subjects[container->subject].title,
		       units_text(UNITS_BYTES, container->allocated_bytes.median, mine),
		       units_text(UNITS_NS, container->latency_ns.median, took));
	r->caveat[0] = '\0';
	if (vm)
		(void)snprintf(r->caveat, sizeof(r->caveat),
			       "A VM copies blocks and not files: %.40s allocates %s.",
			       a->subjects[vm->subject].title,
			       units_text(UNITS_BYTES, vm->allocated_bytes.median, theirs));
}

void claim_decide_write(const struct analysis *a, struct claim_result *r)
{
	size_t count;
	struct cow_write *writes = cow_writes_make(a, &count);
	const struct cow_write *container = first_write(a, writes, count, KIND_CONTAINER);

	if (container)
		decide_write(a, container, first_write(a, writes, count, KIND_VM), r);
	free(writes);
}
