/* SPDX-License-Identifier: Apache-2.0 */
/* Networks are compared only within a class (method R4.6). */
#pragma once

#include "harness/analyze/analysis.h"

/** "none" without a way out, else the name of what leads out: "bridge", "user"; NULL: not known. */
const char *network_class(const struct analysis_subject *subject);
