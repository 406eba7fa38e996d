/* SPDX-License-Identifier: Apache-2.0 */
/* Do intervals hold the truth, and p-values lie, as often as they say? Simulated runs with fixed seeds. */
#include <math.h>
#include <time.h>

#include "harness/analyze/shift.h"
#include "harness/base/random.h"
#include "tests/unit/comparing.h"

static double normal(struct random *random)
{
	return sqrt(-2 * log(1 - random_unit(random))) * cos(2 * M_PI * random_unit(random));
}

/* Start-up times as they are: a shifted exponential, and a log-normal. Both have a known median. */
static double draw(struct random *random, bool exponential)
{
	if (exponential)
		return 1 - log(1 - random_unit(random));
	return exp(0.3 * normal(random));
}

/* Method section 9, item 8: the interval holds the true median as often as it says, within two points. */
static void test_coverage_median(void **state)
{
	enum { RUNS = 4000, LARGEST = 30 };
	static const size_t sizes[] = { 6, 10, 15, 20, LARGEST };
	struct random random;

	(void)state;
	random_seed(&random, 17);
	for (size_t i = 0; i < 2 * COUNT(sizes); i++) {
		size_t n = sizes[i / 2], hits = 0;
		double values[LARGEST], truth = i % 2 ? 1 + M_LN2 : 1;
		struct interval ci = { 0 };

		for (size_t run = 0; run < RUNS; run++) {
			for (size_t v = 0; v < n; v++)
				values[v] = draw(&random, i % 2);
			stats_sort(values, n);
			ci = stats_quantile_ci(values, n, 0.5, 0.95);
			hits += ci.lo <= truth && truth <= ci.hi;
		}
		assert_true(ci.confidence >= 0.95);
		assert_true(fabs((double)hits / RUNS - ci.confidence) < 0.02);
	}
}

/* How much slower the host is at the moment, from 0 (begin) to 1 (end of the run); `wander` is kept between
 * calls. */
typedef double host_disturbance(double moment, double *wander, struct random *random);

static double host_steady(double moment, double *wander, struct random *random)
{
	(void)moment, (void)wander, (void)random;
	return 1;
}

static double host_linear(double moment, double *wander, struct random *random)
{
	(void)wander, (void)random;
	return 1 + 0.2 * moment;
}

static double host_step(double moment, double *wander, struct random *random)
{
	(void)wander, (void)random;
	return moment < 0.5 ? 1 : 1.15;
}

static double host_wander(double moment, double *wander, struct random *random)
{
	(void)moment;
	*wander = 0.9 * *wander + 0.02 * normal(random);
	return exp(*wander);
}

/* One run of 20 blocks, both subjects in random order; y is 1.1 times x. */
static void simulate(host_disturbance *host, struct random *random, double x[20], double y[20])
{
	double wander = 0;

	for (size_t block = 0; block < 20; block++) {
		size_t first = random_below(random, 2);

		for (size_t place = 0; place < 2; place++) {
			double moment = (double)(2 * block + place) / 40;
			double value = host(moment, &wander, random) * exp(0.05 * normal(random));

			if ((place ^ first) == 0)
				x[block] = value;
			else
				y[block] = 1.1 * value;
		}
	}
}

/* Method 5.1 and section 9, item 8: the paired interval holds the true ratio, also where the host drifts. */
static void test_coverage_paired(void **state)
{
	enum { RUNS = 1000 };
	static host_disturbance *const hosts[] = { host_steady, host_linear, host_step, host_wander };
	struct random random;

	(void)state;
	random_seed(&random, 18);
	for (size_t i = 0; i < COUNT(hosts); i++) {
		size_t hits = 0;

		for (size_t run = 0; run < RUNS; run++) {
			double x[20], y[20], logs[20];

			simulate(hosts[i], &random, x, y);
			for (size_t block = 0; block < 20; block++)
				logs[block] = log(y[block] / x[block]);
			struct interval ci = shift_paired(logs, 20, 0.95).ci;

			hits += ci.lo <= log(1.1) && log(1.1) <= ci.hi;
		}
		assert_in_range(hits, RUNS * 93 / 100, RUNS * 97 / 100);
	}
}

/* The unpaired interval of two runs, small (exact) and larger (normal); method 5.4. */
static void test_coverage_unpaired(void **state)
{
	enum { RUNS = 1000 };
	static const size_t sizes[] = { 10, 30 };
	struct random random;

	(void)state;
	random_seed(&random, 19);
	for (size_t i = 0; i < COUNT(sizes); i++) {
		size_t hits = 0;

		for (size_t run = 0; run < RUNS; run++) {
			double x[30], y[30];

			for (size_t v = 0; v < sizes[i]; v++) {
				x[v] = exp(0.2 * normal(&random));
				y[v] = 1.1 * exp(0.2 * normal(&random));
			}
			struct interval ci = sides_of(x, sizes[i], y, sizes[i]).ratio.ci;

			hits += ci.lo <= 1.1 && 1.1 <= ci.hi;
		}
		assert_in_range(hits, RUNS * 93 / 100, RUNS * 97 / 100);
	}
}

/* With no difference, p is below 5 % in no more than 5 % of the runs (within two points). */
static void test_false_findings(void **state)
{
	enum { RUNS = 1000 };
	struct random random;
	size_t paired = 0, unpaired = 0;

	(void)state;
	random_seed(&random, 20);
	for (size_t run = 0; run < RUNS; run++) {
		double x[12], y[12];

		for (size_t v = 0; v < 12; v++) {
			x[v] = exp(0.2 * normal(&random));
			y[v] = exp(0.2 * normal(&random));
		}
		paired += pairs_of(x, y, 12).p < 0.05;
		unpaired += sides_of(x, 12, y, 12).p < 0.05;
	}
	assert_in_range(paired, RUNS * 3 / 100, RUNS * 7 / 100);
	assert_in_range(unpaired, RUNS * 3 / 100, RUNS * 7 / 100);
}

/* 2 000 against 2 000 values: 4 million differences, none of them stored. */
static void test_large(void **state)
{
	enum { N = 2000 };
	static double x[N], y[N];
	struct random random;
	clock_t begin = clock();

	(void)state;
	random_seed(&random, 21);
	for (size_t i = 0; i < N; i++) {
		x[i] = exp(0.2 * normal(&random));
		y[i] = 1.1 * exp(0.2 * normal(&random));
	}
	struct comparison c = sides_of(x, N, y, N);

	assert_true(c.ratio.ci.lo < 1.1 && c.ratio.ci.hi > 1.1 && c.p < 1e-9);
	c = pairs_of(x, y, N);
	assert_true(c.ratio.ci.lo < 1.1 && c.ratio.ci.hi > 1.1 && c.p < 1e-9);
	assert_true(clock() - begin < 2 * CLOCKS_PER_SEC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_coverage_median),
		cmocka_unit_test(test_coverage_paired),
		cmocka_unit_test(test_coverage_unpaired),
		cmocka_unit_test(test_false_findings),
		cmocka_unit_test(test_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
