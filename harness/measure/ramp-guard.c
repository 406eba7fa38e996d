/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/measure/ramp-guard.h"

#include <string.h>

#define AVAILABLE_LEAST 0.15   /* of all memory: R4.8 */
#define GROWTH_MOST 0.60       /* of what was available at first: R2.1 */
#define PRESSURE_MOST 10.0     /* percent */
#define SWAPPED_MOST (4 << 20) /* a host swaps out a page now and then; this is more */
#define KNEE_RATIO 2.0

const char *ramp_guard_memory(const struct hostmem *first, const struct hostmem *now)
{
	double fell = (double)(first->available - now->available);

	if ((double)now->available < AVAILABLE_LEAST * (double)now->total)
		return "memory_available_15_percent";
	if (fell > GROWTH_MOST * (double)first->available)
		return "memory_growth_60_percent";
	if (now->swapped_out - first->swapped_out > SWAPPED_MOST)
		return "swap";
	return now->pressure > PRESSURE_MOST ? "memory_pressure" : NULL;
}

static double median_of(const double *values, size_t count)
{
	double sorted[RAMP_KNEE_STARTS];

	(void)memcpy(sorted, values, count * sizeof(*sorted));
	for (size_t i = 1; i < count; i++)
		for (size_t k = i; k && sorted[k] < sorted[k - 1]; k--) {
			double swap = sorted[k];

			sorted[k] = sorted[k - 1];
			sorted[k - 1] = swap;
		}
	return sorted[count / 2];
}

bool ramp_is_past_knee(const double *latencies, size_t n)
{
	return n >= 2 * RAMP_KNEE_STARTS && median_of(latencies + n - RAMP_KNEE_STARTS, RAMP_KNEE_STARTS) >
					       KNEE_RATIO * median_of(latencies, RAMP_KNEE_STARTS);
}
