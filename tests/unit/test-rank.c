/* SPDX-License-Identifier: Apache-2.0 */
/* Ranks, their distributions and tests, against R's and against enumeration. */
#include "tests/unit/vectors.h"

#include "harness/analyze/compare.h"
#include "harness/analyze/multiple.h"
#include "harness/analyze/rank.h"
#include "harness/base/random.h"

static void assert_range(struct rank_range range, const struct json *record)
{
	assert_int_equal(range.lo, vectors_size(record, "lo"));
	assert_int_equal(range.hi, vectors_size(record, "hi"));
	assert_vector(range.confidence, record, "confidence");
}

static void test_order(void **state)
{
	(void)state;
	for (const struct json *r = vectors_first("order"); r; r = json_next(r))
		assert_range(rank_of_quantile(vectors_size(r, "n"), vectors_number(r, "q"),
					      vectors_number(r, "asked")),
			     r);
}

/* The table of method 5.2. */
static void test_median_table(void **state)
{
	static const struct {
		size_t n, lo, hi;
		double percent;
	} rows[] = { { 10, 2, 9, 97.9 },   { 15, 4, 12, 96.5 }, { 20, 6, 15, 95.9 }, { 30, 10, 21, 95.7 },
		     { 60, 22, 39, 97.3 }, { 5, 0, 0, 0 },	{ 6, 1, 6, 96.9 },   { 0, 0, 0, 0 } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rank_range range = rank_of_quantile(rows[i].n, 0.5, 0.95);

		assert_int_equal(range.lo, rows[i].lo);
		assert_int_equal(range.hi, rows[i].hi);
		assert_true(fabs(100 * range.confidence - rows[i].percent) < 0.051);
	}
}

/* The fewest values for a two-sided 95 % interval of high quantiles, method 5.2. */
static void test_quantile_needs(void **state)
{
	(void)state;
	assert_int_equal(rank_of_quantile(35, 0.9, 0.95).lo, 0);
	assert_int_not_equal(rank_of_quantile(36, 0.9, 0.95).lo, 0);
	assert_int_equal(rank_of_quantile(71, 0.95, 0.95).lo, 0);
	assert_int_not_equal(rank_of_quantile(72, 0.95, 0.95).lo, 0);
	assert_int_equal(rank_of_quantile(367, 0.99, 0.95).lo, 0);
	assert_int_not_equal(rank_of_quantile(368, 0.99, 0.95).lo, 0);
}

static void test_walsh(void **state)
{
	(void)state;
	for (const struct json *r = vectors_first("walsh"); r; r = json_next(r))
		assert_range(rank_of_walsh(vectors_size(r, "n"), vectors_number(r, "asked")), r);
	assert_int_equal(rank_of_walsh(0, 0.95).lo, 0);
}

static void test_shift(void **state)
{
	(void)state;
	for (const struct json *r = vectors_first("shift"); r; r = json_next(r))
		assert_range(
			rank_of_shift(vectors_size(r, "m"), vectors_size(r, "n"), vectors_number(r, "asked")),
			r);
	assert_int_equal(rank_of_shift(0, 5, 0.95).lo, 0);
	assert_int_equal(rank_of_shift(5, 0, 0.95).lo, 0);
}

static void test_senseless(void **state)
{
	static const double bad[] = { 0, 1, -1, 2, NAN };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(rank_of_quantile(100, 0.5, bad[i]).lo, 0);
		assert_int_equal(rank_of_quantile(100, bad[i], 0.95).lo, 0);
		assert_int_equal(rank_of_walsh(100, bad[i]).lo, 0);
		assert_int_equal(rank_of_shift(100, 100, bad[i]).lo, 0);
	}
}

static void test_normal(void **state)
{
	(void)state;
	for (const struct json *r = vectors_first("normal"); r; r = json_next(r))
		assert_true(fabs(rank_normal_quantile(vectors_number(r, "p")) - vectors_number(r, "z")) <
			    1e-9);
}

static void test_binomial(void **state)
{
	(void)state;
	assert_close(rank_binomial_cdf(0, 10, 0.5), 1.0 / 1024);
	assert_close(rank_binomial_cdf(4, 9, 0.5), 0.5);
	assert_close(rank_binomial_cdf(10, 10, 0.3), 1);
	assert_close(rank_binomial_cdf(99, 10, 0.3), 1);
}

static void test_values(void **state)
{
	static const double values[] = { 3, -INFINITY, 7, 3, INFINITY, INFINITY, 3 };
	static const double expected[] = { 3, 1, 5, 3, 6.5, 6.5, 3 };
	double ranks[7];

	(void)state;
	rank_values(values, 7, ranks);
	for (size_t i = 0; i < 7; i++)
		assert_close(ranks[i], expected[i]);
	rank_values(values, 0, ranks);
}

/* All flips of some differences with ties and infinities, one by one. */
static void test_signed_all_flips(void **state)
{
	static const double differences[] = { 1, 1, -2, 3, INFINITY, -INFINITY, 4, 5, 5, -5, 0 };
	static const double ranks[] = { 1.5, 1.5, -3, 4, 9.5, -9.5, 5, 7, 7, -7 }; /* with the signs */
	double observed = 0, below = 0, above = 0;

	(void)state;
	for (size_t i = 0; i < 10; i++)
		observed += ranks[i];
	for (unsigned int flips = 0; flips < 1024; flips++) {
		double sum = 0;

		for (size_t i = 0; i < 10; i++)
			sum += flips >> i & 1 ? fabs(ranks[i]) : -fabs(ranks[i]);
		below += sum <= observed;
		above += sum >= observed;
	}
	struct rank_test test = rank_test_signed(differences, 11);

	assert_close(test.p, fmin(1, 2 * fmin(below, above) / 1024));
	assert_close(test.effect, observed / 55);
}

/* The sum over all flips is what 100 000 random flips only come near to (method 5.3). */
static void test_signed_random_flips(void **state)
{
	enum { N = 30, FLIPS = 100000 };
	double differences[N], ranks[N], sizes[N], observed = 0;
	struct random random;
	size_t beyond = 0;

	(void)state;
	random_seed(&random, 5);
	for (size_t i = 0; i < N; i++) {
		differences[i] = random_unit(&random) - 0.42;
		sizes[i] = fabs(differences[i]);
	}
	rank_values(sizes, N, ranks);
	for (size_t i = 0; i < N; i++)
		observed += copysign(ranks[i], differences[i]);
	for (size_t f = 0; f < FLIPS; f++) {
		uint64_t bits = random_next(&random);
		double sum = 0;

		for (size_t i = 0; i < N; i++)
			sum += bits >> i & 1 ? ranks[i] : -ranks[i];
		beyond += fabs(sum) >= fabs(observed);
	}
	double p = rank_test_signed(differences, N).p, estimate = (double)(beyond + 1) / (FLIPS + 1);

	assert_true(p > 0.001 && p < 0.5);
	assert_true(fabs(p - estimate) < 5 * sqrt(p * (1 - p) / FLIPS));
}

static void test_nothing(void **state)
{
	static const double zeros[] = { 0, -0.0, 0 };

	(void)state;
	assert_close(rank_test_signed(NULL, 0).p, 1);
	assert_close(rank_test_signed(zeros, 3).p, 1);
	assert_close(rank_test_signed(zeros, 3).effect, 0);
	assert_close(rank_test_sum(zeros, 3, NULL, 0).p, 1);
	assert_close(rank_test_sum(NULL, 0, zeros, 3).p, 1);
	assert_close(rank_test_sum(zeros, 3, zeros, 2).p, 1);
	assert_close(rank_test_sum(zeros, 3, zeros, 2).effect, 0);
}

/* Where all values of a large sample are the same, the normal approximation has no variance. */
static void test_large_ties(void **state)
{
	double same[30];

	(void)state;
	for (size_t i = 0; i < 30; i++)
		same[i] = 4096;
	assert_close(rank_test_sum(same, 30, same, 30).p, 1);
	assert_close(rank_test_sum(same, 30, same, 30).effect, 0);
}

static void test_holm(void **state)
{
	double with_gap[] = { 0.02, NAN, 0.01 };

	(void)state;
	for (const struct json *r = vectors_first("holm"); r; r = json_next(r)) {
		size_t n;
		cleanup_free double *p = vectors_list(r, "p", &n);
		cleanup_free double *adjusted = vectors_list(r, "adjusted", &n);

		multiple_holm(p, n);
		for (size_t i = 0; i < n; i++)
			assert_close(p[i], adjusted[i]);
	}
	multiple_holm(NULL, 0);
	multiple_holm(with_gap, 3);
	assert_close(with_gap[0], 0.02);
	assert_true(isnan(with_gap[1]));
	assert_close(with_gap[2], 0.02);
}

static void test_blocks_for_holm(void **state)
{
	const size_t tests[] = {1, 2, 57, 168};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		size_t blocks = multiple_blocks(tests[i], 0.05);
		double x[32], y[32];

		/* As clear as can be: each block says the same. */
		for (size_t k = 0; k <= blocks; k++)
			x[k] = 1, y[k] = 1000 + (double)k;
		for (size_t fewer = 0; fewer < 2; fewer++) {
			struct compare_data data = {.x = x, .y = y, .confidence = 0.95};
			struct comparison c;
			double p[168];

			data.x_count = data.y_count = blocks - fewer;
			assert_int_equal(compare_paired(&data, &c, NULL), 0);
			for (size_t k = 0; k < tests[i]; k++)
				p[k] = c.p;
			multiple_holm(p, tests[i]);
			assert_int_equal(p[0] < 0.05, !fewer);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_median_table),
		cmocka_unit_test(test_quantile_needs),
		cmocka_unit_test(test_walsh),
		cmocka_unit_test(test_shift),
		cmocka_unit_test(test_senseless),
		cmocka_unit_test(test_normal),
		cmocka_unit_test(test_binomial),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_signed_all_flips),
		cmocka_unit_test(test_signed_random_flips),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_large_ties),
		cmocka_unit_test(test_holm),
		cmocka_unit_test(test_blocks_for_holm),
	};

	return cmocka_run_group_tests(tests, vectors_open, vectors_close);
}
