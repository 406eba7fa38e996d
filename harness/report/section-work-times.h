/* SPDX-License-Identifier: Apache-2.0 */
/* All workloads and all boxes at a glance. */
#pragma once

#include "harness/analyze/experiment-work.h"
#include "harness/report/page.h"

/**
 * A table with a row for each workload and a column for each box: how many times its cost in the reference. Not of what
 * leaves the box, nor of a program's own numbers. False, and nothing on the page: fewer than two boxes are compared, or
 * the page has no room for so many.
 */
bool section_work_times(struct page *page, const struct analysis *analysis, const struct work_cell *cells,
			size_t count);
