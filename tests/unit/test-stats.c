/* SPDX-License-Identifier: Apache-2.0 */
/* Summaries against R's, censored values and refused values. */
#include "tests/unit/vectors.h"

#include <errno.h>

#include "harness/analyze/stats.h"

static struct stats_summary summarize(const double *values, size_t n)
{
	struct stats_summary summary;

	assert_int_equal(stats_summary(values, n, 0.95, &summary, NULL), 0);
	return summary;
}

static void test_summary(void **state)
{
	(void)state;
	for (const struct json *r = vectors_first("summary"); r; r = json_next(r)) {
		size_t n, six;
		cleanup_free double *values = vectors_list(r, "values", &n);
		cleanup_free double *quantiles = vectors_list(r, "quantiles", &six);
		struct stats_summary s = summarize(values, n);
		double ours[] = { s.min, s.p25, s.median, s.p75, s.p90, s.max };

		assert_int_equal(s.n, n);
		assert_int_equal(s.censored, 0);
		for (size_t i = 0; i < six; i++)
			assert_close(ours[i], quantiles[i]);
		assert_vector(s.mean, r, "mean");
		assert_vector(s.sd, r, "sd");
		assert_vector(s.mad, r, "mad");
		assert_int_equal(s.outliers_mild, vectors_size(r, "mild"));
		assert_int_equal(s.outliers_severe, vectors_size(r, "severe"));
	}
}

/* The vectors of method section 9, item 7. */
static void test_censored(void **state)
{
	static const double two[] = { 2, INFINITY, 1, INFINITY, 3 };
	static const double three[] = { INFINITY, INFINITY, 1, INFINITY, 2 };
	struct stats_summary s = summarize(two, 5);

	(void)state;
	assert_int_equal(s.censored, 2);
	assert_close(s.median, 3);
	assert_close(s.min, 1);
	assert_close(s.p25, 2);
	assert_close(s.p75, INFINITY);
	assert_close(s.max, INFINITY);
	assert_close(s.mad, 2);
	assert_close(s.mean, NAN);
	assert_close(s.sd, NAN);
	assert_false(s.ci.known);
	s = summarize(three, 5);
	assert_int_equal(s.censored, 3);
	assert_close(s.median, INFINITY);
	assert_close(s.mad, NAN);
}

/* An interval is there while its ranks are; its upper end may be a timeout. */
static void test_censored_interval(void **state)
{
	static const double one[] = { 5, 3, 1, 9, 4, 6, INFINITY, 2, 8, 7 };
	static const double two[] = { 5, 3, 1, INFINITY, 4, 6, INFINITY, 2, 8, 7 };
	struct stats_summary s = summarize(one, 10);

	(void)state;
	assert_true(s.ci.known);
	assert_close(s.ci.lo, 2);
	assert_close(s.ci.hi, 9);
	assert_int_equal(s.outliers_severe, 1);
	s = summarize(two, 10);
	assert_true(s.ci.known);
	assert_close(s.ci.hi, INFINITY);
	assert_close(s.median, 5.5);
}

/* Half of an even number censored: the middle is between a value and a timeout, so it is at least the
 * timeout. */
static void test_half_censored(void **state)
{
	static const double half[] = { 1, INFINITY, 2, INFINITY };
	static const double all[] = { INFINITY, INFINITY };

	(void)state;
	assert_close(summarize(half, 4).median, INFINITY);
	assert_close(summarize(all, 2).median, INFINITY);
	assert_close(summarize(all, 2).min, INFINITY);
	assert_int_equal(summarize(all, 2).outliers_severe, 0);
}

static void test_few(void **state)
{
	static const double values[] = { 4, 2 };
	struct stats_summary s = summarize(NULL, 0);

	(void)state;
	assert_int_equal(s.n, 0);
	assert_close(s.median, NAN);
	assert_close(s.mean, NAN);
	assert_close(s.max, NAN);
	assert_close(s.mad, NAN);
	assert_false(s.ci.known);
	s = summarize(values, 1);
	assert_close(s.median, 4);
	assert_close(s.sd, NAN);
	s = summarize(values, 2);
	assert_close(s.median, 3);
	assert_close(s.ci.lo, NAN);
	assert_false(s.p90_ci.known);
}

static void test_same_and_negative(void **state)
{
	static const double same[] = { 7, 7, 7, 7, 7, 7, 7 };
	static const double negative[] = { -3, 0, -1, 2, -0.0, 5, -9 };
	struct stats_summary s = summarize(same, 7);

	(void)state;
	assert_close(s.sd, 0);
	assert_close(s.mad, 0);
	assert_int_equal(s.outliers_mild + s.outliers_severe, 0);
	assert_close(s.ci.lo, 7);
	assert_close(s.ci.hi, 7);
	s = summarize(negative, 7);
	assert_close(s.median, 0);
	assert_close(s.ci.lo, -9);
	assert_close(s.ci.hi, 5);
}

static void test_refused(void **state)
{
	static const double not_a_number[] = { 1, NAN, 3 };
	static const double below_all[] = { 1, 2, -INFINITY };
	struct stats_summary s;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(stats_summary(not_a_number, 3, 0.95, &s, &err), -EINVAL);
	assert_string_equal(err.text, "value 2 of 3 is not a number");
	assert_int_equal(stats_summary(below_all, 3, 0.95, &s, &err), -EINVAL);
	assert_string_equal(err.text, "value 3 of 3 is minus infinity");
	assert_int_equal(stats_summary(below_all, 1, 1, &s, &err), -EINVAL);
	assert_string_equal(err.text, "a confidence of 1 is not between 0 and 1");
	assert_int_equal(stats_summary(below_all, 1, NAN, &s, NULL), -EINVAL);
}

static void test_wilson(void **state)
{
	(void)state;
	for (const struct json *r = vectors_first("wilson"); r; r = json_next(r)) {
		struct interval ci =
			stats_wilson(vectors_size(r, "k"), vectors_size(r, "n"), vectors_number(r, "asked"));

		assert_true(ci.known);
		assert_vector(ci.lo, r, "lo");
		assert_vector(ci.hi, r, "hi");
	}
	assert_false(stats_wilson(0, 0, 0.95).known);
	assert_false(stats_wilson(3, 2, 0.95).known);
	assert_false(stats_wilson(1, 2, 0).known);
}

static void test_precision(void **state)
{
	struct estimate wide = { .value = 10, .ci = { .lo = 9, .hi = 11.5, .known = true } };
	struct estimate open = { .value = 10, .ci = { .lo = 9, .hi = INFINITY, .known = true } };
	struct estimate exact = { .value = 0, .ci = { .lo = 0, .hi = 0, .known = true } };

	(void)state;
	assert_close(stats_precision(&wide), 0.125);
	assert_close(stats_precision(&open), INFINITY);
	assert_close(stats_precision(&exact), 0);
	assert_close(stats_precision(&stats_unknown), INFINITY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_summary),
		cmocka_unit_test(test_censored),
		cmocka_unit_test(test_censored_interval),
		cmocka_unit_test(test_half_censored),
		cmocka_unit_test(test_few),
		cmocka_unit_test(test_same_and_negative),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_wilson),
		cmocka_unit_test(test_precision),
	};

	return cmocka_run_group_tests(tests, vectors_open, vectors_close);
}
