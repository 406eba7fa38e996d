/* SPDX-License-Identifier: Apache-2.0 */
/* Holm's step-down procedure. */
#include "harness/analyze/multiple.h"

#include <math.h>
#include <stdlib.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"

static int compare_targets(const void *a, const void *b)
{
	double left = **(double *const *)a, right = **(double *const *)b;

	return (left > right) - (left < right);
}

void multiple_holm(double *p, size_t n)
{
	cleanup_free double **tests = alloc_zero(n, sizeof(*tests));
	size_t count = 0;
	double highest = 0;

	for (size_t i = 0; i < n; i++)
		if (!isnan(p[i]))
			tests[count++] = &p[i];
	qsort(tests, count, sizeof(*tests), compare_targets);
	for (size_t i = 0; i < count; i++) {
		highest = fmax(highest, fmin(1, (double)(count - i) * *tests[i]));
		*tests[i] = highest;
	}
}

size_t multiple_blocks(size_t tests, double limit)
{
	size_t blocks = 1;

	while (ldexp((double)tests, 1 - (int)blocks) >= limit)
		blocks++;
	return blocks;
}
