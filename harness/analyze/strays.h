/* SPDX-License-Identifier: Apache-2.0 */
/* Samples that cannot be of the plan that they lie beside. */
#pragma once

#include "harness/analyze/analysis.h"

/** Once the subjects have their samples. Error (-EINVAL): all are of another run, or one is there twice. */
int strays_check(const struct analysis *analysis, struct error *err);
