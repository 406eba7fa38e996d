/* SPDX-License-Identifier: Apache-2.0 */
/* What is not the same for all subjects that were measured: limits, kernels, clocks, engines. */
#pragma once

#include "harness/analyze/analysis.h"
#include "harness/base/json.h"

/**
 * [{"what": "limits.memory_bytes", "values": [{"value": "268435456", "subjects": ["vm"]}]}]: only rows with more than
 * one value. Null: the subject has no such thing. An array to be freed by the caller.
 */
struct json *unequal_json(const struct analysis *analysis);
