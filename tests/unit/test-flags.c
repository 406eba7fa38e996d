/* SPDX-License-Identifier: Apache-2.0 */
/* The checks of what the statistics assume, against R's numbers and on values that must or must not raise
 * them. */
#include "tests/unit/vectors.h"

#include "harness/analyze/flags.h"
#include "harness/base/random.h"

static void test_warmup(void **state)
{
	(void)state;
	for (const struct json *r = vectors_first("trend"); r; r = json_next(r)) {
		size_t n;
		cleanup_free double *values = vectors_list(r, "values", &n);
		struct flags_trend trend = flags_warmup(values, n);

		assert_vector(trend.rho, r, "rho");
		assert_vector(trend.p, r, "p");
		assert_int_equal(trend.raised, vectors_number(r, "p") < 0.01);
	}
}

static void test_warmup_edges(void **state)
{
	static const double falling[] = { INFINITY, 9, 8, 7, 6, 5, 4, 3, 2, 1, 100, 200, 300, 400 };
	static const double same[] = { 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1 };

	(void)state;
	assert_true(flags_warmup(falling, 14).raised); /* what comes after the first ten does not count */
	assert_close(flags_warmup(falling, 14).rho, -1);
	assert_close(flags_warmup(falling, 14).p, 0);
	assert_close(flags_warmup(falling, 3).rho, NAN);
	assert_close(flags_warmup(same, 7).rho, NAN);
	assert_false(flags_warmup(same, 7).raised);
	assert_false(flags_warmup(NULL, 0).raised);
}

static void test_autocorrelation(void **state)
{
	static const double censored[] = { 1, INFINITY, 2, -INFINITY, 3, 4 };
	static const double same[] = { 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1 };
	bool raised;

	(void)state;
	for (const struct json *r = vectors_first("autocorrelation"); r; r = json_next(r)) {
		size_t n;
		cleanup_free double *values = vectors_list(r, "values", &n);
		double lag1 = vectors_number(r, "lag1");

		assert_close(flags_autocorrelation(values, n, &raised), lag1);
		assert_int_equal(raised, fabs(lag1) > 2 / sqrt((double)n));
	}
	assert_close(flags_autocorrelation(censored, 6, &raised), 0.25); /* of 1, 2, 3, 4 */
	assert_false(raised);
	assert_close(flags_autocorrelation(same, 7, &raised), NAN);
	assert_close(flags_autocorrelation(NULL, 0, &raised), NAN);
}

static void test_modes(void **state)
{
	(void)state;
	for (const struct json *r = vectors_first("modes"); r; r = json_next(r)) {
		size_t n;
		cleanup_free double *values = vectors_list(r, "values", &n);
		struct flags_modes modes = flags_modes(values, n);

		assert_true(modes.known);
		assert_vector(modes.share, r, "share");
		assert_close(modes.low_weight, vectors_number(r, "low") / (double)n);
		assert_vector(modes.low_median, r, "low_median");
		assert_vector(modes.high_median, r, "high_median");
		assert_int_equal(modes.raised, vectors_number(r, "share") > 0.85);
	}
}

static void test_modes_edges(void **state)
{
	double values[21];

	(void)state;
	for (size_t i = 0; i < 21; i++)
		values[i] = 5;
	assert_true(flags_modes(values, 21).known);
	assert_close(flags_modes(values, 21).share, 0);
	assert_false(flags_modes(values, 19).known);
	values[3] = INFINITY;
	assert_true(flags_modes(values, 21).known); /* 20 finite ones are left */
	values[4] = 0;
	assert_false(flags_modes(values, 21).known);
	assert_false(flags_modes(NULL, 0).known);
}

/* Method R5.8: no more than 6.2 % false alarms for 20 uniform values. */
static void test_modes_false_alarms(void **state)
{
	enum { RUNS = 4000 };
	struct random random;
	size_t alarms = 0;

	(void)state;
	random_seed(&random, 11);
	for (size_t run = 0; run < RUNS; run++) {
		double values[20];

		for (size_t i = 0; i < 20; i++)
			values[i] = exp(random_unit(&random));
		alarms += flags_modes(values, 20).raised;
	}
	assert_in_range(alarms, 1, RUNS * 8 / 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_warmup),		cmocka_unit_test(test_warmup_edges),
		cmocka_unit_test(test_autocorrelation), cmocka_unit_test(test_modes),
		cmocka_unit_test(test_modes_edges),	cmocka_unit_test(test_modes_false_alarms),
	};

	return cmocka_run_group_tests(tests, vectors_open, vectors_close);
}
