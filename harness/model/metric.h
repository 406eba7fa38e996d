/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers that are compared: one row each, taken from a sample. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "harness/model/brief.h"

enum metric_unit { UNIT_NS, UNIT_BYTES };

struct metric {
	const char *name;	/**< key in the report, with its unit: "request_to_ready_ns" */
	const char *title;	/**< for people: "start-up" */
	enum metric_unit unit;
	enum block_kind kind;	/**< the kind of block that it is taken from */
	double band;		/**< equivalence band of method 5.5 */
	bool headline;		/**< shown in the summary */
	const char *lower, *higher; /**< verdict words: "faster"/"slower", "less"/"more" */
	/** The value; NAN: the sample has none; INFINITY: censored (a timeout) where the metric is a start-up time. */
	double (*value)(const struct brief *brief);
};

extern const struct metric metric_table[];
extern const size_t metric_count;
/** The value of a whole sample. */
double metric_of_sample(const struct metric *metric, const struct sample *sample);
const struct metric *metric_find(const char *name);
/** False: the number is taken from all points of a ramp (analyze/marginal.h), and no sample has it. */
bool metric_is_of_samples(const struct metric *metric);
