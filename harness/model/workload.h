/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The workloads that every subject runs with the same bytes (method 4.1): what each is, and what it shows.
 * The work itself is in scenarios/payload/work-*.c, the words on the wire in protocol.h.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WORKLOAD_NAME_MAX 32

/** Panels of the chart and groups of the tables, in their order. */
#define WORKLOAD_CLASSES(X)                                                                                  \
	X(CPU, "cpu") X(MEMORY, "memory") X(KERNEL, "kernel") X(STORAGE, "storage") X(NETWORK, "network")  \
	X(OUTSIDE, "outside") X(PROGRAM, "program")

/* OUTSIDE: over the box's network to the harness's peer, so only in subjects that are connected. */
enum workload_class {
#define WORKLOAD_ENUM(id, name) WORKLOAD_##id,
	WORKLOAD_CLASSES(WORKLOAD_ENUM)
#undef WORKLOAD_ENUM
		WORKLOAD_CLASS_COUNT
};

/** What must pass the device in each iteration, not a cache alone. */
enum workload_device {
	DEVICE_NONE,
	DEVICE_WRITES, /**< what it writes, until the iteration ends */
	DEVICE_READS,  /**< what it reads: the host forgets the file before each iteration */
};

/** The same in every subject. Costs are ns per operation. */
struct workload {
	const char *name; /**< as in a scenario and in an order: "cpu_int" */
	enum workload_class class;
	const char *operation; /**< what is counted: "SHA-256 of 32 KiB" */
	const char *shows;     /**< one line for people: what a difference between subjects means */
	uint64_t most;	       /**< operations of one iteration, at most; 0: any number */
	uint64_t bytes;	       /**< that one operation moves, for the rate that goes with the cost; 0: none */
	enum workload_device device;
};

extern const struct workload workload_table[];
extern const size_t workload_count;
/** A user's own program, which is not in the table: one operation is one run of it. */
extern const struct workload workload_program;

/** One of the table; NULL: there is none of that name. */
const struct workload *workload_find(const char *name);
/** "cpu", "memory", "kernel", "storage", "network", "outside" or "program". */
const char *workload_class_name(enum workload_class class);
