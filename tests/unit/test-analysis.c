/* SPDX-License-Identifier: Apache-2.0 */
/* From recorded runs to numbers; the expected ones were computed by another program from the same journals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/analyze/phases.h"
#include "harness/base/random.h"
#include "tests/unit/recorded.h"

#define READY "request_to_ready_ns"

static bool has_flag(flag_set flags, enum flag_id id)
{
	return flags >> id & 1;
}

static void medians_and_ratios_are_right(void **state)
{
	struct recorded *run = recorded_open("kvm");
	const struct analysis *a = &run->analysis;
	size_t n = recorded_subject(run, "namespace"), v = recorded_subject(run, "vm");
	const struct analysis_summary *sum = analysis_summary_find(a, READY, n);
	const struct analysis_comparison *c = analysis_comparison_find(a, READY, n, v);

	(void)state;
	assert_int_equal(sum->count, 12);
	assert_float_equal(sum->stats.median, 1522500, 0);
	assert_float_equal(sum->stats.ci.lo, 1477500, 0);
	assert_float_equal(sum->stats.ci.hi, 1567500, 0);
	assert_int_equal(c->pairs, 12);
	assert_float_equal(c->result.ratio.value, 99.00469977644204, 1e-9);
	assert_float_equal(c->result.ratio.ci.lo, 96.8854604821084, 1e-9);
	assert_float_equal(c->result.ratio.ci.hi, 101.76114164669423, 1e-9);
	assert_string_equal(c->verdict_word, "slower");
	assert_true(c->p_holm >= c->result.p);
	recorded_close(run);
}

static void a_timeout_is_a_rank_and_warmup_is_none(void **state)
{
	struct recorded *run = recorded_open("tcg");
	const struct analysis *a = &run->analysis;
	size_t n = recorded_subject(run, "namespace"), v = recorded_subject(run, "vm");
	const struct analysis_summary *sum = analysis_summary_find(a, READY, v);
	const struct analysis_counts *counts = &a->subjects[v].counts[BLOCK_LATENCY];
	const struct analysis_comparison *c = analysis_comparison_find(a, READY, n, v);

	(void)state;
	assert_int_equal(counts->attempts, 13);
	assert_int_equal(counts->warmup, 1);
	assert_int_equal(counts->by_status[SAMPLE_TIMEOUT], 1);
	assert_int_equal(counts->failed, 0);
	assert_int_equal(sum->count, 12);
	assert_int_equal(sum->stats.censored, 1);
	assert_float_equal(sum->stats.median, 1015e6, 0);
	assert_float_equal(sum->timeout_ns, 30e9, 0);
	assert_true(isinf(sum->stats.max));
	assert_float_equal(c->result.ratio.value, 660.1610158282367, 1e-9);
	assert_float_equal(c->result.ratio.ci.hi, 697.6908242926626, 1e-9);
	assert_true(has_flag(sum->flags, FLAG_TCG));
	assert_true(has_flag(c->flags, FLAG_TCG));
	assert_string_equal(a->subjects[v].title, "vm (tcg)");
	recorded_close(run);
}

static void a_span_is_held_against_a_whole(void **state)
{
	struct recorded *run = recorded_open("tcg");
	size_t n = recorded_subject(run, "namespace"), v = recorded_subject(run, "vm");
	const struct analysis_comparison *c =
		analysis_comparison_find(&run->analysis, "request_to_running_ns", n, v);

	(void)state;
	assert_non_null(c);
	assert_string_equal(c->metric_a->name, READY);
	assert_int_equal(c->unpaired, 1);
	assert_true(c->result.ratio.value > 29 && c->result.ratio.value < 31);
	recorded_close(run);
}

static void phases_add_up(void **state)
{
	struct recorded *run = recorded_open("tcg");
	struct phase phases[EVENT_COUNT];

	(void)state;
	for (size_t i = 0; i < run->analysis.subject_count; i++) {
		const struct analysis_subject *s = &run->analysis.subjects[i];
		size_t count = phases_of(s, phases);
		double sum = 0;

		assert_true(count >= 3);
		for (size_t k = 0; k < count; k++)
			sum += phases[k].medoid_ns;
		assert_float_equal(sum, (double)sample_span_ns(s->medoid, EVENT_REQUEST, EVENT_READY_OBS), 0);
	}
	recorded_close(run);
}

/* Any events at all, in any order, also beyond the ends: the phases of a sample are its whole. */
static void phases_of_any_sample_add_up(void **state)
{
	struct phase phases[EVENT_COUNT];
	struct random random;
	struct sample sample;

	(void)state;
	random_seed(&random, 4);
	for (int round = 0; round < 5000; round++) {
		double sum = 0;

		sample_init(&sample);
		for (size_t i = 0; i < EVENT_COUNT; i++)
			sample.events[i] = (struct event){.t_ns = random_below(&random, 40) - 10,
							  .set = random_below(&random, 4) > 0};
		sample.events[EVENT_REQUEST] = (struct event){.set = true};
		sample.events[EVENT_READY_OBS] = (struct event){.t_ns = 20, .set = round % 50 > 0};
		size_t count = phases_of_sample(&sample, phases);

		for (size_t k = 0; k < count; k++) {
			assert_true(phases[k].medoid_ns >= 0);
			assert_true(!k || phases[k].from == phases[k - 1].to);
			sum += phases[k].medoid_ns;
		}
		assert_float_equal(sum, sample.events[EVENT_READY_OBS].set ? 20 : 0, 0);
	}
}

static void like_is_held_against_like(void **state)
{
	struct recorded *run = recorded_open("hostile");
	const struct analysis *a = &run->analysis;

	(void)state;
	assert_true(a->comparison_count > 0);
	for (size_t i = 0; i < a->comparison_count; i++) {
		const struct analysis_subject *x = &a->subjects[a->comparisons[i].a];
		const struct analysis_subject *y = &a->subjects[a->comparisons[i].b];

		assert_string_equal(x->root, y->root);
		assert_true((x->kind == KIND_MOCK) == (y->kind == KIND_MOCK));
	}
	assert_non_null(analysis_comparison_find(a, READY, recorded_subject(run, "mock-a"),
						 recorded_subject(run, "mock-b")));
	assert_int_equal(a->orphans, 7);
	assert_int_equal(run->recording.torn_lines, 1);
	assert_float_equal(a->confidence, 0.95, 0);
	recorded_close(run);
}

static void invalid_samples_do_not_count(void **state)
{
	struct recorded *run = recorded_open("hostile");
	size_t mock = recorded_subject(run, "mock-a");

	(void)state;
	assert_int_equal(run->analysis.subjects[mock].counts[BLOCK_LATENCY].invalid, 1);
	assert_int_equal(analysis_summary_find(&run->analysis, READY, mock)->count, 6);
	recorded_close(run);
}

static void half_timed_out_is_at_least_the_timeout(void **state)
{
	struct recorded *run = recorded_open("hostile");
	const struct analysis_summary *sum =
		analysis_summary_find(&run->analysis, READY, recorded_subject(run, "=cmd()"));

	(void)state;
	assert_true(isinf(sum->stats.median));
	assert_float_equal(sum->timeout_ns, 30e9, 0);
	recorded_close(run);
}

static void failures_get_no_verdict(void **state)
{
	struct recorded *run = recorded_open("failures");
	const struct analysis *a = &run->analysis;
	size_t n = recorded_subject(run, "namespace");

	(void)state;
	assert_int_equal(a->comparison_count, 0);
	assert_true(a->flags[FLAG_FAIL].triggered);
	assert_int_equal(a->flags[FLAG_FAIL].subjects[0], n);
	assert_int_equal(a->subjects[n].counts[BLOCK_LATENCY].failed, 4);
	assert_true(a->subjects[n].counts[BLOCK_LATENCY].failed_ci.lo > 0.3);
	assert_int_equal(analysis_summary_find(a, READY, n)->count, 0);
	assert_int_equal(a->subjects[recorded_subject(run, "vm")].counts[BLOCK_LATENCY].tried, 0);
	recorded_close(run);
}

static void flags_say_what_they_could_not_see(void **state)
{
	struct recorded *hostile = recorded_open("hostile"), *tcg = recorded_open("tcg");

	(void)state;
	assert_false(hostile->analysis.flags[FLAG_NESTED].checked);
	assert_true(hostile->analysis.flags[FLAG_LIMITS].triggered);
	assert_true(hostile->analysis.flags[FLAG_RESIDUE].triggered);
	assert_true(hostile->analysis.flags[FLAG_INTERRUPTED].triggered);
	assert_true(tcg->analysis.flags[FLAG_NESTED].triggered);
	assert_true(tcg->analysis.flags[FLAG_KERNEL].triggered);
	assert_false(tcg->analysis.flags[FLAG_INTERRUPTED].triggered);
	assert_false(tcg->analysis.flags[FLAG_BUILD].triggered);
	assert_true(tcg->analysis.flags[FLAG_ISOL].triggered);
	recorded_close(hostile);
	recorded_close(tcg);
}

/* A plan of 1 000 subjects: VMs meet the plain container only, and what was left out is counted. */
static void many_subjects_stay_readable(void **state)
{
	struct recording r = {.plan = json_object(), .host = json_object()};
	struct json *subjects = json_array();
	struct analysis a;
	struct error err = {0};

	(void)state;
	struct sample *samples = calloc(1000, sizeof(*samples));

	assert_non_null(samples);
	for (int i = 0; i < 1000; i++) {
		struct json *s = json_object();
		struct sample *sample = &samples[i];

		sample_init(sample);
		(void)snprintf(sample->subject, sizeof(sample->subject), "s%d", i);
		sample->status = SAMPLE_OK;
		sample->events[EVENT_REQUEST] = (struct event){.set = true, .source = "harness"};
		sample->events[EVENT_READY_OBS] = (struct event){.set = true, .source = "harness", .t_ns = 100};
		json_add_text(s, "name", sample->subject);
		json_add_text(s, "kind", i % 2 ? "vm" : "container");
		json_append(subjects, s);
	}
	json_add(r.plan, "subjects", subjects);
	recording_hold(&r, samples, 1000);
	assert_int_equal(analysis_make(&r, &a, &err), 0);
	assert_int_equal(a.comparison_count, 500);
	assert_int_equal(a.comparisons_left_out, 499 * 500);
	analysis_release(&a);
	recording_release(&r);
}

/* A line that was copied, and the journal of another run. */
static void samples_of_elsewhere_are_refused(void **state)
{
	struct recorded *run = recorded_open("kvm");
	struct recording *r = &run->recording;
	struct error err = {0};

	(void)state;
	(void)snprintf(r->held[3].subject, sizeof(r->held[3].subject), "%s", r->held[0].subject);
	r->held[3].id = r->held[0].id;
	r->held[3].kind = r->held[0].kind;
	r->held[3].block = r->held[0].block;
	assert_int_equal(recorded_again(run, &err), -EINVAL);
	assert_non_null(strstr(err.text, "sample 0 is there twice"));
	for (size_t i = 0; i < r->briefs.count; i++)
		(void)snprintf(r->held[i].subject, sizeof(r->held[i].subject), "another");
	assert_int_equal(recorded_again(run, &err), -EINVAL);
	assert_non_null(strstr(err.text, "the first is of 'another'; it is of another run"));
	recorded_close(run);
}

static void a_subject_twice_is_refused(void **state)
{
	struct recording r = {.plan = json_object(), .host = json_object()};
	struct json *subjects = json_array();
	struct analysis a;
	struct error err = {0};

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct json *s = json_object();

		json_add_text(s, "name", "twin");
		json_append(subjects, s);
	}
	json_add(r.plan, "subjects", subjects);
	assert_true(analysis_make(&r, &a, &err) < 0);
	assert_non_null(strstr(err.text, "twin"));
	recording_release(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(medians_and_ratios_are_right),
		cmocka_unit_test(a_timeout_is_a_rank_and_warmup_is_none),
		cmocka_unit_test(a_span_is_held_against_a_whole),
		cmocka_unit_test(phases_add_up),
		cmocka_unit_test(phases_of_any_sample_add_up),
		cmocka_unit_test(like_is_held_against_like),
		cmocka_unit_test(invalid_samples_do_not_count),
		cmocka_unit_test(half_timed_out_is_at_least_the_timeout),
		cmocka_unit_test(failures_get_no_verdict),
		cmocka_unit_test(flags_say_what_they_could_not_see),
		cmocka_unit_test(many_subjects_stay_readable),
		cmocka_unit_test(samples_of_elsewhere_are_refused),
		cmocka_unit_test(a_subject_twice_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
