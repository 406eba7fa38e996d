/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A workload: a fixed number of operations, timed, with a result that is known beforehand (method 4.1). The same
 * bytes run it in every subject. A new one is a file work-*.c with its row, and a word in protocol.h.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "harness/model/protocol.h"

/** One order while it is carried out, in a child process that ends with it. */
struct work {
	uint64_t count;	      /**< operations of one iteration */
	const char *folder;   /**< where files may be made; no slash at its end */
	void *state;	      /**< the workload's own */
	uint64_t checksum;    /**< set by run: a function of `count` alone */
	uint64_t expected;    /**< what it must be; set before run, or by check */
	/** Part of the time that is no cost, such as a sleep that was asked for; below 0: costs more than it takes. */
	int64_t discount_ns;
	uint64_t bytes;	      /**< that run claims to have moved to or from storage */
	struct work_output *output; /**< what a user's program says */
	const char *failed;   /**< what went wrong, where a step returned anything but 0 */
	int error;	      /**< of WORK_DIED and WORK_GARBAGE: the number that goes with it */
};

/** Lines as they are sent; in memory that the child shares with its parent and its own children. */
struct work_output {
	int start_error; /**< errno where it could not be started */
	size_t length;
	char bytes[PROTOCOL_OUTPUT_MAX];
};

#define WORK_DIED 2	/* what a step started did not end well */
#define WORK_GARBAGE 3	/* it said what nobody can use */

/** Steps return 0, a negative errno, or one of the above, both with `failed` set. All but run may be NULL. */
struct work_kind {
	const char *id;
	int (*prepare)(struct work *work); /**< once, untimed: memory, files, peers */
	int (*reset)(struct work *work);   /**< before each iteration, untimed */
	int (*run)(struct work *work);	   /**< the operations, and nothing else */
	int (*check)(struct work *work);   /**< after each iteration, untimed: sets `expected` or `checksum` */
};

#define WORK_DECLARE(id) extern const struct work_kind work_##id;
PROTOCOL_WORKLOADS(WORK_DECLARE)
WORK_DECLARE(program)
#undef WORK_DECLARE

/** Carries out an order of protocol.h, what follows its first word, and answers. 0, or negative errno: no channel. */
int work_command(char *order);

/** For a step: remembers what failed. Returns -errno (or -EIO where errno is 0). */
int work_failed(struct work *work, const char *what);

/** CLOCK_MONOTONIC as programs read it: through the vDSO where there is one, unlike syscall_clock_ns(). */
static inline uint64_t work_clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/** The compiler must take the value for used, and for unknown from here on. */
#define WORK_OPAQUE(value) __asm__ volatile("" : "+r"(value) : : "memory")

/** A generator with the same numbers everywhere (Marsaglia, "Xorshift RNGs", 2003: 13, 7, 17). */
static inline uint64_t work_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}
