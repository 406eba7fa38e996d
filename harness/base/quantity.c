/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/base/quantity.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct unit {
	const char *name;
	uint64_t factor;
};

static const struct unit byte_units[] = {
	{"", 1}, {"B", 1}, {"KiB", 1ull << 10}, {"MiB", 1ull << 20}, {"GiB", 1ull << 30}, {"TiB", 1ull << 40}, {0},
};

static const struct unit time_units[] = {
	{"ns", 1},	     {"us", 1000},	      {"ms", 1000000}, {"s", 1000000000},
	{"min", 60000000000}, {"h", 3600000000000ull}, {0},
};

/* strtoull takes signs and leading blanks; a quantity has neither. */
static int quantity_parse(const char *text, const struct unit *units, const char *what, uint64_t *ret_value,
			  struct error *err)
{
	char *end;

	errno = 0;
	unsigned long long number = isdigit((unsigned char)*text) ? strtoull(text, &end, 10) : 0;

	if (!isdigit((unsigned char)*text) || errno)
		return error_input(err, "'%.64s' is not %s", text, what);
	for (const struct unit *unit = units; unit->name; unit++) {
		uint64_t value;

		if (strcmp(unit->name, end) && (number || *end))
			continue;
		if (__builtin_mul_overflow(number, unit->factor, &value))
			return error_input(err, "'%.64s' is too large", text);
		*ret_value = value;
		return 0;
	}
	return error_input(err, "'%.64s' is not %s", text, what);
}

int quantity_parse_bytes(const char *text, uint64_t *ret_bytes, struct error *err)
{
	return quantity_parse(text, byte_units, "a size such as 256MiB", ret_bytes, err);
}

int quantity_parse_ns(const char *text, uint64_t *ret_ns, struct error *err)
{
	return quantity_parse(text, time_units, "a time such as 500ms, 30s or 5min", ret_ns, err);
}

int quantity_parse_count(const char *text, uint64_t least, uint64_t most, uint64_t *ret_count, struct error *err)
{
	static const struct unit one[] = {{"", 1}, {0}};
	uint64_t count;
	int rc = quantity_parse(text, one, "a whole number", &count, err);

	if (rc < 0)
		return rc;
	if (count < least || count > most)
		return error_input(err, "%.64s is out of range; %llu to %llu", text, (unsigned long long)least,
				   (unsigned long long)most);
	*ret_count = count;
	return 0;
}

int quantity_parse_percent(const char *text, double *ret_ratio, struct error *err)
{
	char *end;
	double percent = strtod(text, &end);

	if (end == text || (*end && strcmp(end, "%") != 0) || !(percent > 0 && percent < 1000))
		return error_input(err, "'%.32s' is not a number of percent above 0 and below 1000", text);
	*ret_ratio = percent / 100;
	return 0;
}
