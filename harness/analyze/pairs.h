/* SPDX-License-Identifier: Apache-2.0 */
/* Which subjects are held against which, and what comes of it: a part of analysis_make(). */
#pragma once

#include "harness/base/error.h"

struct analysis;

/**
 * Fills analysis->comparisons from the summaries, in a fixed order, and adjusts their p-values over all of them (Holm).
 * Like against like: only subjects of one root and one class; mocks only with mocks; a `control` class with nobody.
 * Every subject meets the `process` of its root, every VM every container of its root.
 */
int pairs_compare(struct analysis *analysis, struct error *err);
/** The verdicts; after the flags are known, as a subject that failed too often gets none. */
void pairs_judge(struct analysis *analysis);
