/* SPDX-License-Identifier: Apache-2.0 */
/* Many tests at once: one report asks about every metric of every pair (method 5.3). */
#pragma once

#include <stddef.h>

/**
 * Replaces each p-value by its adjusted one (Holm 1979), at most 1, so that the chance of any false finding
 * stays below the limit that is put on the adjusted ones. NaN stays NaN and is not counted as a test.
 */
void multiple_holm(double *p, size_t n);
/** The fewest blocks whose smallest p-value, 2 of the 2^blocks ways to flip their signs (method 5.3), is still below
 * `limit` when it is adjusted for so many tests: with fewer no effect is found, however large. */
size_t multiple_blocks(size_t tests, double limit);
