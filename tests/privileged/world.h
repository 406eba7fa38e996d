/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a test of a runtime needs around it: a real keeper above, a run with its folders, an instance
 * with a listening channel, and the payload's answers. Failures end the test through cmocka.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/model/instance.h"
#include "harness/model/protocol.h"
#include "harness/model/runtime.h"

struct world {
	struct run run;
	struct subject subject;
	char folder[64]; /**< holds storage; removed at the end */
	int lock;	 /**< says that this run lives: another one would sweep it as a dead run's leftover */
};

/** An instance and the test's end of its channel. */
struct probe {
	struct instance in;
	struct timeline timeline;
	int listener, channel;
	uint64_t request_ns, ready_ns;
	char facts[PROTOCOL_FACTS_MAX];
};

/**
 * Runs the program a second time, as the harness below a keeper (the `tare` that the variable TARE names, or
 * build/tare). Returns only there; `argv` arrives unchanged. A test that cannot run here ends with status 77. The
 * variable TARE_TEST_USER names a user's folder, and says that the test is to run without root.
 */
void world_enter(char **argv);
/** Folder with the payload and the root trees that world_open() takes; NULL: "build", or a user's own. */
extern const char *world_artifacts;
/** Where a test may make folders. */
const char *world_place(void);
/** Connects to the keeper, makes the folders, guards them, and prepares `runtime` with these settings
 * ("name=value" or NULL). */
void world_open(struct world *world, const struct runtime *runtime, const char *setting);
/** finish(), and checks that no folder of an instance is left. */
void world_close(struct world *world);

/** Listens, create(), start(); asserts success. */
void probe_start(struct probe *probe, struct world *world, unsigned number);
/** Waits for the ready byte (at most 10 s) and reads the facts. */
void probe_ready(struct probe *probe);
/** The payload's fact, "" where it sent none. Valid until the next call. */
const char *probe_fact(const struct probe *probe, const char *key);
/** stop(), destroy(), closes everything; asserts that the process is gone. */
void probe_end(struct probe *probe);

/** An instance that may fail to start. Nobody listens to its channel: what is started ends by itself. */
struct trial {
	struct instance in;
	struct timeline timeline;
};

/** create(), which has to succeed, and start(), whose result it returns. */
int trial_start(struct trial *trial, struct world *world, unsigned number, struct error *err);
/** destroy(), closes everything; asserts that its folder is gone. */
void trial_end(struct trial *trial);
/** "key: value" of /proc/PID/status, without the key and white space. Valid until the next call. */
const char *probe_status(const struct probe *probe, const char *key);
/** Whole text of /proc/PID/NAME. Valid until the next call. */
const char *probe_proc(const struct probe *probe, const char *name);
