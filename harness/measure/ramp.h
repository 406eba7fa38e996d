/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of a ramp share: experiment-ramp.c, ramp-members.c, ramp-weigh.c. Nobody else includes it. */
#pragma once

#include <pthread.h>

#include "harness/measure/attempt-steps.h"
#include "harness/measure/experiment.h"
#include "harness/measure/hostload.h"
#include "harness/measure/hostmem.h"

#define RAMP_PIDS_MAX 4
#define RAMP_CONCURRENCY_MAX 64 /* of the options, in model/experiment.c */

/* One instance. Its pages come from mmap, so that what is not used of it takes no memory. */
struct ramp_member {
	struct attempt attempt;
	struct sample sample;
	pid_t pids[RAMP_PIDS_MAX];
	size_t pid_count;
	pthread_t thread;
	bool ready;
};

struct ramp {
	struct experiment_turn *turn;
	size_t concurrency; /* started at the same time */
	struct ramp_member **members; /* those that live */
	size_t count, started, failed;
	uint64_t begin_ns;
	struct hostmem first;
	struct hostload load_first;
	int64_t daemons_first, harness_first;
	pid_t keeper; /* 0: there is none */
	int64_t cpu_first_ns, cpu_weighing_ns; /* of harness and keeper: before the ramp, and for its points */
	double *latencies; /* of the starts that went well, in order */
	size_t latency_count;
	const char *reason; /* why it ended; NULL: it goes on */
	char error[SAMPLE_ERROR_MAX]; /* of the start that failed; "" */
	struct costs costs; /* scratch: one for all */
};

/** A record of the ramp, begun: with its concurrency. */
struct json *ramp_begin_record(const struct ramp *ramp, const char *what);
/** `count` at the same time, a record for each. A start that fails ends the ramp. */
void ramp_start(struct ramp *ramp, size_t count);
/** Ends all, the newest first, with a record of how long each took; what one leaves behind makes the turn fail. */
void ramp_take_down(struct ramp *ramp);
/** What the daemons, and whatever else serves all instances, take now. */
int64_t ramp_daemons_bytes(const struct ramp *ramp);
/** From here on counts what the harness takes itself. */
void ramp_harness_begin(struct ramp *ramp);
/**
 * CPU time of the harness and the keeper since the ramp began, but for weighing: their own work for all instances. A
 * starter's is not in it, as it does what an instance consists of.
 */
int64_t ramp_harness_cpu_ns(const struct ramp *ramp);
/** One point, after the newest has settled. */
void ramp_weigh(struct ramp *ramp);
