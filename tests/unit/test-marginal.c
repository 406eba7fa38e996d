/* SPDX-License-Identifier: Apache-2.0 */
/* What one more instance takes: slopes through points made here, the row of the table of metrics, and F-MEMX. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/analyze/analysis.h"
#include "harness/analyze/experiment-ramp.h"
#include "harness/analyze/slope.h"
#include "harness/base/alloc.h"
#include "tests/unit/experiments.h"

#define KIB 1024.0
#define MIB (1024 * KIB)
#define RAMPS 3

/* Two outliers of ten points move the median of the slopes by little, least squares by much. */
static void an_outlier_does_not_move_the_slope(void **state)
{
	struct slope_point points[10];
	double intercept;

	(void)state;
	for (size_t i = 0; i < 10; i++)
		points[i] = (struct slope_point){(double)i, 5 + 3 * (double)i, 0};
	points[8].y += 400;
	points[9].y += 900;
	assert_float_equal(slope_theil_sen(points, 10, &intercept), 3, 0.2);
	assert_true(slope_least_squares(points, 10) > 20);
}

/* Ramps of different heights: only points of one ramp are joined. */
static void ramps_are_not_joined(void **state)
{
	struct slope_point points[6];
	double intercept;

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		double n = (double)(i % 3 + 1);

		points[i] = (struct slope_point){n, (i < 3 ? 0 : 1e6) + 7 * n, i / 3};
	}
	assert_float_equal(slope_theil_sen(points, 6, &intercept), 7, 1e-9);
	assert_float_equal(slope_least_squares(points, 6), 7, 1e-9);
}

/* Student's t over three slopes by hand: mean 20, standard deviation 2, 4.303 * 2 / sqrt(3). */
static void the_interval_is_that_of_the_ramps(void **state)
{
	static const double slopes[] = {18, 20, 22};
	struct slope_point points[6];

	(void)state;
	for (size_t i = 0; i < 6; i++)
		points[i] = (struct slope_point){(double)(i % 2), slopes[i / 2] * (double)(i % 2), i / 2};
	struct interval ci = slope_interval(points, 6, 3, 20);

	assert_true(ci.known);
	assert_float_equal(ci.lo, 20 - 4.303 * 2 / sqrt(3), 1e-3);
	assert_float_equal(ci.hi, 20 + 4.303 * 2 / sqrt(3), 1e-3);
	assert_false(slope_interval(points, 2, 1, 18).known);
}

/* One ramp of one subject: `each` bytes a piece, of which the host's MemAvailable falls by a part. */
struct ramp_wish {
	const char *subject;
	size_t n_first, n_step;
	double each, host_part;
};

static void ramp_make(struct recording *recording, const struct ramp_wish *wish, size_t ramp, struct sample *sample,
		      int64_t id)
{
	struct json *end = experiment_make_record("memory", "end", wish->subject);
	double each = wish->each * (1 + 0.01 * ((double)ramp - 1));

	sample_init(sample);
	sample->id = id;
	(void)snprintf(sample->subject, sizeof(sample->subject), "%s", wish->subject);
	sample->kind = BLOCK_EXPERIMENT;
	sample->block = (int64_t)ramp;
	sample->valid = true;
	for (size_t i = 0; i < 6; i++) {
		struct json *point = experiment_make_record("memory", "point", wish->subject);
		double n = (double)(wish->n_first + i * wish->n_step);

		json_add_int(point, "sample", sample->id);
		json_add_int(point, "block", sample->block);
		json_add_number(point, "n", n);
		json_add_number(point, "footprint_bytes", 10 * MIB + n * each);
		json_add_number(point, "pss_bytes", n * each);
		json_add_number(point, "mem_available_bytes", n * each * wish->host_part);
		json_append(recording->experiments, point);
	}
	json_add_int(end, "sample", sample->id);
	json_add_int(end, "block", sample->block);
	json_add_number(end, "n", 6);
	json_add_text(end, "reason", "instances_max");
	json_append(recording->experiments, end);
}

static void recording_make(struct recording *recording, double host_part)
{
	static const char plan[] =
		"{\"run\":{\"id\":\"0123456789abcdef\",\"seed\":\"0x1\",\"scenario\":{\"name\":\"s\"},\"design\":{}},"
		"\"subjects\":["
		"{\"name\":\"namespace\",\"kind\":\"container\",\"runtime\":\"namespace\",\"root\":\"image\","
		"\"class\":\"plain\",\"label\":\"\",\"usable\":true},"
		"{\"name\":\"vm\",\"kind\":\"vm\",\"runtime\":\"vm\",\"root\":\"image\",\"class\":\"plain\","
		"\"label\":\"\",\"usable\":true}]}";
	const struct ramp_wish wishes[] = {{"namespace", 200, 160, 400 * KIB, 1.1}, {"vm", 1, 1, 200 * MIB, host_part}};

	*recording = (struct recording){.plan = json_parse(plan, sizeof(plan) - 1, "plan", NULL)};
	recording->host = json_parse("{\"host\":{}}", 11, "host", NULL);
	recording->experiments = json_array();
	struct sample *samples = alloc_zero(2 * RAMPS, sizeof(*samples));

	for (size_t i = 0; i < 2 * RAMPS; i++)
		ramp_make(recording, &wishes[i % 2], i / 2, &samples[i], (int64_t)i);
	recording_hold(recording, samples, 2 * RAMPS);
}

static void it_is_a_headline_metric(void **state)
{
	struct recording recording;
	struct analysis analysis;
	struct error err = {0};

	(void)state;
	recording_make(&recording, 1);
	assert_int_equal(analysis_make(&recording, &analysis, &err), 0);
	const struct analysis_summary *vm = analysis_summary_find(&analysis, "mem_marginal_bytes", 1);
	const struct analysis_summary *box = analysis_summary_find(&analysis, "mem_marginal_bytes", 0);

	assert_non_null(vm);
	assert_non_null(box);
	assert_true(vm->metric->headline);
	assert_int_equal(vm->count, RAMPS);
	assert_float_equal(vm->stats.median, 200 * MIB, 1);
	assert_true(vm->stats.ci.known && vm->stats.ci.lo < 200 * MIB && vm->stats.ci.hi > 200 * MIB);
	assert_float_equal(box->stats.median, 400 * KIB, 1);
	const struct analysis_comparison *c = analysis_comparison_find(&analysis, "mem_marginal_bytes", 0, 1);

	assert_non_null(c);
	assert_int_equal(c->pairs, RAMPS);
	assert_float_equal(c->result.ratio.value, 512, 1e-6);
	assert_false(analysis.flags[FLAG_MEMX].triggered);
	analysis_release(&analysis);
	recording_release(&recording);
}

static void what_the_host_does_not_confirm_is_flagged(void **state)
{
	struct recording recording;
	struct analysis analysis;
	struct error err = {0};

	(void)state;
	recording_make(&recording, 0.8);
	assert_int_equal(analysis_make(&recording, &analysis, &err), 0);
	const struct analysis_flag *flag = &analysis.flags[FLAG_MEMX];

	assert_true(flag->triggered);
	assert_int_equal(flag->subject_count, 1);
	assert_int_equal(flag->subjects[0], 1);
	assert_true(analysis_summary_find(&analysis, "mem_marginal_bytes", 1)->flags >> FLAG_MEMX & 1);
	assert_false(analysis_summary_find(&analysis, "mem_marginal_bytes", 0)->flags >> FLAG_MEMX & 1);
	analysis_release(&analysis);
	recording_release(&recording);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_outlier_does_not_move_the_slope),
		cmocka_unit_test(ramps_are_not_joined),
		cmocka_unit_test(the_interval_is_that_of_the_ramps),
		cmocka_unit_test(it_is_a_headline_metric),
		cmocka_unit_test(what_the_host_does_not_confirm_is_flagged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
