/* SPDX-License-Identifier: Apache-2.0 */
/* The root disk of guests, with what a root tree has more than the build's. */
#pragma once

#include "harness/measure/program-files.h"

/**
 * From the artifacts `from`, into the artifacts `to`, where the root tree already has these files: the
 * disk with it, as much larger as it is, an empty layer on that, and guest.json, which tells of both. Where there is no
 * guest in `from` it does nothing: who needs one says so.
 */
int program_disk_make(const char *from, const char *to, const struct program_files *files, struct error *err);
