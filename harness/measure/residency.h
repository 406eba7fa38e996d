/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Page cache of artefacts, by file: how much of it is there, and away with it or in with it (method R1.36). Always of
 * the files themselves, never through an overlay, where a fully cached file looks empty.
 */
#pragma once

#include <stdint.h>

#include "harness/base/error.h"

/** Pages of a file or of all regular files of a folder, no mount entered. */
struct residency {
	int64_t pages, resident;
};

/** Adds what a path holds, by cachestat(2) or, where the kernel has none, mincore(2). */
int residency_add(const char *path, struct residency *residency, struct error *err);
/** Writes out what is dirty, then asks the kernel to drop the pages. Mapped and locked ones stay. */
int residency_evict(const char *path, struct error *err);
/** Reads everything once. */
int residency_fill(const char *path, struct error *err);
