/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a host and this method cannot tell apart: the noise between one subject and itself (R1.4). How small an effect a
 * run can show follows from it in power.h. Effects are parts of 1: 0.05 is 5 %.
 */
#pragma once

#include "harness/analyze/compare.h"

/**
 * Spread of one block's log ratio, as a standard deviation that would give an interval of this width: the
 * interval's half width over its normal quantile, times sqrt(pairs). NAN: there is no interval.
 */
double floor_spread(const struct comparison *aa);
/** The largest effect that the interval of one subject against itself holds; NAN: no interval. */
double floor_of(const struct comparison *aa);
