/* SPDX-License-Identifier: Apache-2.0 */
/* How the payload's clock was tied to the host's in one sample (method 1.6). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/json-plain.h"
#include "harness/base/json.h"

#define CLOCK_SYNC_PING_PONG "ping_pong" /* a guest: exchanges of time stamps after ready */
#define CLOCK_SYNC_SHARED "shared_clock" /* the payload reads the host's own clock */

struct clock_sync {
	bool ok;	     /**< false: the payload's stamps are not on the timeline; `reason` says why */
	char method[16];     /**< one of the above; "": no attempt was made, there is no record */
	int64_t count;	     /**< exchanges that were answered */
	int64_t err_ns;	     /**< half the interval in which the offset lies; UNKNOWN where not ok */
	int64_t rtt_min_ns;  /**< the shortest exchange, less the payload's own part of it; UNKNOWN: none */
	int64_t guest_hz;    /**< rate of the guest's counter that was used; UNKNOWN: none was needed */
	char reason[96];
};

/** The object as it is written, into a struct clock_sync. */
extern const struct json_plain_field clock_sync_fields[];

struct json *clock_sync_to_json(const struct clock_sync *sync);
/** Anything that is no such object leaves `ret_sync` without a record. */
void clock_sync_from_json(const struct json *json, struct clock_sync *ret_sync);
