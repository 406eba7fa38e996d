/* SPDX-License-Identifier: Apache-2.0 */
/* Reads tests/data/stats/vectors.json: answers that R gave (make-vectors.R, beside it). Run from the
 * repository's root. */
#pragma once

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/json.h"

#define VECTORS_FILE "tests/data/stats/vectors.json"

static struct json *vectors;

static int vectors_open(void **state)
{
	struct error err = { 0 };

	(void)state;
	vectors = json_parse_file(VECTORS_FILE, &err);
	if (!vectors)
		print_error("%s\n", err.text);
	return vectors ? 0 : -1;
}

static int vectors_close(void **state)
{
	(void)state;
	json_free(vectors);
	return 0;
}

/* The first record of a section, which must have one. */
static const struct json *vectors_first(const char *section)
{
	const struct json *first = json_first(json_get(vectors, section));

	assert_non_null(first);
	return first;
}

/* A number of a record; NaN for null. */
static inline double vectors_number(const struct json *record, const char *key)
{
	return json_get_number(record, key, NAN);
}

static inline size_t vectors_size(const struct json *record, const char *key)
{
	return (size_t)json_get_int(record, key, -1);
}

/* A list of numbers, for free(). */
static inline double *vectors_list(const struct json *record, const char *key, size_t *ret_count)
{
	const struct json *list = json_get(record, key);
	double *values = alloc_zero(json_count(list), sizeof(*values));

	*ret_count = 0;
	for (const struct json *item = json_first(list); item; item = json_next(item))
		values[(*ret_count)++] = json_number_of(item, NAN);
	assert_true(*ret_count > 0);
	return values;
}

/* Equal to nine digits, or both the same infinity, or both NaN. */
static inline void assert_close(double actual, double expected)
{
	if (isnan(expected) ? isnan(actual) : actual == expected)
		return;
	if (!(fabs(actual - expected) <= 1e-9 * fabs(expected)))
		fail_msg("%.17g, not %.17g", actual, expected);
}

/* The same as R's number of this name. */
static inline void assert_vector(double actual, const struct json *record, const char *key)
{
	assert_close(actual, vectors_number(record, key));
}
