/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a host and this method cannot tell apart: the noise between one subject and itself (R1.4), and what
 * follows from it for how small an effect a run can show. Effects are parts of 1: 0.05 is 5 %.
 */
#pragma once

#include <stddef.h>

#include "harness/analyze/compare.h"

/** Chance that an effect of that size has an interval without 1. */
#define FLOOR_POWER 0.9

/**
 * Spread of one block's log ratio, as a standard deviation that would give an interval of this width: the
 * interval's half width over its normal quantile, times sqrt(pairs). NAN: there is no interval.
 */
double floor_spread(const struct comparison *aa);
/** The smallest effect that this many blocks show with FLOOR_POWER at 95 %: exp((z_0.975 + z_0.9) spread /
 * sqrt(n)) - 1 (Noether 1987, for a median). */
double floor_effect(double spread, size_t blocks);
/** The same of a comparison as it was made, by its own noise and its own blocks; NAN: there is no interval. Not paired:
 * the half width of its interval stands for the noise of both sides. */
double floor_smallest(const struct comparison *comparison);
/** How many blocks show this effect; SIZE_MAX: more than 100 000, or the spread is NAN. */
size_t floor_blocks(double spread, double effect);
/** The largest effect that the interval of one subject against itself holds; NAN: no interval. */
double floor_of(const struct comparison *aa);
