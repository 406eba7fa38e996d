/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a block device has moved, by its own count. A process's account (/proc/PID/io) does not say that: it counts what
 * was made dirty, and of a file in large folios all of the folio (one byte written may count for 1 MiB, Linux 6.16).
 * The device counts for everybody who uses it: less than what was claimed is a proof, more is none.
 */
#pragma once

#include <stdint.h>

#include "harness/model/sample.h"

struct device_bytes {
	int64_t read, written; /**< since the host started; UNKNOWN: the path lies on no block device of its own */
};

/** Of the device (or partition) that the file system of `path` is on. */
struct device_bytes device_bytes_of(const char *path);
/** From `before` to `after`; what is not known in either is not known. */
struct device_bytes device_bytes_since(const struct device_bytes *before, const struct device_bytes *after);
