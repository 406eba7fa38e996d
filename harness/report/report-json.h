/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of report.json that are computed: one function for each key. The caller frees. */
#pragma once

#include "harness/analyze/analysis.h"
#include "harness/base/json.h"

struct json *json_of_summary(const struct analysis *analysis);
struct json *json_of_phases(const struct analysis *analysis);
/** "slow_samples": per subject how many, and what is different about them. */
struct json *json_of_slow(const struct analysis *analysis);
struct json *json_of_alarms(const struct analysis *analysis);
struct json *json_of_comparisons(const struct analysis *analysis);
struct json *json_of_flags(const struct analysis *analysis);
struct json *json_of_claims(const struct analysis *analysis);
/** Adds smallest_effect_ratio and smallest_seen_ratio; null: not known, or no effect is large enough. */
void json_add_power(struct json *row, const struct power *power);
/** Adds ratio, difference, their intervals, p-values and the method's name to a row. */
void json_add_comparison(struct json *row, const struct comparison *result, enum metric_unit unit, double p_holm);
