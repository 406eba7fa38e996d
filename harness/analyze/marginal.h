/* SPDX-License-Identifier: Apache-2.0 */
/* The headline mem_marginal_bytes (method R2.1) as a row of the table of metrics: a slope over N. */
#pragma once

#include "harness/analyze/analysis.h"

/* Both leave a metric that samples have (metric_is_of_samples()) as it is. */

/** Fills values and samples: the slope of each ramp, beside its turn. */
void marginal_collect(const struct analysis *analysis, struct analysis_summary *summary);
/** Puts the slope over all ramps, and its interval, where other metrics have the median and that of theirs. */
void marginal_settle(const struct analysis *analysis, struct analysis_summary *summary);
