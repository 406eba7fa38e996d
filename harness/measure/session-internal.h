/* SPDX-License-Identifier: Apache-2.0 */
/* A run while it goes on: what session.c (the loop) and session-setup.c (begin and end) share. */
#pragma once

#include "harness/measure/attempt.h"
#include "harness/measure/noise.h"
#include "harness/measure/session.h"
#include "harness/model/recording.h"

struct session {
	const struct session_options *options;
	struct scenario *scenario;
	struct plan plan;
	struct run run;
	struct attempts attempts;
	struct receiver *receiver;
	struct journal journal;
	struct calm calm;
	int lock; /* says that this run lives */
	bool *usable; /* per subject */
	char (*reasons)[1024]; /* why not, where not */
	uint64_t *first_use_ns;
	size_t *tried, *good; /* attempts per subject */
	uint64_t *spent_ns, *spent_count; /* per subject and kind, for the estimate of the time left */
	struct session_result result;
};

/** Makes the places, connects to the keeper, starts the receiver. On failure session_close() undoes what was done. */
int session_open(struct session *s, struct error *err);
/** Probes and prepares each subject; one that cannot work here is left out with its reason. */
void session_prepare(struct session *s);
/** Writes plan.json and host.json. */
int session_describe(struct session *s, struct error *err);
/** Finishes the subjects, and takes away everything that session_open() made. */
void session_close(struct session *s);
