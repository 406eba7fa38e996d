/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the offset between two clocks lies (method R1.25): every exchange of time stamps leaves an
 * interval for it, and so does every message that went one way. Pure numbers; all in ns.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** offset = host's clock - payload's clock; it lies between `lo_ns` and `hi_ns`. */
struct sync_bounds {
	int64_t lo_ns, hi_ns;
	int64_t rtt_min_ns; /**< the shortest time that an exchange was on its way */
	size_t count;	    /**< exchanges */
};

struct sync_bounds sync_bounds_none(void);
/** The host sent, the payload received and answered, the host received: each by its own clock. */
void sync_bounds_exchange(struct sync_bounds *bounds, int64_t sent_ns, int64_t received_ns, int64_t answered_ns,
			  int64_t arrived_ns);
/** Something that the payload did at `done_ns` by its clock the host has seen at `seen_ns` by its own. */
void sync_bounds_seen(struct sync_bounds *bounds, int64_t done_ns, int64_t seen_ns);
/** The middle of what is left, and half its width. False: no exchange, or nothing is left (the rates differ). */
bool sync_bounds_offset(const struct sync_bounds *bounds, int64_t *ret_offset_ns, int64_t *ret_err_ns);
