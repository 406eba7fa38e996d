/* SPDX-License-Identifier: Apache-2.0 */
/* One lab from the first sentence to the last question. */
#pragma once

#include <stdbool.h>

#include "harness/report/lab.h"

/** Asks, runs (or takes the recording), shows. Returns an exit status or a negative errno. */
int lab_session(const struct lab *lab, bool replay, struct error *err);
