/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/analyze/footprint.h"

#include <stddef.h>
#include <stdlib.h>

#include "harness/analyze/stats.h"
#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"

/* What was weighed in the samples that count; returns how many. */
static size_t weights_collect(const struct analysis_subject *s, const struct weights **ret)
{
	size_t n = 0;

	for (size_t i = 0; i < s->sample_count; i++)
		if (s->samples[i]->weights && analysis_counts_in(s->samples[i]) && s->samples[i]->status == SAMPLE_OK)
			ret[n++] = s->samples[i]->weights;
	return n;
}

/* The median of one number of all readings; `offset` is that of an int64_t in struct weights. */
static double weights_median(const struct weights *const *weights, size_t count, size_t has_offset, size_t offset)
{
	cleanup_free double *values = alloc_zero(count, sizeof(*values));
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		const char *place = (const char *)weights[i];
		int64_t number = *(const int64_t *)(place + offset);

		if (*(const bool *)(place + has_offset) && number != UNKNOWN)
			values[n++] = (double)number;
	}
	stats_sort(values, n);
	return stats_quantile(values, n, 0.5);
}

void footprint_make(struct analysis_subject *s)
{
	static const size_t offsets[] = {
#define FIELD_OFFSET(member, key, text) offsetof(struct weights, member),
		SAMPLE_MEMORY_FIELDS(FIELD_OFFSET)
#undef FIELD_OFFSET
	};
	typedef typeof(((struct weights *)NULL)->disk[0]) disk_row;
	cleanup_free const struct weights **weights = alloc_zero(s->sample_count, sizeof(*weights));
	size_t count = weights_collect(s, weights);

	for (size_t i = 0; i < MEMORY_FIELD_COUNT; i++)
		s->memory_bytes[i] = weights_median(weights, count, offsetof(struct weights, has_memory), offsets[i]);
	for (size_t i = 0; i < DISK_ROW_COUNT; i++) {
		size_t row = offsetof(struct weights, disk) + i * sizeof(disk_row);
		size_t has = offsetof(struct weights, has_disk);

		s->disk[i].allocated_bytes =
			weights_median(weights, count, has, row + offsetof(disk_row, allocated_bytes));
		s->disk[i].apparent_bytes =
			weights_median(weights, count, has, row + offsetof(disk_row, apparent_bytes));
	}
}
