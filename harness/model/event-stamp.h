/* SPDX-License-Identifier: Apache-2.0 */
/* What a stamp of an event in the journal may be. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "harness/model/timeline.h"

/** Is it within a sample, in ns from the request? A stamp of the keeper may come a moment before; nothing runs for
 * weeks. INT64_MIN is no stamp. */
bool event_stamp_valid(enum event_id id, int64_t t_ns, int64_t err_ns);
/** The source of that name as timeline.h has it: it lives as long as the program. "other": there is none. */
const char *event_stamp_source(const char *text);
