/* SPDX-License-Identifier: Apache-2.0 */
/* Ramps: a line for each concurrency, its interval, the knee and what limits it, starts and ends by N. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/analyze/experiment-ramp.h"
#include "harness/analyze/slope.h"
#include "harness/base/cleanup.h"
#include "tests/unit/experiments.h"

#define MIB (1 << 20)

/* What a ramp's records are made from. */
struct shape {
	int concurrency, sample, most, slow_from; /* starts from there on take four times as long */
	double cpu_share;			  /* of the time something waits for the CPUs, once they are slow */
};

static struct json *begin(const struct shape *shape, const char *what)
{
	struct json *record = json_object();

	json_add_text(record, "record", "experiment");
	json_add_text(record, "experiment", "density");
	json_add_text(record, "what", what);
	json_add_text(record, "subject", "s");
	json_add_int(record, "sample", shape->sample);
	json_add_int(record, "block", 0);
	json_add_int(record, "concurrency", shape->concurrency);
	return record;
}

/* Each instance takes 100 MiB and a little that is not on the line. */
static void ramp_add(struct json *records, const struct shape *shape)
{
	int64_t at_ns = 0, waited_ns = 0, harness_ns = 0, width = shape->concurrency > 0 ? shape->concurrency : 1;
	struct json *teardown = begin(shape, "teardown"), *each = json_array(), *end = begin(shape, "end");
	struct json *cpu = json_array();

	for (int n = 1; n <= shape->most; n++) {
		struct json *start = begin(shape, "start"), *point = begin(shape, "point");
		bool slow = shape->slow_from && n >= shape->slow_from;
		int64_t latency_ns = slow ? 4000000 : 1000000;

		at_ns += latency_ns;
		waited_ns += slow ? (int64_t)(shape->cpu_share * (double)latency_ns) : 0;
		json_add_int(start, "n", n);
		json_add_int(start, "latency_ns", latency_ns);
		json_add_text(start, "status", "ok");
		json_add_int(start, "at_ns", at_ns);
		/* As many as are started at once are paid for by the first of them. */
		harness_ns += (n - 1) % width ? 0 : 500 * width;
		json_add_int(start, "harness_cpu_ns", harness_ns);
		json_add_int(start, "waited_cpu_ns", waited_ns);
		json_add_int(start, "waited_io_ns", 0);
		json_add_null(start, "waited_memory_ns");
		json_append(records, start);
		json_add_int(point, "n", n);
		json_add_int(point, "footprint_bytes", (int64_t)n * 100 * MIB + (n % 3) * MIB);
		json_append(records, point);
		json_append(each, json_new_int(1000 * (shape->most + 1 - n)));
		json_append(cpu, json_new_int(n <= 3 ? 300 : 200));
	}
	json_add_int(teardown, "n", shape->most);
	json_add(teardown, "each_ns", each);
	json_add(teardown, "harness_cpu_each_ns", cpu);
	json_append(records, teardown);
	json_add_int(end, "n", shape->most);
	json_add_text(end, "reason", "instances_max");
	json_append(records, end);
}

/* The fits of some ramps of one subject, for ramp_fits_free(). */
static struct ramp_fit *fits_of(const struct shape *shapes, size_t count, struct json *more, size_t *ret_count)
{
	struct analysis_subject subject = {.name = "s", .title = "s", .usable = true};
	struct recording recording = {.experiments = json_array()};
	struct analysis analysis = {.recording = &recording, .subjects = &subject, .subject_count = 1};

	for (size_t i = 0; i < count; i++)
		ramp_add(recording.experiments, &shapes[i]);
	if (more)
		json_append(recording.experiments, more);
	struct ramp_fit *fits = ramp_fits_make(&analysis, ret_count);

	json_free(recording.experiments);
	return fits;
}

static void each_concurrency_is_a_ramp_of_its_own(void **state)
{
	const struct shape shapes[] = {{2, 0, 20, 0, 0}, {1, 0, 20, 12, 0.5}};
	size_t count;
	struct ramp_fit *fits = fits_of(shapes, 2, NULL, &count);

	(void)state;
	assert_int_equal(count, 2);
	assert_int_equal(fits[0].concurrency, 1);
	assert_string_equal(fits[0].title, "s, 1 at a time");
	assert_string_equal(fits[1].title, "s, 2 at a time");
	assert_int_equal(fits[0].ramps, 1);
	assert_null(fits[1].knee.limit);
	assert_true(isnan(fits[1].knee.n));
	/* The third of the five is the first whose median is a slow one. */
	assert_float_equal(fits[0].knee.n, 14, 1e-9);
	assert_string_equal(fits[0].knee.limit, "cpu");
	assert_true(isnan(fits[0].knee.waited_ratio[RAMP_WAIT_MEMORY]));
	ramp_fits_free(fits, count);
}

static void a_knee_without_a_shortage_is_work(void **state)
{
	const struct shape shape = {1, 0, 20, 12, 0.05};
	size_t count;
	struct ramp_fit *fits = fits_of(&shape, 1, NULL, &count);

	(void)state;
	assert_int_equal(count, 1);
	assert_string_equal(fits[0].title, "s"); /* there is no other concurrency */
	assert_string_equal(fits[0].knee.limit, "work");
	ramp_fits_free(fits, count);
}

static void one_ramp_has_an_interval_within_it_and_more_have_one_between_them(void **state)
{
	const struct shape shapes[] = {{1, 0, 20, 0, 0}, {1, 1, 12, 0, 0}};
	size_t count;
	struct ramp_fit *one = fits_of(shapes, 1, NULL, &count);

	(void)state;
	assert_false(one[0].marginal.ci.known); /* one value: no claim is decided by it */
	assert_true(one[0].within.known);
	assert_true(one[0].within.lo <= 100 * MIB && one[0].within.hi >= 100 * MIB);
	assert_true(one[0].within.hi - one[0].within.lo < 2 * MIB);
	ramp_fits_free(one, count);
	struct ramp_fit *two = fits_of(shapes, 2, NULL, &count);

	assert_int_equal(two[0].ramps, 2);
	assert_false(two[0].within.known);
	assert_true(two[0].marginal.ci.known);
	ramp_fits_free(two, count);
}

/* 10 points: Kendall's variance is 125, so of 45 slopes the 11th and the 35th. */
static void the_interval_within_goes_by_ranks(void **state)
{
	struct slope_point points[10];

	(void)state;
	for (int i = 0; i < 10; i++)
		points[i] = (struct slope_point){i, i + (i == 9 ? 100 : 0), 3};
	struct interval ci = slope_interval_within(points, 10, 3);

	assert_true(ci.known);
	assert_float_equal(ci.lo, 1, 1e-12); /* 36 of the slopes are 1 */
	assert_float_equal(ci.hi, 1, 1e-12);
	assert_false(slope_interval_within(points, 5, 3).known);
	assert_false(slope_interval_within(points, 10, 4).known);
}

static void bins_hold_every_start_once_and_failures_beside(void **state)
{
	const struct shape shape = {1, 0, 20, 0, 0};
	struct json *failed = begin(&shape, "start");
	size_t count, starts = 0;

	(void)state;
	json_add_int(failed, "n", 21);
	json_add_null(failed, "latency_ns");
	json_add_text(failed, "status", "timeout");
	struct ramp_fit *fits = fits_of(&shape, 1, failed, &count);

	for (size_t i = 0; i < fits[0].bin_count; i++)
		starts += fits[0].bins[i].starts;
	assert_int_equal(starts, 21);
	assert_int_equal(fits[0].failed, 1);
	assert_int_equal(fits[0].bins[fits[0].bin_count - 1].failed, 1);
	assert_float_equal(fits[0].bins[0].latency_ns, 1000000, 1e-9);
	/* The last to go is the first that came. */
	assert_float_equal(fits[0].bins[0].teardown_ns, 1000, 1e-9);
	ramp_fits_free(fits, count);
}

static void what_the_harness_takes_is_divided_by_starts_and_ends(void **state)
{
	/* Seven and twelve are points of two ramps, and no multiples of two. */
	const struct shape shapes[] = {{2, 0, 20, 0, 0}, {2, 1, 20, 0, 0}};
	size_t count;
	struct ramp_fit *fits = fits_of(shapes, 2, NULL, &count);
	const struct ramp_bin *bins = fits[0].bins;

	(void)state;
	assert_float_equal(bins[0].harness_start_ns, 1000, 1e-9);
	assert_int_equal(bins[3].n_low, 7);
	assert_float_equal(bins[3].harness_start_ns, 600, 1e-9); /* 7, 9 and 11 pay for five */
	assert_float_equal(bins[0].harness_end_ns, 200, 1e-9);
	/* The first three that went are 20, 19 and 18: of the eight between 12 and 19 two. */
	assert_float_equal(bins[4].harness_end_ns, 225, 1e-9);
	ramp_fits_free(fits, count);
}

static void an_older_recording_does_not_say_what_the_harness_took(void **state)
{
	const struct shape shape = {1, 0, 20, 0, 0};
	struct json *old = begin(&shape, "start");
	size_t count;

	(void)state;
	json_add_int(old, "n", 1);
	json_add_int(old, "latency_ns", 5);
	struct ramp_fit *fits = fits_of(&shape, 1, old, &count);

	assert_true(isnan(fits[0].bins[0].harness_start_ns));
	ramp_fits_free(fits, count);
}

static void an_interrupted_start_is_no_failure(void **state)
{
	const struct shape shape = {1, 0, 6, 0, 0};
	struct json *aborted = begin(&shape, "start");
	size_t count;

	(void)state;
	json_add_int(aborted, "n", 7);
	json_add_null(aborted, "latency_ns");
	json_add_text(aborted, "status", "aborted");
	struct ramp_fit *fits = fits_of(&shape, 1, aborted, &count);

	assert_int_equal(fits[0].failed, 0);
	assert_int_equal(fits[0].start_count, 6);
	ramp_fits_free(fits, count);
}

/* From a file that nobody trusts. */
static void hostile_numbers_end(void **state)
{
	const struct shape shapes[] = {{-5, 0, 3, 0, 0}, {2000000000, 0, 3, 0, 0}};
	struct json *far = begin(&shapes[0], "start");
	size_t count;

	(void)state;
	json_add_number(far, "n", 1e300);
	json_add_number(far, "latency_ns", 5);
	struct ramp_fit *fits = fits_of(shapes, 2, far, &count);

	assert_int_equal(count, 2);
	assert_int_equal(fits[0].concurrency, 1);
	ramp_fits_free(fits, count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_concurrency_is_a_ramp_of_its_own),
		cmocka_unit_test(a_knee_without_a_shortage_is_work),
		cmocka_unit_test(one_ramp_has_an_interval_within_it_and_more_have_one_between_them),
		cmocka_unit_test(the_interval_within_goes_by_ranks),
		cmocka_unit_test(bins_hold_every_start_once_and_failures_beside),
		cmocka_unit_test(what_the_harness_takes_is_divided_by_starts_and_ends),
		cmocka_unit_test(an_older_recording_does_not_say_what_the_harness_took),
		cmocka_unit_test(an_interrupted_start_is_no_failure),
		cmocka_unit_test(hostile_numbers_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
