/* SPDX-License-Identifier: Apache-2.0 */
/* What an instance takes on disk, row by row (method 3). */
#pragma once

#include "harness/model/sample.h"

/** Delayed allocation hides blocks until they are written back (method R3.1). */
void disk_sync(const char *path);
/** Syncs the file systems, then sums the paths of each row. A row without paths is 0; one that cannot be read
 * is UNKNOWN. */
void disk_weigh(const struct costs *costs, struct disk_reading *ret_reading);
