/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one clock. Every instant in tare is CLOCK_MONOTONIC in nanoseconds (method R1.28); other
 * clocks are mapped to it through a bracketed triple (R1.29).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/** CLOCK_MONOTONIC now, in ns. */
uint64_t clock_now_ns(void);

/** A reading of CLOCK_REALTIME between two of CLOCK_MONOTONIC, in ns. */
struct clock_bracket {
	uint64_t mono_before_ns, real_ns, mono_after_ns;
};

/** The narrowest of some bracketed readings of the wall clock. */
struct clock_bracket clock_bracket_read(void);
/** How far the wall clock moved against CLOCK_MONOTONIC between two brackets, in ns; less than their widths says
 * nothing. */
int64_t clock_bracket_shift(const struct clock_bracket *begin, const struct clock_bracket *end);
/**
 * Maps a wall-clock instant to CLOCK_MONOTONIC by linear interpolation between two brackets (or by the offset of
 * the first where both are the same). `ret_err_ns` is the larger half width.
 */
uint64_t clock_from_real(const struct clock_bracket *begin, const struct clock_bracket *end, uint64_t real_ns,
			 uint64_t *ret_err_ns);
/** A reading of the CPU's time stamp counter, the instant that belongs to it, and how far off that may be. */
struct clock_tsc {
	uint64_t tsc, t_ns, err_ns;
};

/** The narrowest of some readings of the counter between two of CLOCK_MONOTONIC. False: the CPU has none. */
bool clock_tsc_read(struct clock_tsc *ret_reading);
/** Rate of the CPU's time stamp counter in Hz (about 1 ppm off), measured once per process in 20 ms; 0: it has none. */
uint64_t clock_tsc_hz(void);
/** The wall clock as "2026-01-31T12:00:00.000Z". */
void clock_utc(char text[32]);
/** Sleeps until the instant; for pauses between samples, never to wait for an event. */
void clock_sleep_until(uint64_t instant_ns);
