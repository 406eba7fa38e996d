/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/base/units.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* One name of a unit: used for values below `limit` (after rounding) in units of `size`. */
struct scale {
	double size, limit;
	const char *name;
};

static const struct scale ns_scales[] = {
	{1, 1e3, " ns"}, {1e3, 1e6, " us"}, {1e6, 1e9, " ms"}, {1e9, INFINITY, " s"},
};

#define KIB 1024.0
static const struct scale byte_scales[] = {
	{1, KIB, " B"},
	{KIB, KIB *KIB, " KiB"},
	{KIB * KIB, KIB *KIB *KIB, " MiB"},
	{KIB * KIB * KIB, KIB *KIB *KIB *KIB, " GiB"},
	{KIB * KIB * KIB * KIB, INFINITY, " TiB"},
};

static const struct scale times_scales[] = {{1, INFINITY, " times"}};

static const struct scale *const tables[] = {
	[UNITS_NS] = ns_scales,
	[UNITS_BYTES] = byte_scales,
	[UNITS_TIMES] = times_scales,
};

/* To three significant digits. */
static double rounded(double value)
{
	if (value == 0 || !isfinite(value))
		return value;
	double step = pow(10, floor(log10(fabs(value))) - 2);

	return round(value / step) * step;
}

static const struct scale *scale_of(enum units units, double value)
{
	const struct scale *s = tables[units];

	while (fabs(round(value / s->size)) * s->size >= s->limit)
		s++;
	return s;
}

static int decimals_of(const struct scale *s, double value)
{
	double shown = fabs(rounded(value / s->size));

	if (s->size == 1 && s->name[1] != 't') /* there is no part of a byte or of a nanosecond worth a digit */
		return 0;
	if (shown == 0)
		return 0;
	double digits = 2 - floor(log10(shown));

	return digits < 0 ? 0 : digits > 6 ? 6 : (int)digits;
}

/* "-1240.50" to "-1 240.50". */
static void group_digits(char text[UNITS_MAX])
{
	size_t length = strlen(text), whole = strcspn(text, "."), first = text[0] == '-';

	for (size_t at = whole; at > first + 3 && length + 1 < UNITS_MAX; length++) {
		at -= 3;
		(void)memmove(text + at + 1, text + at, length - at + 1);
		text[at] = ' ';
	}
}

static char *number_text(const struct scale *s, int decimals, double value, char text[UNITS_MAX])
{
	double shown = value / s->size;
	bool coarse = isinf(s->limit) && fabs(shown) >= 1000;

	if (isinf(value))
		(void)snprintf(text, UNITS_MAX, value > 0 ? "inf" : "-inf");
	else if (fabs(shown) >= 1e15)
		(void)snprintf(text, UNITS_MAX, "%.2e", shown);
	else
		(void)snprintf(text, UNITS_MAX, "%.*f", decimals, coarse ? rounded(shown) : shown);
	if (isfinite(value) && fabs(shown) < 1e15)
		group_digits(text);
	return text;
}

char *units_text(enum units units, double value, char text[UNITS_MAX])
{
	if (isnan(value) || isinf(value)) {
		(void)snprintf(text, UNITS_MAX, "%s", isnan(value) ? "unknown" : value > 0 ? "inf" : "-inf");
		return text;
	}
	const struct scale *s = scale_of(units, value);

	number_text(s, decimals_of(s, value), value, text);
	size_t length = strlen(text);

	(void)snprintf(text + length, UNITS_MAX - length, "%s", s->name);
	return text;
}

char *units_interval(enum units units, double value, double lo, double hi, char text[UNITS_MAX])
{
	char low[UNITS_MAX], high[UNITS_MAX];

	if (isnan(lo) || isnan(hi)) {
		(void)snprintf(text, UNITS_MAX, "no interval");
		return text;
	}
	if (isfinite(value)) {
		const struct scale *s = scale_of(units, value);
		int decimals = decimals_of(s, value);

		(void)number_text(s, decimals, lo, low);
		(void)number_text(s, decimals, hi, high);
	} else {
		(void)units_text(units, lo, low);
		(void)units_text(units, hi, high);
	}
	(void)snprintf(text, UNITS_MAX, "[%.28s, %.28s]", low, high);
	return text;
}

char *units_count(unsigned long long count, char text[UNITS_MAX])
{
	(void)snprintf(text, UNITS_MAX, "%llu", count);
	group_digits(text);
	return text;
}
