/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of the runtime `vm` share: attempts as the harness makes them, with the harness's own receiver. */
#pragma once

#include "harness/measure/receiver.h"
#include "runtimes/vm.h"
#include "tests/privileged/world.h"

#define WAIT_NS 60000000000u
#define HANG_NS 3000000000u

extern const struct runtime runtime_vm;
/** Its subject keeps the connection open: libvirt cannot start its driver again and again in one process. */
extern struct world world;

/** One attempt, and what came of it. */
struct attempt {
	struct instance in;
	struct timeline timeline;
	struct channel *channel;
	struct clock_bracket begin;
	struct costs costs;
	unsigned news;
	struct error err;
	int rc; /**< of the first operation that failed */
};

/** A test program: skips where no guest can be started, enters a keeper, opens the world, runs the tests. */
int guest_main(char **argv, const struct CMUnitTest *tests, size_t count);

/** Says what was seen, and remembers whether it was right: one guest's failure does not hide the next one's. */
void check(bool ok, const char *format, ...) __attribute__((format(printf, 2, 3)));
/** Fails the test if a check has failed. */
void check_all(void);

/** False: said so, and nothing is left to finish. `hang`: the guest must never get ready. */
bool guest_prepare(const char *text, bool hang, struct subject *ret_subject);
void guest_finish(struct subject *subject);

void attempt_begin(struct attempt *a, struct subject *subject);
/** Creates and starts, and waits for the ready byte or for news of a failure. */
void attempt_start(struct attempt *a, uint64_t wait_ns);
/** Reads the facts, if there are any, and where the costs are. */
void attempt_look(struct attempt *a);
/** Stops, if nothing has failed, and destroys. */
void attempt_end(struct attempt *a);
/** Milliseconds between two events; negative: one of them did not happen. */
double attempt_ms(struct attempt *a, enum event_id from, enum event_id to);
/** What is left of an instance: processes, files, cgroups. Each is named. */
unsigned attempt_left(const struct attempt *a);

/** A file of 1 MiB that is nothing; the world's end removes it. */
const char *garbage_path(void);
