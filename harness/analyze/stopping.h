/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When a run has enough blocks (method 5.6, R5.5): from the tenth on, each fifth time, it is asked whether the
 * interval of every subject's start-up and of every ratio is narrow enough. The numbers are those of the report,
 * made from what the journal holds so far, so the same journal stops at the same block again.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/model/subject.h"

#define STOPPING_MIN_BLOCKS 10
#define STOPPING_STEP 5
#define STOPPING_MAX_BLOCKS 60
#define STOPPING_TARGET_MAX 10.0
#define STOPPING_BUDGET_NS 900000000000ull /**< where none is given: 15 minutes */

/** What was found the last time. */
struct stopping {
	uint64_t blocks; /**< looked at, without warm-up; 0: not yet */
	double widest;	 /**< half width of the widest interval, as a part of its value; INFINITY: one has none */
	char of[2 * SUBJECT_NAME_MAX + 4]; /**< whose it is: "vm", "vm / namespace"; "" */
	bool met;			   /**< `widest` is at most the target */
	bool hopeless; /**< there is nothing to wait for: of every subject more than 10 % failed (R5.10) */
};

/** The rule as an object: {target_ratio, min_blocks, step_blocks}. */
struct json *stopping_rule_json(double target);
/** Is it time to look, after so many blocks of at most `most`? */
bool stopping_due(uint64_t blocks, uint64_t most);
/**
 * Looks at the first `blocks` latency blocks after `warmup` in a run's folder. A subject of which more than 10 % failed
 * gets no verdict, and is not waited for. Errors as recording_load() and analysis_make().
 */
int stopping_look(const char *folder, uint64_t warmup, uint64_t blocks, double target, struct stopping *ret,
		  struct error *err);
