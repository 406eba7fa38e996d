/* SPDX-License-Identifier: Apache-2.0 */
/* Going on with a run that ended early: what it still needs, and what has changed on the host since then. */
#pragma once

#include "harness/measure/session-internal.h"

/**
 * Takes the journal of options->earlier for writing, and finds in it which steps are done. error_input: the run is
 * complete, is still alive, or its plan cannot be made again.
 */
int resume_begin(struct session *s, struct error *err);
/**
 * Compares what plan.json and host.json say with what they would say now (given; freed here), tells each difference
 * and adds the record to the journal. error_input: a subject is not the same any more.
 */
int resume_record(struct session *s, struct json *plan, struct json *host, struct error *err);
