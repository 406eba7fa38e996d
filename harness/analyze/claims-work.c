/* SPDX-License-Identifier: Apache-2.0 */
/* The claim about system calls: decided by the workload `syscall`, each box against a process on the host. */
#include "harness/analyze/claims-decide.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/analyze/experiment-work.h"
#include "harness/base/cleanup.h"
#include "harness/base/units.h"

#define SYSCALL "syscall"

static bool has_filter(const struct analysis_subject *s)
{
	for (size_t i = 0; i < s->sample_count; i++)
		if (s->samples[i]->shared->identity.profile.known)
			return !strcmp(s->samples[i]->shared->identity.profile.seccomp, "filter");
	return false;
}

/* Of the subjects of one kind that did the work: a container without a filter first, the namespace one next. */
static const struct work_cell *syscall_of(const struct analysis *a, const struct work_cell *cells, size_t count,
					  enum analysis_kind kind, bool filtered)
{
	const struct work_cell *best = NULL;
	int most = 0;

	for (size_t i = 0; i < count; i++) {
		const struct analysis_subject *s = &a->subjects[cells[i].subject];

		if (strcmp(cells[i].name, SYSCALL) != 0 || !cells[i].compared || s->kind != kind ||
		    (kind == KIND_CONTAINER && has_filter(s) != filtered))
			continue;
		int rank = 1 + !strcmp(s->runtime, kind == KIND_VM ? "vm" : "namespace") + !strcmp(s->name, s->runtime);

		if (rank > most)
			best = &cells[i];
		most = rank > most ? rank : most;
	}
	return best;
}

static const char *times_of(const struct work_cell *cell, char text[2 * UNITS_MAX])
{
	const struct estimate *ratio = &cell->versus.ratio;
	char value[UNITS_MAX], range[UNITS_MAX];

	(void)units_text(UNITS_TIMES, ratio->value, value);
	(void)units_interval(UNITS_TIMES, ratio->value, ratio->ci.lo, ratio->ci.hi, range);
	(void)snprintf(text, 2 * UNITS_MAX, "%s %s", value, ratio->ci.known ? range : "(no interval)");
	return text;
}

static bool is_hardware(const struct analysis *a, const struct analysis_subject *vm)
{
	return !*vm->label ? !strcmp(a->kvm_class, "kvm-hw")
			   : !strcmp(vm->label, "kvm-nested") && !strcmp(a->kvm_class, "kvm-nested");
}

static enum claim_verdict verdict_for(const struct work_cell *cell)
{
	switch (cell->verdict) {
	case VERDICT_EQUIVALENT:
	case VERDICT_LOWER:
		return CLAIM_SUPPORTED;
	case VERDICT_HIGHER:
		return CLAIM_REFUTED;
	default:
		return CLAIM_INCONCLUSIVE;
	}
}

static void say_container(const struct analysis *a, const struct work_cell *own, const struct work_cell *filtered,
			  struct claim_result *r)
{
	char text[2 * UNITS_MAX];

	(void)snprintf(r->because, sizeof(r->because), "In %.40s a system call costs %s what it costs on the host.",
		       a->subjects[own->subject].title, times_of(own, text));
	if (own == filtered)
		(void)snprintf(r->caveat, sizeof(r->caveat), "A filter (seccomp) looks at each of its calls first.");
	else if (filtered)
		(void)snprintf(r->caveat, sizeof(r->caveat), "Behind a filter (seccomp), in %.40s: %s.",
			       a->subjects[filtered->subject].title, times_of(filtered, text));
}

/* The guest's kernel takes its calls: what they cost depends on what runs the guest. */
static void say_guest(const struct analysis *a, const struct work_cell *guest, struct claim_result *r)
{
	const struct analysis_subject *vm = &a->subjects[guest->subject];
	bool hardware = is_hardware(a, vm);
	size_t used = strlen(r->caveat);
	char text[2 * UNITS_MAX];

	r->amount = guest->versus.ratio;
	r->amount_verdict = hardware ? r->verdict : CLAIM_NOT_DECIDED;
	(void)snprintf(r->caveat + used, sizeof(r->caveat) - used, "%sIn %.40s, whose own kernel takes the call: %s%s.",
		       used ? " " : "", vm->title, times_of(guest, text),
		       hardware ? "" : "; under emulation that says nothing of KVM");
}

void claim_decide_syscall(const struct analysis *a, struct claim_result *r)
{
	size_t count;
	cleanup_free struct work_cell *cells = work_cells_make(a, &count);
	size_t reference = work_reference(a);
	const struct work_cell *filtered = syscall_of(a, cells, count, KIND_CONTAINER, true);
	const struct work_cell *own = syscall_of(a, cells, count, KIND_CONTAINER, false);
	const struct work_cell *guest = syscall_of(a, cells, count, KIND_VM, false);

	own = own ? own : filtered;
	if (!own || reference == SIZE_MAX || a->subjects[reference].kind != KIND_PROCESS)
		return;
	r->caveat[0] = '\0';
	r->verdict = r->amount_verdict = verdict_for(own);
	r->effect = own->versus.ratio;
	r->pairs = own->versus.x_count;
	(void)snprintf(r->effect_of, sizeof(r->effect_of), SYSCALL ": %.24s / %.24s", a->subjects[own->subject].name,
		       a->subjects[reference].name);
	say_container(a, own, filtered, r);
	if (guest)
		say_guest(a, guest, r);
}
