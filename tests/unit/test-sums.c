/* SPDX-License-Identifier: Apache-2.0 */
/* The k-th smallest sum, against a list of all of them. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "harness/analyze/stats.h"
#include "harness/analyze/sums.h"
#include "harness/base/cleanup.h"
#include "harness/base/random.h"

/* Values of one kind; the coarse ones make very many equal sums. */
static double value_of_kind(struct random *random, size_t kind)
{
	switch (kind) {
	case 0:
		return random_unit(random) - 0.5;
	case 1:
		return (double)random_below(random, 3) - 1;
	case 2:
		return exp(40 * (random_unit(random) - 0.5));
	case 3:
		return random_below(random, 10) ? random_unit(random) :
		       random_below(random, 2) ? INFINITY :
						 -INFINITY;
	default:
		return random_below(random, 50) ? -0.0 : 1;
	}
}

static size_t list_of(const struct sums *sums, double *ret_list)
{
	size_t count = 0;

	for (size_t i = 0; i < sums->m; i++)
		for (size_t j = sums->half ? i : 0; j < sums->n; j++) {
			double sum = sums->a[i] + sums->b[j];

			ret_list[count++] = isnan(sum) ? sums->unknown : sum;
		}
	stats_sort(ret_list, count);
	return count;
}

static void check(const struct sums *sums, struct random *random)
{
	cleanup_free double *list = calloc(sums->m * sums->n, sizeof(*list));
	size_t count = list_of(sums, list);

	for (size_t i = 0; i < 12; i++) {
		size_t k = i == 0 ? 1 : i == 1 ? count : i == 2 ? (count + 1) / 2 : 1 + random_below(random, count);
		double sum = sums_select(sums, k);

		assert_true(sum == list[k - 1]);
		assert_false(signbit(sum) && sum == 0);
	}
}

static void it_is_the_one_of_the_list(void **state)
{
	struct random random;

	(void)state;
	random_seed(&random, 1963);
	for (size_t round = 0; round < 120; round++) {
		/* Few enough for a list at once, and so many that limits must be drawn. */
		size_t m = 1 + random_below(&random, round % 2 ? 300 : 20), n = 1 + random_below(&random, 300);
		cleanup_free double *a = calloc(m, sizeof(*a)), *b = calloc(n, sizeof(*b));

		for (size_t i = 0; i < m; i++)
			a[i] = value_of_kind(&random, round % 5);
		for (size_t i = 0; i < n; i++)
			b[i] = value_of_kind(&random, round % 5);
		stats_sort(a, m);
		stats_sort(b, n);
		check(&(struct sums){.a = a, .b = b, .m = m, .n = n, .unknown = -INFINITY}, &random);
		check(&(struct sums){.a = a, .b = b, .m = m, .n = n, .unknown = INFINITY}, &random);
		check(&(struct sums){.a = a, .b = a, .m = m, .n = m, .half = true, .unknown = INFINITY}, &random);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_the_one_of_the_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
