/* SPDX-License-Identifier: Apache-2.0 */
/* Comparisons that must not fail. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/analyze/compare.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static inline struct comparison pairs_of(const double *x, const double *y, size_t n)
{
	struct compare_data data = { .x = x, .y = y, .x_count = n, .y_count = n, .confidence = 0.95 };
	struct comparison comparison;

	assert_int_equal(compare_paired(&data, &comparison, NULL), 0);
	assert_true(comparison.paired);
	return comparison;
}

static inline struct comparison sides_of(const double *x, size_t m, const double *y, size_t n)
{
	struct compare_data data = { .x = x, .y = y, .x_count = m, .y_count = n, .confidence = 0.95 };
	struct comparison comparison;

	assert_int_equal(compare_unpaired(&data, &comparison, NULL), 0);
	assert_false(comparison.paired);
	return comparison;
}
