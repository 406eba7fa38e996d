/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What files take of a disk, each block counted once (method R3.1, R3.2): by their inodes, and where the file system
 * tells (FIEMAP) by the physical extents, which reflinks share.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/** What was counted so far. Begins zeroed. */
struct extents {
	struct extent {
		uint64_t device, first, end; /**< bytes of the device, [first, end) */
	} *all; /**< sorted, none overlaps the next */
	size_t count;
	void *inodes; /**< a tree of tsearch(3) */
};

/** Of all paths that were added to it; begins zeroed. Bytes; shared is UNKNOWN (sample.h) where FIEMAP says nothing. */
struct extents_usage {
	int64_t apparent, allocated; /**< each inode once */
	int64_t files;
	int64_t unique; /**< of the allocated ones, those that nothing that was counted before holds as well */
	int64_t shared; /**< in extents that another file has too, whichever that is */
};

/** Adds a file or a tree. Its file system should have been synced. Returns negative errno: it cannot be read. */
int extents_add(struct extents *extents, const char *path, struct extents_usage *usage);
void extents_release(struct extents *extents);
