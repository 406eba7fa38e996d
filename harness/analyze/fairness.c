/* SPDX-License-Identifier: Apache-2.0 */
/* The table of detectors, and how what they find reaches every number that it touches. */
#include "harness/analyze/fairness.h"

#include <stdlib.h>
#include <string.h>

#include "harness/analyze/detect.h"
#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"

const struct flag_row flag_table[FLAG_COUNT] = {
#define FLAG_ROW(id, name, severity, text) [FLAG_##id] = {name, SEVERITY_##severity, text},
	FLAGS(FLAG_ROW)
#undef FLAG_ROW
};

const char *fairness_severity_name(enum flag_severity severity)
{
	static const char *const names[] = {
		[SEVERITY_NOTE] = "note",
		[SEVERITY_WARN] = "warn",
		[SEVERITY_FAIL] = "fail",
	};

	return names[severity];
}

/* Which numbers of a touched subject carry the flag. */
enum flag_scope { SCOPE_NONE, SCOPE_ALL, SCOPE_TIMES, SCOPE_WEIGHTS, SCOPE_READY };

static const struct {
	void (*detect)(struct analysis *, struct analysis_flag *);
	enum flag_scope scope;
} detectors[FLAG_COUNT] = {
	[FLAG_TCG] = {detect_tcg, SCOPE_ALL},
	[FLAG_SOFTKVM] = {detect_softkvm, SCOPE_ALL},
	[FLAG_NESTED] = {detect_nested, SCOPE_NONE},
	[FLAG_KERNEL] = {detect_kernel, SCOPE_NONE},
	[FLAG_READY] = {detect_both_kinds, SCOPE_NONE},
	[FLAG_LIBVIRT] = {detect_libvirt, SCOPE_READY},
	[FLAG_NOTIFY] = {detect_notify, SCOPE_READY},
	[FLAG_LIMITS] = {detect_limits, SCOPE_NONE},
	[FLAG_STORAGE] = {detect_both_kinds, SCOPE_NONE},
	[FLAG_WARM] = {detect_warm, SCOPE_TIMES},
	[FLAG_COLD] = {detect_cold, SCOPE_TIMES},
	[FLAG_ISOL] = {detect_always, SCOPE_NONE},
	[FLAG_SECCOMP] = {detect_confinement, SCOPE_NONE},
	[FLAG_SHARED] = {detect_always, SCOPE_NONE},
	[FLAG_SWAP] = {detect_swap, SCOPE_WEIGHTS},
	[FLAG_UNSETTLED] = {detect_unsettled, SCOPE_WEIGHTS},
	[FLAG_MEMLOWER] = {detect_lower_bound, SCOPE_WEIGHTS},
	[FLAG_SYNC] = {detect_sync, SCOPE_NONE},
	[FLAG_GUESTCLOCK] = {detect_guest_clock, SCOPE_NONE},
	[FLAG_SHORT] = {detect_short, SCOPE_NONE},
	[FLAG_DEVICE] = {detect_device, SCOPE_NONE},
	[FLAG_DRIFT] = {detect_drift, SCOPE_NONE},
	[FLAG_SLEW] = {detect_slew, SCOPE_NONE},
	[FLAG_STEP] = {detect_step, SCOPE_NONE},
	[FLAG_STEAL] = {detect_steal, SCOPE_TIMES},
	[FLAG_PIN] = {detect_pin, SCOPE_NONE},
	[FLAG_AUTOCORR] = {detect_autocorrelation, SCOPE_NONE},
	[FLAG_WARMUP] = {detect_warmup, SCOPE_NONE},
	[FLAG_MULTIMODAL] = {detect_modes, SCOPE_NONE},
	[FLAG_FAIL] = {detect_fail, SCOPE_ALL},
	[FLAG_PREC] = {detect_precision, SCOPE_NONE},
	[FLAG_CPUID] = {detect_cpuid, SCOPE_NONE},
	[FLAG_TOPOLOGY] = {detect_topology, SCOPE_NONE},
	[FLAG_INIT] = {detect_init, SCOPE_READY},
	[FLAG_FIRSTUSE] = {detect_first_use, SCOPE_READY},
	[FLAG_NETCLASS] = {detect_network, SCOPE_TIMES},
	[FLAG_BALLOON] = {detect_balloon, SCOPE_WEIGHTS},
	[FLAG_LEVEL1] = {detect_level, SCOPE_NONE},
	[FLAG_THP] = {detect_huge, SCOPE_WEIGHTS},
	[FLAG_MEMX] = {detect_doubtful, SCOPE_WEIGHTS},
	[FLAG_LOAD] = {detect_load, SCOPE_TIMES},
	[FLAG_KSM] = {detect_ksm, SCOPE_WEIGHTS},
	[FLAG_HOST] = {detect_host_times, SCOPE_TIMES},
	[FLAG_HOSTMEM] = {detect_host_weights, SCOPE_WEIGHTS},
	[FLAG_FLOOR] = {detect_floor, SCOPE_NONE},
	[FLAG_BUILD] = {detect_build, SCOPE_ALL},
	[FLAG_RESIDUE] = {detect_residue, SCOPE_NONE},
	[FLAG_INTERRUPTED] = {detect_interrupted, SCOPE_NONE},
	[FLAG_RESUMED] = {detect_resumed, SCOPE_NONE},
	[FLAG_CONCURRENT] = {detect_concurrent, SCOPE_NONE},
	[FLAG_ONEHOST] = {detect_always, SCOPE_NONE},
};

static bool in_scope(enum flag_scope scope, const struct metric *metric)
{
	switch (scope) {
	case SCOPE_ALL:
		return true;
	case SCOPE_TIMES:
		return metric->unit == UNIT_NS;
	case SCOPE_WEIGHTS:
		return metric->unit == UNIT_BYTES;
	case SCOPE_READY:
		return !strcmp(metric->name, READY_METRIC);
	case SCOPE_NONE:
		break;
	}
	return false;
}

static void spread_to_summaries(struct analysis *a)
{
	cleanup_free flag_set *touched = alloc_zero(a->subject_count, sizeof(*touched));

	for (size_t f = 0; f < FLAG_COUNT; f++)
		for (size_t i = 0; i < a->flags[f].subject_count; i++)
			touched[a->flags[f].subjects[i]] |= (flag_set)1 << f;
	for (size_t i = 0; i < a->summary_count; i++)
		for (size_t f = 0; f < FLAG_COUNT; f++)
			if (touched[a->summaries[i].subject] >> f & 1 &&
			    in_scope(detectors[f].scope, a->summaries[i].metric))
				a->summaries[i].flags |= (flag_set)1 << f;
}

void fairness_detect(struct analysis *analysis)
{
	for (size_t f = 0; f < FLAG_COUNT; f++) {
		analysis->flags[f].checked = true;
		detectors[f].detect(analysis, &analysis->flags[f]);
	}
	spread_to_summaries(analysis);
	for (size_t i = 0; i < analysis->comparison_count; i++) {
		struct analysis_comparison *c = &analysis->comparisons[i];
		const struct analysis_summary *a = analysis_summary_find(analysis, c->metric_a->name, c->a);
		const struct analysis_summary *b = analysis_summary_find(analysis, c->metric_b->name, c->b);

		c->flags |= (a ? a->flags : 0) | (b ? b->flags : 0);
	}
}

void fairness_release(struct analysis *analysis)
{
	for (size_t f = 0; f < FLAG_COUNT; f++)
		free(analysis->flags[f].subjects);
}
