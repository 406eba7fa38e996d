/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers for people: three digits, the right unit at every border, nothing that is not a number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/units.h"

static void numbers_read_well(void **state)
{
	static const struct {
		enum units units;
		double value;
		const char *text;
	} rows[] = {
		{UNITS_NS, 0, "0 ns"},		    {UNITS_NS, 999, "999 ns"},
		{UNITS_NS, 999.6, "1.00 us"},	    {UNITS_NS, 1586200, "1.59 ms"},
		{UNITS_NS, 999999, "1.00 ms"},	    {UNITS_NS, 45e6, "45.0 ms"},
		{UNITS_NS, 1.02e9, "1.02 s"},	    {UNITS_NS, 1240e9, "1 240 s"},
		{UNITS_NS, -5e6, "-5.00 ms"},	    {UNITS_BYTES, 0, "0 B"},
		{UNITS_BYTES, 1023, "1 023 B"},	    {UNITS_BYTES, 1024, "1.00 KiB"},
		{UNITS_BYTES, 1048575, "1.00 MiB"}, {UNITS_BYTES, 127926272, "122 MiB"},
		{UNITS_TIMES, 1240.4, "1 240 times"}, {UNITS_TIMES, 28.31, "28.3 times"},
		{UNITS_TIMES, 99.96, "100 times"},  {UNITS_TIMES, 1, "1.00 times"},
		{UNITS_TIMES, 0.0312, "0.0312 times"}, {UNITS_TIMES, 0, "0 times"},
		{UNITS_TIMES, 12345678, "12 300 000 times"}, {UNITS_NS, NAN, "unknown"},
		{UNITS_NS, INFINITY, "inf"},	    {UNITS_TIMES, -INFINITY, "-inf"},
	};
	char text[UNITS_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(units_text(rows[i].units, rows[i].value, text), rows[i].text);
}

static void intervals_share_the_unit(void **state)
{
	char text[UNITS_MAX];

	(void)state;
	assert_string_equal(units_interval(UNITS_NS, 1586200, 1500000, 1700000, text), "[1.50, 1.70]");
	assert_string_equal(units_interval(UNITS_NS, 985e6, 885e6, 1.04e9, text), "[885, 1 040]");
	assert_string_equal(units_interval(UNITS_TIMES, 1240, 1190, 1300, text), "[1 190, 1 300]");
	assert_string_equal(units_interval(UNITS_NS, 1e9, 9e8, INFINITY, text), "[0.90, inf]");
	assert_string_equal(units_interval(UNITS_NS, INFINITY, 9e8, INFINITY, text), "[900 ms, inf]");
	assert_string_equal(units_interval(UNITS_NS, 1e9, NAN, 2e9, text), "no interval");
	assert_string_equal(units_count(1234567, text), "1 234 567");
	assert_string_equal(units_count(12, text), "12");
}

/* The longest texts must fit. */
static void extremes_do_not_overflow(void **state)
{
	static const double values[] = {1e300, -1e300, 5e-324, 1.7e308, 9.99e14, -9.99e14};
	char text[UNITS_MAX];

	(void)state;
	for (size_t u = 0; u <= UNITS_TIMES; u++)
		for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
			assert_true(strlen(units_text((enum units)u, values[i], text)) < UNITS_MAX);
			(void)units_interval((enum units)u, 1, values[i], values[i], text);
			assert_true(strlen(text) < UNITS_MAX);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_read_well),
		cmocka_unit_test(intervals_share_the_unit),
		cmocka_unit_test(extremes_do_not_overflow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
