/* SPDX-License-Identifier: Apache-2.0 */
/* What the memory and the disk of an instance consist of: parts in bytes that add up to a total. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "harness/model/brief.h"

#define SPLIT_PARTS_MAX 8

/** One part of a total. */
struct split_part {
	const char *name;  /**< in the legend */
	const char *brief; /**< below a bar, before the amount */
	int colour;	   /**< number in the palette of common.gp */
};

/** One way to split. Charts with more than one split have the same parts in all. */
struct split {
	const char *title;     /**< of its panel */
	const char *magnified; /**< of the panel with its short bars, before "magnified N times" */
	const struct split_part *parts;
	size_t part_count;
	bool (*weighed)(const struct brief *sample); /**< was it looked at at all */
	/** Fills the parts, 0 where there is none. Returns the total, NAN where it is not known. */
	double (*fill)(const struct brief *sample, double *parts);
	/** What must be told besides; for free(), "" for nothing. */
	char *(*remark)(const struct brief *sample);
};

extern const struct split split_memory, split_disk_first, split_disk_further;
