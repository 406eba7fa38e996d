/* SPDX-License-Identifier: Apache-2.0 */
/* How long starts and ends take while more and more instances live: a part of experiment-ramp.c. */
#pragma once

#include "harness/analyze/experiment-ramp.h"

/** One record "start". */
void ramp_take_start(struct ramp_fit *fit, const struct json *record);
/** Of the first ramp: where the median of five starts in a row is over twice that of the first five. */
struct ramp_knee ramp_knee_find(const struct ramp_fit *fit);
/** Divides all starts and ends by N, each bin reaching 1.6 times as far as the one before. */
void ramp_bins_make(struct ramp_fit *fit);
