/* SPDX-License-Identifier: Apache-2.0 */
/* What happened before the C library started: the clock stamps, and the channel as it was opened. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "harness/model/protocol.h"
#include "scenarios/payload/text.h"

/** One instant on all clocks. */
struct stamp {
	uint64_t monotonic_ns;
	uint64_t boottime_ns;
	uint64_t tsc; /**< of the CPU it ran on */
};

/** Filled by ready_enter(), then constant. */
struct ready {
	struct stamp first;  /**< first instruction of this program, or of its life after it was restored */
	struct stamp source; /**< immediately before the ready byte; zero in a first stage */
	const char *channel; /**< value of TARE_CHANNEL, or NULL */
	const char *root;    /**< value of TARE_ROOT, or NULL */
	const char *root_mode; /**< value of TARE_ROOT_MODE, or NULL */
	const char *peer;    /**< value of TARE_PEER, or NULL */
	const char *stage;   /**< value of TARE_STAGE: the first stage's stamps as text, or NULL */
	int fd;              /**< connected socket; -1 for the I/O ports or where nothing was opened */
	bool isa;            /**< the channel is the I/O ports, which are open */
	bool held;           /**< saved and restored before the ready byte: what happened earlier was another life */
	bool first_stage;    /**< a guest that must find its root first: nothing was sent yet */
	const char *failed;  /**< what went wrong, or NULL */
	int error;           /**< errno of that */
};

extern struct ready ready;

static inline uint64_t stamp_tsc(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

/** "MONOTONIC_ns BOOTTIME_ns TSC", decimal, appended. */
static inline void stamp_text(const struct stamp *stamp, struct text *text)
{
	text_add_number(text, stamp->monotonic_ns, 10);
	text_add_char(text, ' ');
	text_add_number(text, stamp->boottime_ns, 10);
	text_add_char(text, ' ');
	text_add_number(text, stamp->tsc, 10);
}

/** Called by entry.S with the stack as the kernel made it, before any C library: must not use one. */
void ready_enter(const long *stack, uint64_t tsc);
