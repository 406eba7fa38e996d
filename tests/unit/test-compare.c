/* SPDX-License-Identifier: Apache-2.0 */
/* Ratios, differences and verdicts: against R's, and with censored and impossible values. */
#include <errno.h>

#include "harness/analyze/shift.h"
#include "harness/analyze/verdict.h"
#include "harness/base/random.h"
#include "tests/unit/comparing.h"
#include "tests/unit/vectors.h"

static void assert_estimate(struct estimate estimate, double lo, double value, double hi)
{
	assert_true(estimate.ci.known);
	assert_close(estimate.ci.lo, lo);
	assert_close(estimate.value, value);
	assert_close(estimate.ci.hi, hi);
}

/* The answer of one record, and that exchanging the sides turns it round. */
static void assert_record(struct comparison c, struct comparison exchanged, const struct json *r)
{
	assert_estimate(c.ratio, vectors_number(r, "lo"), vectors_number(r, "ratio"),
			vectors_number(r, "hi"));
	assert_true(fabs(c.p - vectors_number(r, "p")) < 1e-9);
	assert_true(fabs(c.effect - vectors_number(r, "effect")) < 1e-12);
	assert_estimate(exchanged.ratio, 1 / c.ratio.ci.hi, 1 / c.ratio.value, 1 / c.ratio.ci.lo);
	assert_estimate(exchanged.difference, -c.difference.ci.hi, -c.difference.value, -c.difference.ci.lo);
	assert_close(exchanged.p, c.p);
	assert_true(fabs(exchanged.effect + c.effect) < 1e-12);
}

static void test_paired(void **state)
{
	(void)state;
	for (const struct json *r = vectors_first("paired"); r; r = json_next(r)) {
		size_t n;
		cleanup_free double *x = vectors_list(r, "x", &n);
		cleanup_free double *y = vectors_list(r, "y", &n);

		assert_record(pairs_of(x, y, n), pairs_of(y, x, n), r);
		assert_int_equal(pairs_of(x, y, n).x_count, n);
	}
}

static void test_unpaired(void **state)
{
	(void)state;
	for (const struct json *r = vectors_first("unpaired"); r; r = json_next(r)) {
		size_t m, n;
		cleanup_free double *x = vectors_list(r, "x", &m);
		cleanup_free double *y = vectors_list(r, "y", &n);

		assert_record(sides_of(x, m, y, n), sides_of(y, n, x, m), r);
	}
}

/* A start that timed out is slower than any that did not; where both did, the pair says nothing. */
static void test_censored_pairs(void **state)
{
	static const double x[] = { 1, 1, 1, 1, 1, 1, INFINITY, 1 };
	static const double y[] = { 2, 3, INFINITY, 4, 5, 6, INFINITY, 7 };
	struct comparison c = pairs_of(x, y, 8);

	(void)state;
	assert_int_equal(c.x_count, 7);
	assert_int_equal(c.dropped, 1);
	assert_estimate(c.difference, 2, 4,
			INFINITY); /* numbers 3, 14 and 15, and 26 of the 28 Walsh averages */
	assert_close(c.ratio.value, pow(24 * 25, 0.25));
	assert_close(c.ratio.ci.hi, INFINITY);
	assert_close(c.p, 2.0 / 128);
	assert_close(c.effect, 1);
	assert_int_equal(c.trimmed, 1);
}

/* Most of one side censored: the ratio is at least something, or at most. */
static void test_mostly_censored(void **state)
{
	static const double x[] = { 1, 2, 3, 4, 5, 6 };
	static const double y[] = { INFINITY, INFINITY, 4, INFINITY, INFINITY, INFINITY };

	(void)state;
	assert_close(pairs_of(x, y, 6).ratio.value, INFINITY);
	assert_close(pairs_of(x, y, 6).ratio.ci.lo, 4.0 / 3);
	assert_close(pairs_of(y, x, 6).ratio.value, 0);
	assert_close(sides_of(x, 6, y, 6).ratio.value, INFINITY);
	assert_close(sides_of(y, 6, x, 6).ratio.value, 0);
}

/* A timeout on either side: what their average is, nobody knows, so the interval takes both. */
static void test_opposite_censored(void **state)
{
	static const double differences[] = { -INFINITY, 1, 2, 3, 4, 5, 6, INFINITY };
	static const double opposite[] = { -INFINITY, INFINITY };
	struct estimate estimate = shift_paired(differences, 8, 0.95);

	(void)state;
	assert_close(estimate.value, 3.5);
	assert_true(estimate.ci.known);
	assert_close(estimate.ci.lo, -INFINITY);
	assert_close(estimate.ci.hi, INFINITY);
	assert_close(shift_paired(opposite, 2, 0.95).value, NAN);
}

/* The k-th smallest of a list of sums in which -INFINITY + INFINITY is `unknown`. */
static double listed(const double *sums, size_t n, size_t k, double unknown)
{
	cleanup_free double *sorted = alloc_zero(n, sizeof(*sorted));

	for (size_t i = 0; i < n; i++)
		sorted[i] = isnan(sums[i]) ? unknown : sums[i];
	stats_sort(sorted, n);
	return sorted[k - 1];
}

/* Selection gives what a list of all Walsh averages gives: ties, zeros, both infinities, odd and even counts.
 */
static void test_selection(void **state)
{
	struct random random;

	(void)state;
	random_seed(&random, 3);
	for (size_t run = 0; run < 300; run++) {
		double d[12], sums[78];
		size_t n = 6 + random_below(&random, 7), count = 0;

		for (size_t i = 0; i < n; i++) {
			d[i] = (double)random_below(&random, 9) - 4;
			d[i] = d[i] == 4 ? INFINITY : d[i] == -4 ? -INFINITY : d[i];
		}
		for (size_t i = 0; i < n; i++)
			for (size_t j = i; j < n; j++)
				sums[count++] = (d[i] + d[j]) / 2;
		struct estimate estimate = shift_paired(d, n, 0.9);
		size_t cut = 1;

		while (cut < count && !(estimate.ci.lo == listed(sums, count, cut, -INFINITY) &&
					estimate.ci.hi == listed(sums, count, count - cut + 1, INFINITY)))
			cut++;
		assert_in_range(cut, 1, count / 2);
		double low = (listed(sums, count, (count + 1) / 2, -INFINITY) +
			      listed(sums, count, count / 2 + 1, -INFINITY)) /
			     2;
		double high = (listed(sums, count, (count + 1) / 2, INFINITY) +
			       listed(sums, count, count / 2 + 1, INFINITY)) /
			      2;

		assert_close(estimate.value, (low + high) / 2);
	}
}

/* A footprint of 0 bytes has no ratio; the difference is as good as ever. */
static void test_zeros(void **state)
{
	static const double x[] = { 0, 0, 0, 0, 0, 0 };
	static const double y[] = { 4096, 8192, 4096, 4096, 4096, 4096 };
	struct comparison c = pairs_of(x, y, 6);

	(void)state;
	assert_false(c.ratio_defined);
	assert_close(c.ratio.value, NAN);
	assert_false(c.ratio.ci.known);
	assert_estimate(c.difference, 4096, 4096, 8192);
	assert_close(c.p, 2.0 / 64);
	assert_close(c.effect, 1);
	assert_int_equal(verdict_of(&c, c.p, 0.05), VERDICT_NOT_COMPARABLE);
	c = sides_of(x, 6, y, 6);
	assert_false(c.ratio_defined);
	assert_estimate(c.difference, 4096, 4096, 8192);
	assert_true(c.p < 0.01);
}

static void test_equal(void **state)
{
	static const double same[] = { 0.1, 0.3, 0.3, 7, 7, 11 };
	struct comparison c = pairs_of(same, same, 6);

	(void)state;
	assert_estimate(c.ratio, 1, 1, 1);
	assert_estimate(c.difference, 0, 0, 0);
	assert_close(c.p, 1);
	assert_close(c.effect, 0);
	assert_false(c.dependent);
	assert_int_equal(verdict_of(&c, c.p, 0.05), VERDICT_EQUIVALENT);
}

static void test_few(void **state)
{
	static const double x[] = { 1, 2, 3, 4, 5 }, y[] = { 2, 4, 6, 8, 10 };

	(void)state;
	for (size_t n = 0; n <= 5; n++) {
		struct comparison c = pairs_of(x, y, n);

		assert_int_equal(c.x_count, n);
		assert_int_equal(c.ratio_defined, n > 0);
		assert_close(c.ratio.value, n ? 2 : NAN);
		assert_false(c.ratio.ci.known);
		assert_close(c.p, n ? 2 / exp2((double)n) : 1);
		assert_int_equal(verdict_of(&c, c.p, 0.05),
				 n ? VERDICT_INCONCLUSIVE : VERDICT_NOT_COMPARABLE);
	}
	assert_false(sides_of(x, 0, y, 5).ratio_defined);
	assert_close(sides_of(x, 5, y, 0).difference.value, NAN);
	assert_close(sides_of(x, 1, y, 1).ratio.value, 2);
	assert_false(sides_of(x, 3, y, 3).ratio.ci.known);
	assert_true(sides_of(x, 4, y, 4).ratio.ci.known);
}

static void assert_refused(const struct compare_data *data, const char *text)
{
	struct comparison c;
	struct error err = { 0 };

	assert_int_equal(compare_paired(data, &c, &err), -EINVAL);
	assert_string_equal(err.text, text);
	assert_false(c.ratio_defined);
	assert_close(c.ratio.value, NAN);
}

static void test_refused(void **state)
{
	static const double good[] = { 1, 2, 3 }, bad[] = { 1, NAN, 3 }, below[] = { -INFINITY, 2, 3 };

	(void)state;
	assert_refused(&(struct compare_data){ good, good, 3, 2, 0.95 }, "3 and 2 values make no pairs");
	assert_refused(&(struct compare_data){ bad, good, 3, 3, 0.95 },
		       "first subject: value 2 of 3 is not a number");
	assert_refused(&(struct compare_data){ good, below, 3, 3, 0.95 },
		       "second subject: value 1 of 3 is minus infinity");
	assert_refused(&(struct compare_data){ good, good, 3, 3, 95 },
		       "a confidence of 95 is not between 0 and 1");
	assert_int_equal(compare_unpaired(&(struct compare_data){ good, bad, 3, 3, 0.95 },
					  &(struct comparison){ 0 }, NULL),
			 -EINVAL);
}

/* One wild value changes the ratio little, and the line on sensitivity leaves it out. */
static void test_trimmed(void **state)
{
	static const double x[] = { 10, 11, 12, 10, 11, 12, 10, 11, 12, 11 };
	static const double y[] = { 20, 22, 24, 20, 22, 2400, 20, 22, 24, 22 };
	struct comparison c = pairs_of(x, y, 10);

	(void)state;
	assert_int_equal(c.trimmed, 1);
	assert_estimate(c.ratio_trimmed, 2, 2, 2);
	assert_close(c.ratio.value, 2);
	c = sides_of(x, 10, y, 10);
	assert_int_equal(c.trimmed, 1);
	assert_true(c.ratio_trimmed.ci.hi < c.ratio.ci.hi + 1e-9);
}

static void test_dependent(void **state)
{
	double x[40], y[40];

	(void)state;
	for (size_t i = 0; i < 40; i++) {
		x[i] = 10;
		y[i] = i < 20 ? 11 + 0.01 * (double)(i % 3) : 12 + 0.01 * (double)(i % 3);
	}
	assert_true(pairs_of(x, y, 40).dependent);
	assert_true(pairs_of(x, y, 40).autocorrelation > 0.9);
	assert_close(sides_of(x, 40, y, 40).autocorrelation, NAN);
}

/* Method 5.5, row by row; the first that matches wins. */
static void test_verdicts(void **state)
{
	static const struct {
		double lo, value, hi, p;
		enum verdict verdict;
	} rows[] = {
		{ 0.96, 1.00, 1.04, 0.50, VERDICT_EQUIVALENT },
		{ 1.01, 1.02, 1.05, 0.001, VERDICT_EQUIVALENT },
		{ 1.02, 1.04, 1.06, 0.001, VERDICT_DIFFERENT_BUT_SMALL },
		{ 1.02, 1.04, 1.06, 0.20, VERDICT_DIFFERENT_BUT_SMALL },
		{ 1.02, 1.06, 1.10, 0.049, VERDICT_HIGHER },
		{ 1.02, 1.06, 1.10, 0.05, VERDICT_INCONCLUSIVE },
		{ 0.50, 0.60, 0.70, 0.001, VERDICT_LOWER },
		{ 0.50, 0.60, 0.70, NAN, VERDICT_INCONCLUSIVE },
		{ 0.90, 0.99, 1.08, 0.001, VERDICT_INCONCLUSIVE },
		{ 1.00, 1.20, 1.40, 0.001, VERDICT_INCONCLUSIVE },
		{ 40.0, INFINITY, INFINITY, 0.001, VERDICT_HIGHER },
		{ 0.00, 0.00, 0.20, 0.001, VERDICT_LOWER },
		{ 0.00, NAN, INFINITY, 0.001, VERDICT_INCONCLUSIVE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct comparison c = { .ratio_defined = true,
					.ratio = { rows[i].value, { rows[i].lo, rows[i].hi, true, 0.95 } } };

		assert_int_equal(verdict_of(&c, rows[i].p, 0.05), rows[i].verdict);
		c.ratio.ci.known = false;
		assert_int_equal(verdict_of(&c, rows[i].p, 0.05), VERDICT_INCONCLUSIVE);
		c.ratio_defined = false;
		assert_int_equal(verdict_of(&c, rows[i].p, 0.05), VERDICT_NOT_COMPARABLE);
	}
}

static void test_names(void **state)
{
	const struct metric time = { .lower = "faster", .higher = "slower" };

	(void)state;
	assert_string_equal(verdict_name(VERDICT_LOWER, &time), "faster");
	assert_string_equal(verdict_name(VERDICT_HIGHER, &time), "slower");
	assert_string_equal(verdict_name(VERDICT_EQUIVALENT, &time), "equivalent");
	assert_string_equal(verdict_name(VERDICT_DIFFERENT_BUT_SMALL, &time), "different_but_small");
	assert_string_equal(verdict_name(VERDICT_INCONCLUSIVE, &time), "inconclusive");
	assert_string_equal(verdict_name(VERDICT_NOT_COMPARABLE, &time), "not_comparable");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paired),
		cmocka_unit_test(test_unpaired),
		cmocka_unit_test(test_censored_pairs),
		cmocka_unit_test(test_mostly_censored),
		cmocka_unit_test(test_opposite_censored),
		cmocka_unit_test(test_selection),
		cmocka_unit_test(test_zeros),
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_few),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_trimmed),
		cmocka_unit_test(test_dependent),
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, vectors_open, vectors_close);
}
