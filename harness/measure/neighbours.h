/* SPDX-License-Identifier: Apache-2.0 */
/* Other runs that are alive on this host while this one measures: their load is in its numbers. */
#pragma once

#include <stddef.h>

#include "harness/base/json.h"

#define NEIGHBOURS_MAX 16

/** The ids of the runs seen so far, the first NEIGHBOURS_MAX of them. */
struct neighbours {
	char ids[NEIGHBOURS_MAX][17];
	size_t count;
};

/**
 * Adds the runs that live now, also those of other users; not `own_id`. Touches none of them: whether their private
 * folders are locked is read from /proc/locks. Between samples only, it takes a fraction of a millisecond.
 */
void neighbours_look(struct neighbours *neighbours, const char *own_id);
void neighbours_add(struct neighbours *neighbours, const char *id);
/** An array of their ids. */
struct json *neighbours_json(const struct neighbours *neighbours);
