/* SPDX-License-Identifier: Apache-2.0 */
/* A run while it goes on: what session.c (the loop) and session-setup.c (begin and end) share. */
#pragma once

#include "harness/analyze/stopping.h"
#include "harness/measure/attempt.h"
#include "harness/measure/calibrate.h"
#include "harness/measure/neighbours.h"
#include "harness/measure/noise.h"
#include "harness/measure/placement.h"
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
	pid_t keeper_pid; /* our parent, as long as it lives */
	bool *usable; /* per subject */
	char (*reasons)[1024]; /* why not, where not */
	uint64_t *first_use_ns;
	size_t *tried, *good; /* attempts per subject */
	uint64_t *spent_ns, *spent_count; /* per subject and kind, for the estimate of the time left */
	int64_t next_id; /* of a sample: the step's number, unless steps are tried again */
	bool *done; /* per step: has its sample from the earlier part of the run */
	size_t done_count, torn_lines;
	int64_t earlier_ns, earlier_cpu_ns; /* how long that part was, and the harness's CPU time in it (or UNKNOWN) */
	uint64_t begin_ns;
	struct calibrate_point calibrated; /* when the clocks were last compared */
	struct placement placement; /* which CPU does what */
	struct neighbours neighbours; /* other runs that were alive */
	struct stopping stopping; /* what was found the last time, with options->precision */
	bool latency_over, latency_cut; /* no latency block is begun any more; as time is short */
	bool budget_over; /* no block at all */
	struct json *kept; /* by the experiment, from turn to turn */
	struct session_result result;
};

/** Makes the places, connects to the keeper, starts the receiver. On failure session_close() undoes what was done. */
int session_open(struct session *s, struct error *err);
/** Probes and prepares each subject; one that cannot work here is left out with its reason. */
void session_prepare(struct session *s);
/** Writes plan.json and host.json and begins the journal; or goes on with it, and says what has changed. */
int session_describe(struct session *s, struct error *err);
/** How long the steps from this one on will take, as those so far did. */
uint64_t session_estimate_ns(const struct session *s, size_t from);
/** One line that the user should know now. */
void session_notice(const struct session *s, const char *text);
/** Finishes the subjects, and takes away everything that session_open() made. */
void session_close(struct session *s);
