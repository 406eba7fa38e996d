/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a scenario may do with its subjects beyond starting and weighing them one by one. An experiment is a kind of
 * block of its own: in each of its blocks every subject takes its turn once, in random order, and each turn is a step
 * of the plan with a sample that says how it ended. So --blocks, --budget, --resume and an interruption mean the same
 * as everywhere. What it measures goes into records of its own before that sample.
 *
 * An experiment is a row here (name and options), a row in measure/experiment.c (what is done), one in
 * analyze/experiments.c (what it says) and a section of the report.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/** A whole number that a scenario may set: "experiment": {"name": "density", "instances_max": 100}. */
struct experiment_option {
	const char *name;
	uint64_t least, most, fallback;
	const char *summary;
};

struct experiment_spec {
	const char *name;
	const char *summary;			 /**< one line for people */
	const struct experiment_option *options; /**< ends with a row without a name; NULL: none */
};

#define EXPERIMENT_OPTIONS_MAX 12

/** An experiment as a scenario asks for it: `numbers` row by row as spec->options. Without a spec: none. */
struct experiment_choice {
	const struct experiment_spec *spec;
	uint64_t numbers[EXPERIMENT_OPTIONS_MAX];
};

#define EXPERIMENT_WORK "work"
/** "what" of the record that an experiment keeps from turn to turn: how much work each subject does. */
#define EXPERIMENT_KEPT "counts"

extern const struct experiment_spec experiment_specs[];
extern const size_t experiment_spec_count;

/** NULL: there is no such experiment. */
const struct experiment_spec *experiment_spec_find(const char *name);
/** Chooses it, with the defaults of its options. */
void experiment_choose(struct experiment_choice *choice, const struct experiment_spec *spec);
/** The value of an option that the experiment has. */
uint64_t experiment_number(const struct experiment_choice *choice, const char *option);
