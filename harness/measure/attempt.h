/* SPDX-License-Identifier: Apache-2.0 */
/* One attempt: from an empty place through create, start, ready, weighing and stop to an empty place again. */
#pragma once

#include "harness/measure/identity.h"
#include "harness/measure/receiver.h"
#include "harness/model/plan.h"
#include "harness/model/sample.h"

/** What all attempts of a run share. */
struct attempts {
	const struct run *run;
	const struct scenario *scenario;
	struct receiver *receiver;
	struct identity_expected expected;
	uint64_t epoch_ns; /**< CLOCK_MONOTONIC at the run's begin */
};

/**
 * Runs one step of the plan. Never fails: whatever happens becomes the sample's status, phase and error, and
 * afterwards nothing of the instance is left (or `residue` says what).
 */
void attempt_run(const struct attempts *attempts, const struct plan_step *step, struct sample *sample);
/** The start timeout of a subject: its own, or the default for what it is (method R5.10). */
uint64_t attempt_timeout_ns(const struct subject *subject);
