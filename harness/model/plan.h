/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order of all samples, fixed before the first: randomised complete blocks (method R5.1). The
 * same scenario and seed give the same plan. Latency blocks come first, then footprint blocks.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/model/scenario.h"

struct plan_step {
	enum block_kind kind;
	uint64_t block, position; /**< block number within its kind, place in the block */
	bool warmup;
	size_t subject; /**< index in the scenario */
};

struct plan {
	uint64_t seed;
	struct plan_step *steps;
	size_t count;
};

void plan_make(const struct scenario *scenario, uint64_t seed, struct plan *ret_plan);
void plan_release(struct plan *plan);
/** "order" of method section 7: per block {kind, block, warmup, subjects: [names in order]}. */
struct json *plan_order_json(const struct plan *plan, const struct scenario *scenario);
