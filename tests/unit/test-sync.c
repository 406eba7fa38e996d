/* SPDX-License-Identifier: Apache-2.0 */
/* Two clocks tied to each other: what exchanges say of their offset, and how it is recorded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "harness/base/clock.h"
#include "harness/base/random.h"
#include "harness/measure/sync-bounds.h"
#include "harness/model/sample.h"

static void no_exchange_no_offset(void **state)
{
	struct sync_bounds bounds = sync_bounds_none();
	int64_t offset, err;

	(void)state;
	assert_false(sync_bounds_offset(&bounds, &offset, &err));
	sync_bounds_seen(&bounds, 5, 10);
	assert_false(sync_bounds_offset(&bounds, &offset, &err));
}

static void the_narrowest_bounds_win(void **state)
{
	struct sync_bounds bounds = sync_bounds_none();
	int64_t offset, err;

	(void)state;
	sync_bounds_exchange(&bounds, 1000, 10, 20, 1100); /* 990 <= offset <= 1080 */
	sync_bounds_exchange(&bounds, 2000, 1005, 1010, 2050); /* 995 <= offset <= 1040 */
	assert_true(sync_bounds_offset(&bounds, &offset, &err));
	assert_int_equal(offset, 1017);
	assert_int_equal(err, 23);
	assert_int_equal(bounds.count, 2);
	assert_int_equal(bounds.rtt_min_ns, 45);
	sync_bounds_seen(&bounds, 1020, 2021); /* offset <= 1001 */
	assert_true(sync_bounds_offset(&bounds, &offset, &err));
	assert_int_equal(offset, 998);
	assert_int_equal(err, 3);
}

static void a_contradiction_is_no_offset(void **state)
{
	struct sync_bounds bounds = sync_bounds_none();
	int64_t offset, err;

	(void)state;
	sync_bounds_exchange(&bounds, 1000, 0, 0, 1010);
	sync_bounds_exchange(&bounds, 2000, 900, 900, 2010); /* the other clock has lost 100 */
	assert_false(sync_bounds_offset(&bounds, &offset, &err));
}

/* Any delays: the truth is always inside of what is claimed. */
static void the_truth_is_inside(void **state)
{
	struct random random;

	(void)state;
	random_seed(&random, 7);
	for (int round = 0; round < 2000; round++) {
		struct sync_bounds bounds = sync_bounds_none();
		int64_t truth = (int64_t)random_below(&random, 2000000000) - 1000000000, now = 5000000;
		int64_t offset, err;

		for (int i = 0; i < 8; i++) {
			int64_t there = (int64_t)random_below(&random, 90000);
			int64_t work = (int64_t)random_below(&random, 9000);
			int64_t back = (int64_t)random_below(&random, 90000);

			sync_bounds_exchange(&bounds, now, now + there - truth, now + there + work - truth,
					     now + there + work + back);
			now += there + work + back + 100;
		}
		assert_true(sync_bounds_offset(&bounds, &offset, &err));
		assert_true(offset - err <= truth && truth <= offset + err);
		assert_true(2 * err <= bounds.rtt_min_ns + 1);
	}
}

static void check_record(const struct clock_sync *sync)
{
	struct clock_sync back;
	struct json *one = clock_sync_to_json(sync);

	clock_sync_from_json(one, &back);
	struct json *two = clock_sync_to_json(&back);
	char *before = json_text(one, false), *after = json_text(two, false);

	assert_string_equal(before, after);
	free(before);
	free(after);
	json_free(one);
	json_free(two);
}

static void a_record_comes_back(void **state)
{
	struct clock_sync none;

	(void)state;
	check_record(&(struct clock_sync){true, CLOCK_SYNC_PING_PONG, 64, 15000, 46830, 2596098026, ""});
	check_record(&(struct clock_sync){false, CLOCK_SYNC_PING_PONG, 3, UNKNOWN, UNKNOWN, UNKNOWN, "why"});
	clock_sync_from_json(NULL, &none);
	assert_string_equal(none.method, "");
}

static void the_counter_follows_the_clock(void **state)
{
	struct clock_tsc first, last;

	(void)state;
	if (!clock_tsc_read(&first))
		skip();
	clock_sleep_until(first.t_ns + 20000000);
	assert_true(clock_tsc_read(&last));
	double hz = (double)(last.tsc - first.tsc) * 1e9 / (double)(last.t_ns - first.t_ns);

	assert_true(hz / (double)clock_tsc_hz() > 0.999 && hz / (double)clock_tsc_hz() < 1.001);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_exchange_no_offset),	cmocka_unit_test(the_narrowest_bounds_win),
		cmocka_unit_test(a_contradiction_is_no_offset), cmocka_unit_test(the_truth_is_inside),
		cmocka_unit_test(a_record_comes_back),		cmocka_unit_test(the_counter_follows_the_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
