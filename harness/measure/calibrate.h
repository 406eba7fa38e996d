/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What this host's instruments are worth now (method 1.7): cost and step of the clock, rate of the time stamp
 * counter, how late a thread wakes with the run's own pinning, how long the control takes. Before the first block and
 * after the last one, so that a host that has changed meanwhile shows.
 */
#pragma once

#include <stdint.h>

#include "harness/base/json.h"
#include "harness/measure/attempt.h"

/** A point to which the next calibration is held. */
struct calibrate_point {
	uint64_t mono_ns, raw_ns, real_ns; /**< read together; 0: none */
};

struct calibrate_task {
	const struct attempts *attempts; /**< its control runs with the scenario's limits; no keeper: without control */
	const char *when;		 /**< "before" or "after" */
	const char *subject_cpus;	 /**< list of the CPUs of what is measured; NULL: any */
	uint64_t budget_ns;		 /**< about how long it may take */
};

/** Two seconds for a run of many samples, less for fewer: 30 ms a sample. */
uint64_t calibrate_budget_ns(size_t samples);
/** The record for the journal: "record": "calibration". What could not be measured is null. Updates `point`. */
struct json *calibrate(const struct calibrate_task *task, struct calibrate_point *point);
