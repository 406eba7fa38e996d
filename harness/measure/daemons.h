/* SPDX-License-Identifier: Apache-2.0 */
/* The daemons of an engine, which serve all its instances: only what they grow by is an instance's (method 2.1). */
#pragma once

#include <stdint.h>

#include "harness/model/subject.h"

/** Sum of Pss over the subject's daemons in bytes (smaps_rollup); UNKNOWN: it has none, or they may not be read. */
int64_t daemons_pss_bytes(const struct subject *subject);
