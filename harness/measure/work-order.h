/* SPDX-License-Identifier: Apache-2.0 */
/* One work order of protocol.h: sent to a payload that lives, awaited, and read back. */
#pragma once

#include "harness/base/json.h"
#include "harness/measure/attempt-steps.h"
#include "harness/measure/device-bytes.h"
#include "harness/measure/program-output.h"
#include "harness/model/workload.h"

struct work_order {
	const struct workload *workload;
	uint64_t ops; /**< operations of one iteration */
	uint64_t warmup, iterations, limit_ms;
	const struct tool *tool; /**< whose output it is; NULL: none of these */
	const char *folder; /**< inside of the box; where files may be made */
};

/** What came of it. Byte counts are of all iterations together, UNKNOWN where nobody could say. */
struct work_result {
	char status[24], error[96]; /**< as the payload says them (PROTOCOL_WORK_OK, ...) */
	char checksum[20];
	size_t count;				       /**< iterations with a time, the warm-up ones first */
	int64_t ns[PROTOCOL_WORK_ITERATIONS_MAX];      /**< by its own clock */
	int64_t cost_ns[PROTOCOL_WORK_ITERATIONS_MAX]; /**< the part of it that is the cost */
	int64_t host_ns[PROTOCOL_WORK_ITERATIONS_MAX]; /**< between the marks as the harness has them, or
							  UNKNOWN */
	int64_t claimed_bytes;			       /**< that one iteration says it moved; UNKNOWN: none */
	int64_t read_bytes, written_bytes; /**< from and to storage, by the accounts of its own kernel */
	int64_t host_read_bytes,
		host_written_bytes; /**< the same by the host's, of all processes of the instance */
	struct device_bytes device; /**< of the device below the run's storage, in that time, for everybody */
	struct program_output output; /**< of a user's program */
};

bool work_is(const struct work_result *result, const char *status);
/**
 * Carries it out; `a` must have been inspected. False: no answer, or one that is none: the sample has failed.
 * A workload that went wrong is an answer.
 */
bool work_carry_out(struct attempt *a, const struct work_order *order, struct work_result *ret_result);
