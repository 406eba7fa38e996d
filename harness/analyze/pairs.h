/* SPDX-License-Identifier: Apache-2.0 */
/* Which subjects are held against which, and what comes of it: a part of analysis_make(). */
#pragma once

#include "harness/analyze/compare.h"
#include "harness/base/error.h"

struct analysis;
struct analysis_comparison;
struct analysis_summary;
struct noise;

/**
 * Fills analysis->comparisons from the summaries, in a fixed order, and adjusts their p-values over all of them (Holm).
 * Like against like: only subjects of one root and one class; mocks only with mocks; a `control` class with nobody.
 * Every subject meets the `process` of its root, every VM every container of its root, and its twin: the same
 * subject under another name.
 */
int pairs_compare(struct analysis *analysis, struct error *err);
/** The verdicts; after the flags are known, as a subject that failed too often gets none. */
void pairs_judge(struct analysis *analysis);
/**
 * The values of both in the blocks where both have one, in order, without a confidence. `x` and `y` have room for the
 * smaller count.
 */
struct compare_data pairs_by_block(const struct analysis_summary *a, const struct analysis_summary *b, double *x,
				   double *y);
/** How many comparisons Holm adjusts together: those of headline metrics, or all others. */
size_t pairs_tests(const struct analysis *analysis, bool headline);
/** The noise between both sides of a comparison (power.h); for noise_release(). */
void pairs_noise(const struct analysis *analysis, const struct analysis_comparison *comparison, struct noise *ret);
