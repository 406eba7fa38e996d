/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the method says of recorded noise: one subject under two names, a delay that was put in, a host that
 * is disturbed (tests/data/runs/README.md). Method section 9, item 6.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/analyze/alarms.h"
#include "harness/analyze/power.h"
#include "harness/analyze/verdict.h"
#include "tests/unit/comparing.h"
#include "tests/unit/recorded.h"

#include "harness/analyze/versus.h"

enum { SEEDS = ALARMS_SEEDS, AA_BLOCKS = 20, POWER_BLOCKS = 30, BLOCKS_MAX = 60 };

/* Both names' start-ups, block by block. */
struct twins {
	double a[BLOCKS_MAX], b[BLOCKS_MAX];
	size_t count;
};

static struct twins twins_of(const struct recorded *run, const char *a, const char *b)
{
	const struct analysis_summary *x =
		analysis_summary_find(&run->analysis, "request_to_ready_ns", recorded_subject(run, a));
	const struct analysis_summary *y =
		analysis_summary_find(&run->analysis, "request_to_ready_ns", recorded_subject(run, b));
	struct twins twins = {.count = x->count};

	assert_int_equal(x->count, y->count);
	assert_in_range(x->count, POWER_BLOCKS, BLOCKS_MAX);
	for (size_t i = 0; i < x->count; i++) {
		assert_int_equal(analysis_sample(x, i)->block, analysis_sample(y, i)->block);
		twins.a[i] = x->values[i];
		twins.b[i] = y->values[i];
	}
	return twins;
}

static const char *const pairs[][2] = {{"process-a", "process-b"}, {"namespace-a", "namespace-b"}};

/* Both pairs are one report, so their p-values are adjusted together, as those of every report are. */
static void outcomes_of(const struct twins twins[COUNT(pairs)], size_t blocks, double delay,
			struct alarms ret[COUNT(pairs)])
{
	struct alarms_pair dealt[COUNT(pairs)];

	for (size_t i = 0; i < COUNT(pairs); i++)
		dealt[i] = (struct alarms_pair){twins[i].a, twins[i].b, twins[i].count};
	alarms_count(dealt, COUNT(pairs), blocks, delay, 0.05, ret);
}

static void twins_read(struct twins ret[COUNT(pairs)])
{
	struct recorded *run = recorded_open("aa");

	for (size_t i = 0; i < COUNT(pairs); i++)
		ret[i] = twins_of(run, pairs[i][0], pairs[i][1]);
	recorded_close(run);
}

/* Faster or slower at most 5 times of 100, the interval without 1 at most 11 times. */
static void one_subject_twice_is_not_different(void **state)
{
	struct twins twins[COUNT(pairs)];
	struct alarms outcomes[COUNT(pairs)];

	(void)state;
	twins_read(twins);
	outcomes_of(twins, AA_BLOCKS, 0, outcomes);
	for (size_t i = 0; i < COUNT(pairs); i++) {
		print_message("A/A %s: faster or slower %u, interval without 1 %u of %d\n", pairs[i][0],
			      outcomes[i].faster + outcomes[i].slower, outcomes[i].without_1, SEEDS);
		assert_in_range(outcomes[i].faster + outcomes[i].slower, 0, 5);
		assert_in_range(outcomes[i].without_1, 0, 11);
	}
}

static struct power power_said(const struct twins *twins)
{
	const struct compare_data data = {twins->a, twins->b, twins->count, twins->count, 0.95};
	struct noise noise;

	noise_of(&data, true, &noise);
	struct power power = power_of(&noise, &(struct power_question){.blocks = POWER_BLOCKS,
								       .tests = COUNT(pairs),
								       .band = 0.05,
								       .floor = NAN});
	noise_release(&noise);
	return power;
}

/*
 * 30 blocks at this noise: 10 % is called slower, and 5 % has an interval without 1, in 90 of 100, or the
 * power figure of the same recording has said that it needs more.
 */
static void a_delay_is_found_or_said_to_be_too_small(void **state)
{
	static const double delays[] = {0.05, 0.10, 0.20, 0.50};
	struct twins twins[COUNT(pairs)];

	(void)state;
	twins_read(twins);
	for (size_t d = 0; d < COUNT(delays); d++) {
		struct alarms outcomes[COUNT(pairs)];

		outcomes_of(twins, POWER_BLOCKS, delays[d], outcomes);
		for (size_t i = 0; i < COUNT(pairs); i++) {
			struct power said = power_said(&twins[i]);

			print_message("power %s +%.0f %%: slower %u, interval without 1 %u of %d; said: from "
				      "%.1f and %.1f %%\n",
				      pairs[i][0], delays[d] * 100, outcomes[i].slower, outcomes[i].without_1,
				      SEEDS, said.called * 100, said.seen * 100);
			if (delays[d] >= said.called)
				assert_in_range(outcomes[i].slower, 90, SEEDS);
			if (delays[d] >= said.seen)
				assert_in_range(outcomes[i].without_1, 90, SEEDS);
			if (delays[d] < said.seen / 2)
				assert_in_range(outcomes[i].without_1, 0, 90);
		}
	}
}

static enum verdict verdict_between(const struct recorded *run, const char *a, const char *b)
{
	const struct analysis_comparison *c = analysis_comparison_find(
		&run->analysis, "request_to_ready_ns", recorded_subject(run, a), recorded_subject(run, b));

	assert_non_null(c);
	return c->verdict;
}

/* Half of the blocks beside three endless loops: what is slower stays so, what is the same is never
 * different. */
static void a_disturbed_run_says_the_same_or_nothing(void **state)
{
	struct recorded *quiet = recorded_open("aa"), *disturbed = recorded_open("aa-hog");

	(void)state;
	assert_int_equal(verdict_between(quiet, "process-a", "namespace-a"), VERDICT_HIGHER);
	assert_int_equal(verdict_between(disturbed, "process-a", "namespace-a"), VERDICT_HIGHER);
	for (size_t i = 0; i < COUNT(pairs); i++) {
		enum verdict verdict = verdict_between(disturbed, pairs[i][0], pairs[i][1]);

		assert_true(verdict == VERDICT_INCONCLUSIVE || verdict == VERDICT_EQUIVALENT);
	}
	recorded_close(disturbed);
	recorded_close(quiet);
}

/* Two runs of the same subjects, of which one was disturbed: the control tells, and no regression is
 * reported. */
static void a_disturbed_run_is_no_regression(void **state)
{
	struct recorded *quiet = recorded_open("aa"), *disturbed = recorded_open("aa-hog");
	const struct versus_options options = {.threshold = NAN};
	struct versus_side a = {&quiet->analysis, SIZE_MAX}, b = {&disturbed->analysis, SIZE_MAX};
	struct versus versus;

	(void)state;
	assert_int_equal(versus_make(a, b, &options, &versus, NULL), 0);
	assert_true(versus.comparable);
	assert_int_equal(versus.regressions, 0);
	assert_int_equal(versus.improvements, 0);
	for (size_t i = 0; i < versus.row_count; i++)
		if (versus.rows[i].a->metric->headline)
			assert_int_equal(versus.rows[i].normalized,
					 versus.rows[i].a->subject != recorded_subject(quiet, "process-a"));
	versus_release(&versus);
	assert_int_equal(versus_make(b, a, &options, &versus, NULL), 0);
	assert_int_equal(versus.regressions, 0);
	versus_release(&versus);
	recorded_close(disturbed);
	recorded_close(quiet);
}

/* What the report of a run with twins says is the same count again. */
static void the_report_has_its_false_alarms(void **state)
{
	struct recorded *run = recorded_open("aa");
	struct twins twins[COUNT(pairs)];
	struct alarms outcomes[COUNT(pairs)];

	(void)state;
	twins_read(twins);
	outcomes_of(twins, BLOCKS_MAX, 0.10, outcomes);
	assert_int_equal(run->analysis.alarm_count, 4 * COUNT(pairs));
	for (size_t i = 0; i < run->analysis.alarm_count; i++) {
		const struct alarms_row *row = &run->analysis.alarms[i];

		assert_int_equal(row->blocks, 60);
		if (!(row->delay > 0))
			assert_in_range(row->found.faster + row->found.slower, 0, 5);
		if (row->delay == 0.10)
			assert_memory_equal(&row->found, &outcomes[i % COUNT(pairs)], sizeof(row->found));
	}
	recorded_close(run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_subject_twice_is_not_different),
		cmocka_unit_test(a_delay_is_found_or_said_to_be_too_small),
		cmocka_unit_test(the_report_has_its_false_alarms),
		cmocka_unit_test(a_disturbed_run_says_the_same_or_nothing),
		cmocka_unit_test(a_disturbed_run_is_no_regression),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
