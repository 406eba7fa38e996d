/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many operations one iteration of each workload has: found once, before the first turn, and the same in
 * every subject (method R4.2). They are kept as one record of the journal, so that a resumed run goes on with
 * them.
 *
 * Record "counts": workloads, an array of {workload, ops_count (null: nobody could run it), fastest
 * (subject), costs: [{subject, ns_per_op}], left_out: [{subject, reason}]}.
 */
#pragma once

#include "harness/measure/attempt-steps.h"
#include "harness/measure/experiment.h"
#include "harness/model/workload.h"

/** What calibration is to find: from one cost a subject, in ns per operation, NAN where it is not known. */
struct work_aim {
	double goal_ns, limit_ns, floor_ns;
	uint64_t most; /**< operations, at most; 0: any number */
};

/**
 * Operations per iteration: so that the fastest takes goal_ns; fewer, where the slowest would take more than
 * limit_ns. A subject that would take longer even if the fastest took floor_ns is left out: its
 * `ret_left_out` is set. 0: no cost is known.
 */
uint64_t work_count(const struct work_aim *aim, const double *costs, size_t count, bool *ret_left_out);

/** Fills *turn->kept where it is empty: runs every workload in every subject for a moment. False: the turn
 * ends. */
bool work_calibrate(struct experiment_turn *turn);
/** What was found for a workload; 0 where it was left out for this subject: `ret_reason` says why (borrowed).
 */
uint64_t work_count_of(const struct experiment_turn *turn, const struct workload *workload,
		       const char **ret_reason);
/** Where the workloads of the instance may make files; false: none could be made. work_folder_end() takes it
 * away. */
bool work_folder_make(struct attempt *a, char *folder, size_t size);
void work_folder_end(const struct attempt *a);
