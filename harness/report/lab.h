/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A lab: a claim or a famous mistake, a prediction, a run, and what came out. scenarios/labs/NAME.json says what is run
 * and asked, NAME.md what is told; no lab needs code of its own (scenarios/labs/README.md).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/model/recording.h"
#include "harness/report/page.h"

#define LAB_FILE "lab.json" /* beside the journal: the predictions, as they were given before the run */
#define LAB_PREDICTIONS_MAX 8

/** One thing that is asked before the run. Texts belong to struct lab.json. */
struct lab_prediction {
	const char *id, *ask, *unit;  /**< unit: "times", "percent", "ms", "MiB"; "" for a choice */
	const struct json *choices;   /**< array of words; NULL: a number is asked for */
	const struct json *row;	      /**< the object in the file: where the answer is */
};

struct lab {
	struct json *json;
	char *text; /**< NAME.md */
	const char *name, *title, *scenario, *recording;
	const struct json *needs; /**< runtimes of which one must answer; NULL: none */
	int64_t minutes;
	struct lab_prediction predictions[LAB_PREDICTIONS_MAX];
	size_t prediction_count;
};

/** Reads a lab of `folder` by name. Everything wrong is an error_input that names file and field. */
int lab_load(const char *name, const char *folder, struct lab *ret_lab, struct error *err);
void lab_release(struct lab *lab);

/** Is the text an answer to this: a positive number, or one of the words? */
bool lab_takes(const struct lab_prediction *prediction, const char *answer);
/** What the run says, out of report.json: "28.3", "different"; NULL: it was not measured. For free(). */
char *lab_outcome(const struct lab_prediction *prediction, const struct json *report);
/** "close", "off by 12 times", "right", "wrong"; "" where one of both is missing. */
const char *lab_judge(const struct lab_prediction *prediction, const char *answer, const char *outcome, char text[64]);

/** Prints a section of the lab's text by its heading ("What to look at"), without it. False: there is none. */
bool lab_section(struct page *page, const struct lab *lab, const char *heading);
/** Predictions beside results, from the lab.json of a run's folder. */
void lab_results(struct page *page, const struct lab *lab, const struct json *record, const struct json *report);
