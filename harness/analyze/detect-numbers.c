/* SPDX-License-Identifier: Apache-2.0 */
/* What the samples and the statistics tell about fairness. */
#include "harness/analyze/detect.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/analyze/experiment-records.h"
#include "harness/analyze/flags.h"

/* Touches the subjects of which any sample (warm-up ones too) is so. */
static void touch_samples(struct analysis *a, struct analysis_flag *flag, bool (*is_so)(const struct brief *))
{
	size_t hits = 0;

	for (size_t i = 0; i < a->subject_count; i++)
		for (size_t k = 0; k < a->subjects[i].sample_count; k++)
			if (is_so(a->subjects[i].samples[k])) {
				flag_touch(flag, i);
				hits++;
			}
	if (hits)
		(void)snprintf(flag->detail, sizeof(flag->detail), "samples: %zu", hits);
}

static bool was_weighed(const struct brief *s)
{
	return s->weights && s->weights->has_memory;
}

static bool was_swapped(const struct brief *s)
{
	return was_weighed(s) && s->weights->swap_pss > 0;
}

/* A turn of `touch` of which memory went to swap, or a ramp that ended as the host began to. */
static bool swapped_in_experiments(const struct analysis *a, size_t subject)
{
	static const char *const experiments[] = {"touch", "memory", "density"};

	for (size_t e = 0; e < sizeof(experiments) / sizeof(experiments[0]); e++)
		for (const struct json *r = NULL; (r = experiment_next(a, experiments[e], r));) {
			bool held = experiment_value(r, "swap_pss_bytes") > 0;

			if (experiment_subject(a, r) == subject &&
			    (held || !strcmp(json_get_text(r, "reason", ""), "swap")))
				return true;
		}
	return false;
}

static bool was_unsettled(const struct brief *s)
{
	return was_weighed(s) && s->weights->unsettled;
}

static bool left_residue(const struct brief *s)
{
	return s->has_residue;
}

void detect_swap(struct analysis *a, struct analysis_flag *flag)
{
	touch_samples(a, flag, was_swapped);
	for (size_t i = 0; i < a->subject_count; i++)
		if (swapped_in_experiments(a, i))
			flag_touch(flag, i);
}

void detect_unsettled(struct analysis *a, struct analysis_flag *flag)
{
	touch_samples(a, flag, was_unsettled);
}

void detect_residue(struct analysis *a, struct analysis_flag *flag)
{
	touch_samples(a, flag, left_residue);
}

void detect_lower_bound(struct analysis *a, struct analysis_flag *flag)
{
	touch_samples(a, flag, was_weighed);
	flag->detail[0] = '\0';
}

#define STEAL_TICK_NS 10000000.0

/*
 * Share of the CPUs' time from request to ready that the hypervisor below took away (D-STEAL: 0.5 %). The counter is
 * that of all CPUs and moves in ticks of 10 ms, so less than one tick in all samples together says nothing.
 */
void detect_steal(struct analysis *a, struct analysis_flag *flag)
{
	const struct json *host = json_get(a->recording->host, "host");
	double cpus = json_number_of(json_path(host, "cpu.online_count"), 1);
	bool known = false;

	for (size_t i = 0; i < a->subject_count; i++) {
		double stolen = 0, spent = 0;

		for (size_t k = 0; k < a->subjects[i].sample_count; k++) {
			const struct brief *s = a->subjects[i].samples[k];
			int64_t span = brief_span_ns(s, EVENT_REQUEST, EVENT_READY_OBS);

			if (s->steal_ns == UNKNOWN || span == UNKNOWN || !analysis_counts_in(s))
				continue;
			known = true;
			stolen += (double)s->steal_ns;
			spent += (double)span * cpus;
		}
		if (stolen > STEAL_TICK_NS && stolen > 0.005 * spent)
			flag_touch(flag, i);
	}
	if (!known)
		flag_unchecked(flag, "no sample holds the steal time");
}

void detect_build(struct analysis *a, struct analysis_flag *flag)
{
	const char *first = json_text_of(json_path(a->recording->plan, "tool.build.payload_sha256"), "");

	for (size_t i = 0; i < a->subject_count; i++)
		for (size_t k = 0; k < a->subjects[i].sample_count && !analysis_is_control(&a->subjects[i]); k++) {
			const struct brief *s = a->subjects[i].samples[k];
			const char *digest = s->shared->has_identity ? s->shared->identity.payload_sha256 : "";

			if (!*first)
				first = digest;
			/* In the phase "work" the payload is the right one, and its result was wrong. */
			bool other = s->status == SAMPLE_WRONG_CHECKSUM && strcmp(s->shared->phase, "work") != 0;

			if (other || (*digest && strcmp(digest, first)))
				flag_touch(flag, i);
		}
	if (!*first)
		flag_unchecked(flag, "no sample holds the payload's digest");
}

void detect_interrupted(struct analysis *a, struct analysis_flag *flag)
{
	static const char *const early[] = {"interrupted", "budget", "failures"};
	const char *reason = json_get_text(a->recording->end, "stop_reason", "the journal has no end record");

	flag->triggered = !a->recording->end;
	for (size_t i = 0; i < sizeof(early) / sizeof(early[0]); i++)
		flag->triggered |= !strcmp(reason, early[i]);
	if (flag->triggered)
		(void)snprintf(flag->detail, sizeof(flag->detail), "%.128s", reason);
}

void detect_fail(struct analysis *a, struct analysis_flag *flag)
{
	for (size_t i = 0; i < a->subject_count; i++)
		for (size_t k = 0; k < BLOCK_KIND_COUNT; k++) {
			const struct analysis_counts *c = &a->subjects[i].counts[k];

			if (c->failed * 10 > c->tried)
				flag_touch(flag, i);
		}
}

/* Median of a span as a share of the whole start-up; NAN: not known. */
static double share_of_ready(const struct analysis *a, const char *metric, size_t subject)
{
	const struct analysis_summary *part = analysis_summary_find(a, metric, subject);
	const struct analysis_summary *whole = analysis_summary_find(a, READY_METRIC, subject);

	if (!part || !whole || !isfinite(part->stats.median) || !isfinite(whole->stats.median))
		return NAN;
	return part->stats.median / whole->stats.median;
}

void detect_notify(struct analysis *a, struct analysis_flag *flag)
{
	bool known = false;

	for (size_t i = 0; i < a->subject_count; i++) {
		double share = share_of_ready(a, "notify_latency_ns", i);

		known |= !isnan(share);
		if (share > 0.01)
			flag_touch(flag, i);
	}
	if (!known)
		flag_unchecked(flag, "no subject stamped the ready byte before it sent it");
}

void detect_libvirt(struct analysis *a, struct analysis_flag *flag)
{
	for (size_t i = 0; i < a->subject_count; i++)
		if (share_of_ready(a, "request_to_running_ns", i) > 0.2)
			flag_touch(flag, i);
}

static flag_set bit(const struct analysis *a, const struct analysis_flag *flag)
{
	return (flag_set)1 << (flag - a->flags);
}

/* These three are about single numbers: they mark the summary itself. */
static void mark_summary(struct analysis *a, struct analysis_flag *flag, struct analysis_summary *sum)
{
	sum->flags |= bit(a, flag);
	flag_touch(flag, sum->subject);
}

void detect_precision(struct analysis *a, struct analysis_flag *flag)
{
	double target = json_number_of(json_path(a->recording->end, "precision.target_ratio"), 0.05);

	(void)snprintf(flag->detail, sizeof(flag->detail), "%g %%", target * 100);
	for (size_t i = 0; i < a->summary_count; i++) {
		struct analysis_summary *sum = &a->summaries[i];
		struct estimate median = {sum->stats.median, sum->stats.ci};

		if (sum->metric->headline && sum->count && !(stats_precision(&median) <= target))
			mark_summary(a, flag, sum);
	}
}

void detect_warmup(struct analysis *a, struct analysis_flag *flag)
{
	for (size_t i = 0; i < a->summary_count; i++)
		if (a->summaries[i].metric->headline &&
		    flags_warmup(a->summaries[i].values, a->summaries[i].count).raised)
			mark_summary(a, flag, &a->summaries[i]);
}

void detect_modes(struct analysis *a, struct analysis_flag *flag)
{
	for (size_t i = 0; i < a->summary_count; i++)
		if (a->summaries[i].metric->headline &&
		    flags_modes(a->summaries[i].values, a->summaries[i].count).raised)
			mark_summary(a, flag, &a->summaries[i]);
}

void detect_autocorrelation(struct analysis *a, struct analysis_flag *flag)
{
	for (size_t i = 0; i < a->comparison_count; i++) {
		struct analysis_comparison *c = &a->comparisons[i];

		if (!c->metric_b->headline || !c->result.dependent)
			continue;
		c->flags |= bit(a, flag);
		flag->triggered = true;
	}
}

void detect_floor(struct analysis *a, struct analysis_flag *flag)
{
	for (size_t i = 0; i < a->comparison_count; i++) {
		struct analysis_comparison *c = &a->comparisons[i];
		enum verdict verdict = verdict_of(&c->result, c->p_holm, c->metric_b->band);

		if (verdict_held(verdict, &c->result, c->floor) == verdict)
			continue;
		c->flags |= bit(a, flag);
		flag_touch(flag, c->b);
	}
	if (!a->floors.count)
		flag_unchecked(flag, "the noise floor of this host is not known; tare doctor --deep measures it");
}
