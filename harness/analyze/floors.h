/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The noise floor of a host, metric by metric: what it calls different between a subject and itself (R1.4). It comes
 * from the subjects that a run has under two names, or from `tare doctor --deep`, which host.json carries as
 * host.noise_floor. Every verdict is held against it: an effect within the floor decides nothing.
 */
#pragma once

#include "harness/base/json.h"

struct analysis;

#define FLOORS_MAX 64

/** One metric of one runtime, held against itself. */
struct floor_row {
	const char *runtime, *metric; /**< borrowed, as long as the analysis */
	double floor;  /**< the largest effect that its interval holds: 0.05 is 5 % */
	double spread; /**< of one block's log ratio (floor_spread()) */
	size_t blocks;
};

struct floors {
	struct floor_row rows[FLOORS_MAX];
	size_t count;
	const char *measured_utc; /**< when `tare doctor --deep` measured those of the host; NULL: it did not */
};

/** Those of host.json, and those of the run's own twins. Rows that make no sense are left out. */
void floors_read(const struct analysis *analysis, struct floors *ret);
/** The larger floor of two runtimes by a metric; NAN: neither was held against itself by it. */
double floors_between(const struct floors *floors, const char *runtime_a, const char *runtime_b, const char *metric);
/** What host.json is to carry: {measured_utc, run_id, method_version, fingerprint_sha256, rows: []}. */
struct json *floors_record(const struct analysis *analysis);
