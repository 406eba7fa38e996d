/* SPDX-License-Identifier: Apache-2.0 */
/* What one instance weighs: the median of each number that its weighings have. */
#pragma once

#include "harness/analyze/analysis.h"

/** Fills memory_bytes and disk from the subject's samples that count; NAN where none has the number. */
void footprint_make(struct analysis_subject *subject);
