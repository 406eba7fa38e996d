/* SPDX-License-Identifier: Apache-2.0 */
/* How warm the artefacts of a subject were before one sample (method 1.8), and the proof of it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/json-plain.h"
#include "harness/base/json.h"

struct cache_state {
	char wanted[8];		/**< "warm" or "cold"; "": not looked at, there is no record */
	int64_t pages_count;	/**< of all artefacts; UNKNOWN: they are not known */
	int64_t resident_count; /**< of these, in the page cache immediately before the request */
	char reason[96];	/**< why it is not known; "" */
};

/** Share of the pages that were in the page cache; NAN: not known. */
double cache_state_ratio(const struct cache_state *state);
/** Is what was wanted proven: at least 99 % resident for warm, less than 1 % for cold? */
bool cache_state_proven(const struct cache_state *state);

/** The object as it is written, into a struct cache_state. */
extern const struct json_plain_field cache_state_fields[];

struct json *cache_state_to_json(const struct cache_state *state);
/** Anything that is no such object leaves `ret_state` without a record. */
void cache_state_from_json(const struct json *json, struct cache_state *ret_state);
