/* SPDX-License-Identifier: Apache-2.0 */
/* The generator against the published first numbers, and its draws against what they promise. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/base/random.h"

/* The outputs of the authors' own xoshiro256** from the state 1, 2, 3, 4. */
static void test_sequence(void **state)
{
	struct random random = { .state = { 1, 2, 3, 4 } };
	static const uint64_t expected[] = { 11520, 0, 1509978240, 1215971899390074240u };

	(void)state;
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(random_next(&random), expected[i]);
}

/* The outputs of splitmix64 from the seed 1234567. */
static void test_seed(void **state)
{
	struct random random;
	static const uint64_t expected[] = { 6457827717110365317u, 3203168211198807973u, 9817491932198370423u,
					     4593380528125082431u };

	(void)state;
	random_seed(&random, 1234567);
	assert_memory_equal(random.state, expected, sizeof(expected));
}

static void test_below(void **state)
{
	struct random random;
	unsigned int seen[6] = { 0 };

	(void)state;
	random_seed(&random, 0);
	assert_int_equal(random_below(&random, 0), 0);
	assert_int_equal(random_below(&random, 1), 0);
	for (size_t i = 0; i < 60000; i++)
		seen[random_below(&random, 6)]++;
	for (size_t i = 0; i < 6; i++)
		assert_in_range(seen[i], 9600, 10400); /* 10 000 within 4.4 standard deviations */
	for (size_t i = 0; i < 1000; i++)
		assert_true(random_below(&random, UINT64_MAX) < UINT64_MAX);
}

static void test_unit(void **state)
{
	struct random random;
	double sum = 0;

	(void)state;
	random_seed(&random, 7);
	for (size_t i = 0; i < 10000; i++) {
		double u = random_unit(&random);

		assert_true(u >= 0 && u < 1);
		sum += u;
	}
	assert_true(sum > 4880 && sum < 5120);
}

static void test_shuffle(void **state)
{
	struct random random;
	unsigned int seen[27] = { 0 };

	(void)state;
	random_seed(&random, 1);
	random_shuffle(&random, NULL, 0, sizeof(int));
	for (size_t i = 0; i < 60000; i++) {
		int items[3] = { 0, 1, 2 };

		random_shuffle(&random, items, 3, sizeof(items[0]));
		assert_int_equal((1 << items[0]) + (1 << items[1]) + (1 << items[2]), 7);
		seen[items[0] * 9 + items[1] * 3 + items[2]]++;
	}
	for (size_t i = 0; i < 27; i++)
		if (seen[i])
			assert_in_range(seen[i], 9600, 10400); /* six orders, each as likely */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sequence), cmocka_unit_test(test_seed),	 cmocka_unit_test(test_below),
		cmocka_unit_test(test_unit),	 cmocka_unit_test(test_shuffle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
