/* SPDX-License-Identifier: Apache-2.0 */
/* Each detector of detect-config.c, and that of swap in experiments: what triggers it, what it touches, and that it
 * is silent without. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/analyze/causes.h"
#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/analyze/flags.h"
#include "tests/unit/experiments.h"
#include "tests/unit/recorded.h"

static void analyse_again(struct recorded *run)
{
	struct error err = {0};

	if (recorded_again(run, &err) < 0)
		fail_msg("%s", err.text);
}

/* The subject's object in the plan, to be changed. */
static struct json *subject_json(struct recorded *run, const char *name)
{
	return (struct json *)(uintptr_t)recording_subject(&run->recording, recorded_subject(run, name));
}

static void config_set(struct recorded *run, const char *subject, const char *key, const char *value)
{
	struct json *config = json_object();

	json_add_text(config, key, value);
	json_add(subject_json(run, subject), "config", config);
}

static void finding_set(struct recorded *run, const char *id)
{
	cleanup_free char *text = alloc_format(
		"{\"host\":{\"doctor\":[{\"id\":\"%s\",\"level\":\"WARN\",\"value\":\"v\"}]}}", id);

	json_free(run->recording.host);
	run->recording.host = json_parse(text, strlen(text), "host", NULL);
}

static void set_cpuid(struct recorded *run)
{
	config_set(run, "vm", "cpu_model", "qemu64");
}

static void set_init(struct recorded *run)
{
	for (size_t i = 0; i < run->recording.briefs.count; i++)
		if (!strcmp(run->recording.held[i].subject, "vm"))
			run->recording.held[i].identity.inner_pid = 2;
}

static void set_first_use(struct recorded *run)
{
	json_add_int(subject_json(run, "vm"), "first_use_ns", INT64_C(60000000000));
}

static void set_network(struct recorded *run)
{
	config_set(run, "namespace", "network", "bridge");
	config_set(run, "vm", "network", "none");
}

static void set_balloon(struct recorded *run)
{
	config_set(run, "vm", "balloon", "virtio");
}

static void set_level(struct recorded *run)
{
	json_add_text((struct json *)(uintptr_t)json_get(run->recording.plan, "run"), "profile", "trace");
}

static void set_huge(struct recorded *run)
{
	for (size_t i = 0; i < run->recording.briefs.count; i++)
		if (!strcmp(run->recording.held[i].subject, "vm"))
			run->recording.held[i].memory.anon_huge = 2 << 20;
}

static void set_load(struct recorded *run)
{
	finding_set(run, "D-LOAD");
}

static void set_ksm(struct recorded *run)
{
	finding_set(run, "D-KSM");
}

static void set_governor(struct recorded *run)
{
	finding_set(run, "D-GOV");
}

static void set_cgroup(struct recorded *run)
{
	finding_set(run, "D-CG");
}

/* Where a flag must stand: beside the numbers that it bends and no others. */
static bool has_flag(const struct recorded *run, enum flag_id flag, const char *metric, const char *subject)
{
	const struct analysis_summary *sum =
		analysis_summary_find(&run->analysis, metric, recorded_subject(run, subject));

	assert_non_null(sum);
	return sum->flags >> flag & 1;
}

static void each_detector_is_triggered(void **state)
{
	static const struct {
		enum flag_id flag;
		void (*set)(struct recorded *run);
		const char *subject; /* touched */
		bool times, weights; /* stands beside start-up, beside memory */
	} cases[] = {
		{FLAG_CPUID, set_cpuid, "vm", false, false},
		{FLAG_INIT, set_init, "vm", true, false},
		{FLAG_FIRSTUSE, set_first_use, "vm", true, false},
		{FLAG_NETCLASS, set_network, "vm", true, false},
		{FLAG_BALLOON, set_balloon, "vm", false, true},
		{FLAG_LEVEL1, set_level, NULL, false, false},
		{FLAG_THP, set_huge, "vm", false, true},
		{FLAG_LOAD, set_load, "vm", true, false},
		{FLAG_KSM, set_ksm, "vm", false, true},
		{FLAG_HOST, set_governor, "vm", true, false},
		{FLAG_HOSTMEM, set_cgroup, "vm", false, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct recorded *run = recorded_open("tcg");
		const struct analysis_flag *flag = &run->analysis.flags[cases[i].flag];

		if (cases[i].flag != FLAG_HOST && cases[i].flag != FLAG_HOSTMEM &&
		    cases[i].flag != FLAG_THP && flag->triggered)
			fail_msg("%s is triggered by itself", flag_table[cases[i].flag].id);
		cases[i].set(run);
		analyse_again(run);
		if (!flag->triggered || !flag->checked)
			fail_msg("%s is not triggered", flag_table[cases[i].flag].id);
		if (has_flag(run, cases[i].flag, "request_to_ready_ns", "vm") != cases[i].times ||
		    has_flag(run, cases[i].flag, "memory_footprint_bytes", "vm") != cases[i].weights)
			fail_msg("%s stands beside the wrong numbers", flag_table[cases[i].flag].id);
		if (cases[i].subject) {
			bool touched = false;

			for (size_t k = 0; k < flag->subject_count; k++)
				touched |= flag->subjects[k] == recorded_subject(run, cases[i].subject);
			assert_true(touched);
		}
		recorded_close(run);
	}
}

/* A guest's memory is not merged that is not offered; that of the others may be. */
static void merging_spares_who_does_not_offer(void **state)
{
	struct recorded *run = recorded_open("tcg");
	const struct analysis_flag *flag = &run->analysis.flags[FLAG_KSM];

	(void)state;
	set_ksm(run);
	config_set(run, "vm", "ksm", "off");
	analyse_again(run);
	assert_true(flag->triggered);
	assert_true(has_flag(run, FLAG_KSM, "memory_footprint_bytes", "namespace"));
	assert_false(has_flag(run, FLAG_KSM, "memory_footprint_bytes", "vm"));
	recorded_close(run);
}

/* The slow sample has what the others have not, and only that is a hint. */
static void slow_samples_have_hints(void **state)
{
	struct recorded *run = recorded_open("aa");
	size_t subject = recorded_subject(run, "namespace-a"), count;
	const struct analysis_summary *sum =
		analysis_summary_find(&run->analysis, "request_to_ready_ns", subject);
	struct shared shared = {.cache = {.wanted = "warm", .pages_count = 100}};

	(void)state;
	for (size_t i = 0; i < sum->count; i++) {
		struct brief *s = (struct brief *)(uintptr_t)analysis_sample(sum, i);
		bool slow = i % 10 == 3;

		sum->values[i] = slow ? 9e6 : 2e6 + (double)i;
		s->shared = &shared;
		s->cache_resident_count = slow ? 8 : 100;
		s->major_faults = slow ? 12 : 0;
		s->involuntary_switches = 3;
		s->steal_ns = s->psi_cpu_some_us = UNKNOWN;
		s->events = 0;
	}
	cleanup_free struct slow_samples *rows = causes_find(&run->analysis, &count);
	const struct slow_samples *row = NULL;

	for (size_t i = 0; i < count; i++)
		if (rows[i].subject == subject)
			row = &rows[i];
	assert_non_null(row);
	assert_int_equal(row->slow, 6);
	assert_int_equal(row->of, 60);
	assert_int_equal(row->hint_count, 2);
	assert_int_equal(row->hints[0].cause, CAUSE_CACHE);
	assert_true(fabs(row->hints[0].slow - 92) < 1e-9 && row->hints[0].others < 1e-9);
	assert_int_equal(row->hints[1].cause, CAUSE_FAULTS);
	assert_true(fabs(row->hints[1].slow - 12) < 1e-9);
	recorded_close(run);
}

/* Memory that went to swap while it was held, and a ramp that ended as the host began to swap. */
static void swap_in_an_experiment_is_seen(void **state)
{
	(void)state;
	for (int ramp = 0; ramp < 2; ramp++) {
		struct recorded *run = recorded_open("kvm");
		struct json *record = ramp ? experiment_make_record("density", "end", "vm")
					   : experiment_make_record("touch", "weighing", "vm");

		assert_false(run->analysis.flags[FLAG_SWAP].triggered);
		if (ramp)
			json_add_text(record, "reason", "swap");
		else
			json_add_int(record, "swap_pss_bytes", 4096);
		json_append(run->recording.experiments, record);
		analyse_again(run);
		assert_true(run->analysis.flags[FLAG_SWAP].triggered);
		assert_int_equal(run->analysis.flags[FLAG_SWAP].subject_count, 1);
		assert_int_equal(run->analysis.flags[FLAG_SWAP].subjects[0], recorded_subject(run, "vm"));
		recorded_close(run);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_detector_is_triggered),
		cmocka_unit_test(merging_spares_who_does_not_offer),
		cmocka_unit_test(slow_samples_have_hints),
		cmocka_unit_test(swap_in_an_experiment_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
