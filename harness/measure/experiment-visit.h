/* SPDX-License-Identifier: Apache-2.0 */
/* Experiments that need several instances in one turn, one after the other: each has a sample of its own, whose failure
 * becomes the turn's. */
#pragma once

#include "harness/measure/attempt-steps.h"
#include "harness/measure/experiment.h"

/** What is done with one of them, in this order; NULL: nothing. False: it goes, and the turn is over. */
struct experiment_visit {
	/** It is ready, or failed to be (a->sample says why). */
	bool (*came)(struct experiment_turn *turn, struct attempt *a, bool ready, void *data);
	/** It is ready and has said what it is. */
	bool (*ready)(struct experiment_turn *turn, struct attempt *a, void *data);
	/** It has been stopped, and its storage is still there. */
	bool (*stopped)(struct experiment_turn *turn, struct attempt *a, void *data);
	void *data;
};

/** One instance from request to gone. False: something failed, and the turn's sample says what. */
bool experiment_visit(struct experiment_turn *turn, const struct experiment_visit *visit);

/** Lets it write a new file of so many bytes, the number in its name. False: it did not, and its sample says why. */
bool experiment_change(struct attempt *a, size_t number, uint64_t bytes);
/** What it has changed becomes the subject's newest image. ret_ns: how long that took. */
bool experiment_commit(struct attempt *a, uint64_t *ret_ns);
/** From its request until it was ready; UNKNOWN: it was not. */
int64_t experiment_latency_ns(struct attempt *a);
