/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the experiment `work` found: the records of measure/experiment-work.c, put together over its instances. The
 * instance is what is repeated (method R5.6): each gives one value, the median of its iterations that count. Costs, not
 * rates, and no score over several workloads.
 */
#pragma once

#include "harness/analyze/analysis.h"
#include "harness/model/workload.h"

#define WORK_NAME_MAX 80

/** One workload in one subject: what it costs, or one number that a user's program gives of itself. */
struct work_cell {
	const struct workload *workload;
	char name[WORK_NAME_MAX]; /**< the workload's, or "program: NAME" */
	char metric[40], unit[20]; /**< of a program's number; "": it is the cost, in ns */
	size_t subject;
	size_t reference; /**< whom it is held against; SIZE_MAX: nobody */
	struct stats_summary cost; /**< of one operation, or that number, over instances; n = 0: none did it */
	size_t failed;		      /**< instances in which it failed */
	const char *reason;	      /**< why there is no value, or why one failed; NULL */
	/** The largest part by which its own clock and the host's disagree about an iteration; NAN: not known. */
	double clock_ratio;
	size_t clock_off; /**< instances in most of whose iterations they do by more than 1 ms and 0.5 % (R4.1) */
	struct comparison versus; /**< paired by block, with the reference in x; only where `compared` */
	bool compared;
	double p_holm; /**< over all cells that are compared */
	enum verdict verdict;
	const char *verdict_word; /**< "equivalent", "cheaper", "dearer", ...; of a program's number "less", "more" */
};

/** By workload in the order of their table, then a program and its numbers; each by subject. For free(). */
struct work_cell *work_cells_make(const struct analysis *analysis, size_t *ret_count);
/**
 * What one operation cost in the instance of a record "work" of a subject of this kind, in ns: by its own clock, but by
 * the host's where a guest's is off (R4.1). NAN: it did not do it.
 */
double work_record_cost(const struct json *record, enum analysis_kind kind);
/**
 * The subject that all others are held against: a process, or the first where there is none; SIZE_MAX: nobody. Only a
 * workload that leaves the box has another one: the first of the same network class.
 */
size_t work_reference(const struct analysis *analysis);
