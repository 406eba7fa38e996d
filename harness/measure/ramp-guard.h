/* SPDX-License-Identifier: Apache-2.0 */
/* When a ramp must end (method R2.1, R4.8): pure functions of what was read. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "harness/measure/hostmem.h"

#define RAMP_KNEE_STARTS 5u

/** What of the host's memory says stop, now against when the ramp began; NULL: nothing. Words as in the records. */
const char *ramp_guard_memory(const struct hostmem *first, const struct hostmem *now);
/** Did the last five starts take more than twice as long as the first five, by their medians. */
bool ramp_is_past_knee(const double *latencies, size_t count);
