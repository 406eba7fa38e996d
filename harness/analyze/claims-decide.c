/* SPDX-License-Identifier: Apache-2.0 */
/* From comparisons and identities to a verdict, a sentence and what the reader must know beside it. */
#include "harness/analyze/claims-decide.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/units.h"

#define SAY(field, ...) say(field, sizeof(field), __VA_ARGS__)

/* Appends a sentence. */
__attribute__((format(printf, 3, 4))) static void say(char *text, size_t size, const char *format, ...)
{
	size_t length = strlen(text);
	va_list args;

	if (length && length + 1 < size) {
		text[length++] = ' ';
		text[length] = '\0';
	}
	va_start(args, format);
	(void)vsnprintf(text + length, size - length, format, args);
	va_end(args);
}

/* "1 240 times [1 190, 1 300]" */
static const char *times_text(const struct estimate *e, char text[2 * UNITS_MAX])
{
	char value[UNITS_MAX], range[UNITS_MAX];

	if (isinf(e->value)) {
		(void)snprintf(text, 2 * UNITS_MAX, "half of the starts or more timed out");
		return text;
	}
	(void)units_text(UNITS_TIMES, e->value, value);
	(void)units_interval(UNITS_TIMES, e->value, e->ci.lo, e->ci.hi, range);
	(void)snprintf(text, 2 * UNITS_MAX, "%s %s", value, e->ci.known ? range : "(no interval)");
	return text;
}

static void not_measured(struct claim_result *r, const struct sides *s, const char *what)
{
	const struct analysis_subject *const both[] = {s->container, s->vm};

	r->verdict = CLAIM_NOT_MEASURED;
	r->effect = r->amount = NO_ESTIMATE;
	SAY(r->caveat, "%s", what);
	for (size_t i = 0; i < 2; i++)
		if (!both[i]->usable)
			SAY(r->caveat, "%s was skipped: %.160s.", both[i]->title, both[i]->reason);
}

/* Where the blocks are too few for an interval or for a small p, values that lie far apart still decide. */
#define CLEAR_RATIO 2.0
#define CLEAR_PAIRS 3
#define CLEAR_TEXT "Every value of one is at least twice every value of the other."

static bool clearly_above(const struct analysis_summary *a, const struct analysis_summary *b)
{
	return a->count >= CLEAR_PAIRS && b->count >= CLEAR_PAIRS && b->stats.min > 0 && isfinite(a->stats.max) &&
	       b->stats.min >= CLEAR_RATIO * a->stats.max;
}

/* Does the VM need more? Says so in the caveat where it is not the comparison's verdict that decides. */
static enum claim_verdict vm_needs_more(const struct sides *s, const struct analysis_comparison *c,
					struct claim_result *r)
{
	const struct analysis_summary *a = analysis_summary_find(s->analysis, c->metric_a->name, s->c);
	const struct analysis_summary *b = analysis_summary_find(s->analysis, c->metric_b->name, s->v);

	if (c->flags >> FLAG_FAIL & 1 || c->flags >> FLAG_BUILD & 1)
		return CLAIM_INCONCLUSIVE;
	if (c->verdict == VERDICT_HIGHER)
		return CLAIM_SUPPORTED;
	if (c->verdict == VERDICT_LOWER || c->verdict == VERDICT_EQUIVALENT)
		return CLAIM_REFUTED;
	if (!clearly_above(a, b) && !clearly_above(b, a))
		return CLAIM_INCONCLUSIVE;
	SAY(r->caveat, CLEAR_TEXT);
	return clearly_above(a, b) ? CLAIM_SUPPORTED : CLAIM_REFUTED;
}

static void take_effect(struct claim_result *r, const struct sides *s, const struct analysis_comparison *c)
{
	r->effect = c->result.ratio;
	r->pairs = c->pairs;
	(void)snprintf(r->effect_of, sizeof(r->effect_of), "%s: %.24s / %.24s", c->metric_b->name, s->vm->name,
		       s->container->name);
	if (c->flags >> FLAG_FAIL & 1)
		SAY(r->caveat, "More than 10 %% of the attempts failed.");
	if (c->flags >> FLAG_BUILD & 1)
		SAY(r->caveat, "The payloads differ.");
}

static void decide_by_running(const struct sides *s, struct claim_result *r, const struct analysis_comparison *whole)
{
	const struct analysis_comparison *part =
		analysis_comparison_find(s->analysis, "request_to_running_ns", s->c, s->v);
	char text[2 * UNITS_MAX], ratio[UNITS_MAX];

	r->amount_verdict = r->verdict = CLAIM_NOT_DECIDED;
	if (part) {
		if (vm_needs_more(s, part, r) == CLAIM_SUPPORTED)
			r->verdict = CLAIM_SUPPORTED;
		take_effect(r, s, part);
		(void)units_text(UNITS_TIMES, part->result.ratio.value, ratio);
		SAY(r->because, "QEMU alone needs %s a container's whole start before the guest's first instruction.",
		    ratio);
	} else {
		SAY(r->caveat, "The instant of the guest's first instruction is not known.");
	}
	if (whole) {
		r->amount = whole->result.ratio;
		SAY(r->caveat, "How much: not decided here, this VM is %s (%s).",
		    strcmp(s->vm->label, "tcg") ? "not run by KVM with hardware support" : "TCG",
		    times_text(&r->amount, text));
	}
}

void claim_decide_start(const struct sides *s, struct claim_result *r)
{
	const struct analysis_comparison *c =
		analysis_comparison_find(s->analysis, "request_to_ready_ns", s->c, s->v);
	char text[2 * UNITS_MAX];

	if (!s->hardware && (c || analysis_comparison_find(s->analysis, "request_to_running_ns", s->c, s->v))) {
		decide_by_running(s, r, c);
		return;
	}
	if (!c) {
		not_measured(r, s, "Not both became ready in this run.");
		return;
	}
	take_effect(r, s, c);
	r->verdict = vm_needs_more(s, c, r);
	r->amount = c->result.ratio;
	r->amount_verdict = r->verdict;
	SAY(r->because, "Until ready, %s takes %s as long as %s.", s->vm->title, times_text(&r->effect, text),
	    s->container->title);
}

static void say_weights(const struct sides *s, struct claim_result *r, const char *metric)
{
	const struct analysis_summary *a = analysis_summary_find(s->analysis, metric, s->c);
	const struct analysis_summary *b = analysis_summary_find(s->analysis, metric, s->v);
	char mine[UNITS_MAX], theirs[UNITS_MAX], ratio[2 * UNITS_MAX];

	(void)units_text(UNITS_BYTES, b->stats.median, theirs);
	(void)units_text(UNITS_BYTES, a->stats.median, mine);
	if (isnan(r->effect.value))
		SAY(r->because, "%s takes %s, %s %s.", s->vm->title, theirs, s->container->title, mine);
	else if (r->effect.ci.known)
		SAY(r->because, "%s takes %s, %s %s: %s.", s->vm->title, theirs, s->container->title, mine,
		    times_text(&r->effect, ratio));
	else
		SAY(r->because, "%s takes %s, %s %s: %s.", s->vm->title, theirs, s->container->title, mine,
		    units_text(UNITS_TIMES, r->effect.value, ratio));
}

/* False: not measured. */
static bool decide_weight(const struct sides *s, struct claim_result *r, const char *metric)
{
	const struct analysis_comparison *c = analysis_comparison_find(s->analysis, metric, s->c, s->v);

	if (!c) {
		not_measured(r, s, "Not both were weighed in this run.");
		return false;
	}
	take_effect(r, s, c);
	if (!c->result.ratio.ci.known)
		SAY(r->caveat, "Blocks: %zu, too few for a %.0f %% interval.", c->pairs,
		    s->analysis->confidence * 100);
	r->verdict = vm_needs_more(s, c, r);
	r->amount = c->result.ratio;
	r->amount_verdict = r->verdict;
	say_weights(s, r, metric);
	return true;
}

/* QEMU's own part bends with the accelerator (TCG keeps translated code); the guest's RAM hardly does. */
static void memory_bends(const struct sides *s, struct claim_result *r)
{
	double vmm = s->vm->memory_bytes[MEMORY_vmm_overhead], touched = s->vm->memory_bytes[MEMORY_guest_touched];
	double container = s->container->memory_bytes[MEMORY_footprint];
	char text[UNITS_MAX];

	r->amount_verdict = CLAIM_NOT_DECIDED;
	if (!isnan(vmm) && !strcmp(s->vm->label, "tcg"))
		SAY(r->caveat, "%s of it is QEMU's own, where TCG keeps translated code: under KVM it is less.",
		    units_text(UNITS_BYTES, vmm, text));
	if (r->verdict != CLAIM_SUPPORTED)
		return;
	if (touched >= CLEAR_RATIO * container)
		SAY(r->caveat, "The guest's RAM alone is %s.", units_text(UNITS_BYTES, touched, text));
	else
		r->verdict = CLAIM_NOT_DECIDED;
}

void claim_decide_memory(const struct sides *s, struct claim_result *r)
{
	if (!decide_weight(s, r, "memory_footprint_bytes"))
		return;
	if (!s->hardware)
		memory_bends(s, r);
	if (isnan(s->container->memory_bytes[MEMORY_cgroup_kernel]) &&
	    json_get_text(json_get(s->container->json, "config"), "missing", NULL))
		SAY(r->caveat, "Not in it: the container's kernel memory, as it has no memory cgroup.");
}

void claim_decide_disk(const struct sides *s, struct claim_result *r)
{
	double boot = s->vm->disk[DISK_BOOT].allocated_bytes;
	char text[UNITS_MAX];

	if (decide_weight(s, r, "disk_instance_bytes") && boot > 0)
		SAY(r->caveat,
		    "Not in it: kernel and boot files of the VM (%s, shared by its instances); a container has none.",
		    units_text(UNITS_BYTES, boot, text));
}

/* How many of a subject's samples with an identity are as said. */
struct tally {
	size_t yes, of;
};

static struct tally count_identities(const struct analysis_subject *s, bool (*is_so)(const struct identity *))
{
	struct tally t = {0};

	for (size_t i = 0; i < s->sample_count; i++) {
		const struct brief *sample = s->samples[i];

		if (!analysis_counts_in(sample) || !sample->shared->has_identity || sample->status != SAMPLE_OK)
			continue;
		t.of++;
		t.yes += is_so(&sample->shared->identity);
	}
	return t;
}

static bool has_own_kernel(const struct identity *id)
{
	return id->own_kernel;
}

static bool is_visible(const struct identity *id)
{
	return id->visible_from_host == 1;
}

static bool is_invisible(const struct identity *id)
{
	return id->visible_from_host == 0;
}

static enum claim_verdict all_as_said(struct tally container, struct tally vm)
{
	return container.yes == container.of && vm.yes == vm.of ? CLAIM_SUPPORTED : CLAIM_REFUTED;
}

void claim_decide_kernel(const struct sides *s, struct claim_result *r)
{
	struct tally c = count_identities(s->container, has_own_kernel), v = count_identities(s->vm, has_own_kernel);

	if (!c.of || !v.of) {
		not_measured(r, s, "Not both said which kernel they run on.");
		return;
	}
	r->verdict = all_as_said((struct tally){c.of - c.yes, c.of}, v);
	r->pairs = c.of < v.of ? c.of : v.of;
	SAY(r->because,
	    "A boot id of its own: %s in %zu of %zu samples (kernel %.72s), %s in %zu of %zu (kernel %.72s).",
	    s->vm->title, v.yes, v.of, s->vm->identity->shared->identity.kernel_release, s->container->title, c.yes,
	    c.of, s->container->identity->shared->identity.kernel_release);
}

void claim_decide_visible(const struct sides *s, struct claim_result *r)
{
	struct tally c = count_identities(s->container, is_visible), v = count_identities(s->vm, is_invisible);

	if (!c.of || !v.of) {
		not_measured(r, s, "Not both said who they are.");
		return;
	}
	r->verdict = all_as_said(c, v);
	r->pairs = c.of < v.of ? c.of : v.of;
	SAY(r->because, "The host sees the payload itself as a process: %s in %zu of %zu samples, %s in %zu of %zu.",
	    s->container->title, c.yes, c.of, s->vm->title, v.of - v.yes, v.of);
}
