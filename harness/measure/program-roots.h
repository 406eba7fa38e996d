/* SPDX-License-Identifier: Apache-2.0 */
/* A user's program goes into what all subjects are made from, so that every box finds the same bytes in its root. */
#pragma once

#include "harness/base/error.h"
#include "harness/model/instance.h"
#include "harness/model/scenario.h"

/**
 * Where the scenario has a program of the user's: makes RUN.storage/artifacts, which is run->artifacts with the program
 * and its arguments in the root tree and on the guests' root disk, and lets run->artifacts be that. The original stays
 * as it is. Only subjects with that tree can have it: another root is error_input(). A failed call leaves the folder to
 * whoever removes the run's storage.
 */
int program_roots_make(struct run *run, const struct scenario *scenario, struct error *err);
