/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps of an attempt, one by one: for attempt.c, which takes them all in a row, and for experiments, which keep
 * instances alive and do something with them in between. Order: begin, start, await_ready, learn, ..., stop, end. What
 * fails becomes the sample's status, phase and error, and the first failure stays; after any of them end() is due.
 */
#pragma once

#include "harness/base/clock.h"
#include "harness/measure/attempt.h"
#include "harness/measure/residue.h"

/** Everything that one attempt holds. Zeroed but for the first three; must not move while it lives. */
struct attempt {
	const struct attempts *all;
	size_t subject; /**< index in the scenario */
	struct sample *sample;
	const struct runtime *runtime;
	struct instance in;
	struct timeline timeline;
	struct channel *channel;
	struct costs costs;
	struct residue residue;
	bool foreign; /* the main process has another parent than the keeper, which so will not see it end */
	int64_t daemons_before; /**< of a footprint sample: daemons_pss_bytes() before the request */
	struct clock_bracket begin;
	struct clock_tsc begin_tsc;
	struct error err;
};

/** Names the instance after sample->id, which must be unique among those that live. Starts nothing. */
void attempt_begin(struct attempt *a);
/** Storage and the engine's start call. False: it failed. */
bool attempt_start(struct attempt *a);
/** Until the ready byte, or what came instead of it: false. */
bool attempt_await_ready(struct attempt *a);
/** After ready: takes the facts and checks that the payload is the right one. */
void attempt_learn(struct attempt *a);
/** Fills a->costs; false: the runtime cannot say. */
bool attempt_inspect(struct attempt *a);
/**
 * Sends a command of protocol.h and waits for its answer, which channel_text() then gives. False: there was none in
 * time, and the sample has failed ("work").
 */
bool attempt_command(struct attempt *a, const char *command, uint64_t wait_ns);
void attempt_stop(struct attempt *a);
/** Away with it, whatever it is in; fills events, exit and residue of the sample. Also without a begin that worked. */
void attempt_end(struct attempt *a);
/** The next start finds ahead what this one took; timed into the sample. Where the instance lives on: else end() does
 * it. */
void attempt_refill(struct attempt *a);
/** Notes a failure, unless there was one before. */
void attempt_fail(struct attempt *a, enum sample_status status, const char *phase, const char *text);
