/* SPDX-License-Identifier: Apache-2.0 */
/* What is done to each subject and what is measured: a JSON file (scenarios/README.md,
 * scenarios/scenario.schema.json). */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/model/experiment.h"
#include "harness/model/sample.h"
#include "harness/model/subject.h"
#include "harness/model/workload.h"

#define SCENARIO_BLOCKS_MAX 10000
#define SCENARIO_SUBJECTS_MAX 1000

/** How many blocks of one kind: first the warm-up ones, then those that count. */
struct block_counts {
	uint64_t warmup, count;
};

/** The workloads of the experiment `work`. */
struct workload_choice {
	const struct workload **list;
	size_t count;
	char *program; /**< path of the user's own, which is then the only workload; NULL */
	bool is_tool;  /**< it is one that is installed here, with libraries, and says what it likes (tool.h) */
	char *arguments; /**< its arguments, each with its terminator */
	size_t arguments_length;
};

struct scenario {
	char name[64];	   /**< letters, digits and "-_" only: it becomes part of a folder's name */
	char title[128];   /**< one line for people */
	struct subject *subjects;
	size_t subject_count;
	struct limits limits;
	struct block_counts blocks[BLOCK_KIND_COUNT];
	struct experiment_choice experiment; /**< what BLOCK_EXPERIMENT does */
	struct workload_choice workloads;
	uint64_t settle_max_ns, settle_min_ns; /**< method R2.4 */
	struct json *source; /**< the file as it was read, for the report */
};

#define SCENARIO_WORKLOADS "overhead" /* the scenario that has all workloads */

/** Reads and checks a scenario; a path, or the name of one in `folder`, or of a workload. Everything wrong is an
 * error_input with file and JSON path. */
int scenario_load(const char *name_or_path, const char *folder, struct scenario *ret_scenario, struct error *err);
/** From parsed JSON; `name` begins the error texts. Takes no ownership. */
int scenario_from_json(const struct json *json, const char *name, struct scenario *ret_scenario, struct error *err);
/**
 * Where a scenario's own program is, and whether it can be one: a relative path begins in the folder of `file`, which
 * is also named in errors. From then on its path is absolute, in `source` too. Without one there is nothing to do.
 */
int scenario_find_program(struct scenario *scenario, const char *file, struct error *err);
/** The program of others that is its workload; NULL: it has none. */
const struct tool *scenario_tool(const struct scenario *scenario);
/** Keeps only the subjects of a comma-separated list, in its order; "runtime:option=value" adds one that the
 * file has not. */
int scenario_select(struct scenario *scenario, const char *list, struct error *err);
void scenario_release(struct scenario *scenario);
