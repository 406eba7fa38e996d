/* SPDX-License-Identifier: Apache-2.0 */
/* What ends a ramp: the host's memory, and starts that become slow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "harness/measure/ramp-guard.h"

#define GIB (1ll << 30)

static const struct hostmem calm = {
	.total = 24 * GIB, .available = 20 * GIB, .swap_used = GIB, .swapped_out = 5 * GIB, .pressure = 0};

static void memory_that_is_there_ends_nothing(void **state)
{
	struct hostmem now = calm;

	(void)state;
	assert_null(ramp_guard_memory(&calm, &now));
	now.available = 9 * GIB;
	now.swapped_out += 4 << 20; /* a page now and then */
	now.pressure = 10;
	assert_null(ramp_guard_memory(&calm, &now));
	now.pressure = NAN; /* a kernel without PSI */
	assert_null(ramp_guard_memory(&calm, &now));
}

static void each_guard_has_its_word(void **state)
{
	struct hostmem few = calm, grown = calm, swaps = calm, waits = calm;
	struct hostmem low = {.total = 24 * GIB, .available = 4 * GIB}, lower = low;

	(void)state;
	few.available = 7 * GIB; /* 13 of 20 */
	assert_string_equal(ramp_guard_memory(&calm, &few), "memory_growth_60_percent");
	lower.available = 3 * GIB;
	assert_string_equal(ramp_guard_memory(&low, &lower), "memory_available_15_percent");
	grown.available = 8 * GIB + 1;
	assert_null(ramp_guard_memory(&calm, &grown));
	swaps.swapped_out += (4 << 20) + 4096;
	assert_string_equal(ramp_guard_memory(&calm, &swaps), "swap");
	waits.pressure = 10.1;
	assert_string_equal(ramp_guard_memory(&calm, &waits), "memory_pressure");
}

/* Swap that was in use before, and what comes back from it, is no reason. */
static void only_what_goes_out_counts(void **state)
{
	struct hostmem now = calm;

	(void)state;
	now.swap_used = 8 * GIB;
	assert_null(ramp_guard_memory(&calm, &now));
}

static void the_knee_is_where_medians_doubled(void **state)
{
	double latencies[12] = {10, 10, 900, 10, 10, 11, 11, 19, 20, 21, 22, 23};

	(void)state;
	assert_false(ramp_is_past_knee(latencies, 9)); /* two fives do not fit */
	assert_false(ramp_is_past_knee(latencies, 11));
	assert_true(ramp_is_past_knee(latencies, 12)); /* 21 against 10 */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_that_is_there_ends_nothing),
		cmocka_unit_test(each_guard_has_its_word),
		cmocka_unit_test(only_what_goes_out_counts),
		cmocka_unit_test(the_knee_is_where_medians_doubled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
