/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/analyze/experiment-disk.h"

#include <math.h>
#include <string.h>

#include "harness/analyze/experiment-records.h"
#include "harness/base/alloc.h"

#define DISK "disk"

static const char *const keys[] = {
#define DISK_KEY(id, name, text) name,
	DISK_KINDS(DISK_KEY)
#undef DISK_KEY
};

static const char *const texts[] = {
#define DISK_TEXT(id, name, text) text,
	DISK_KINDS(DISK_TEXT)
#undef DISK_TEXT
};

const char *disk_kind_key(enum disk_kind kind)
{
	return keys[kind];
}

const char *disk_kind_text(enum disk_kind kind)
{
	return texts[kind];
}

/* Which records are wanted. */
struct wanted {
	const char *subject, *row;
};

static bool is_wanted(const struct json *record, const void *data)
{
	const struct wanted *wanted = data;

	return experiment_is(record, "row") && !strcmp(json_get_text(record, "subject", ""), wanted->subject) &&
	       !strcmp(json_get_text(record, "row", ""), wanted->row);
}

static double median(const struct stats_summary *stats)
{
	return stats->n ? stats->median : NAN;
}

static struct disk_costs costs_make(const struct analysis *a, size_t subject)
{
	struct disk_costs costs = {.subject = subject};
	struct wanted wanted = {.subject = a->subjects[subject].name};

	for (size_t i = 0; i < DISK_KIND_COUNT; i++) {
		struct disk_figures *row = &costs.rows[i];

		wanted.row = keys[i];
		row->allocated_bytes = experiment_stats(a, DISK, "allocated_bytes", is_wanted, &wanted);
		row->apparent_bytes = experiment_stats(a, DISK, "apparent_bytes", is_wanted, &wanted);
		row->unique_bytes = experiment_stats(a, DISK, "unique_bytes", is_wanted, &wanted);
		row->shared_bytes = experiment_stats(a, DISK, "shared_bytes", is_wanted, &wanted);
		row->filesystem_bytes = experiment_stats(a, DISK, "filesystem_bytes", is_wanted, &wanted);
	}
	wanted.row = keys[DISK_KIND_WORKED];
	struct stats_summary written = experiment_stats(a, DISK, "written_bytes", is_wanted, &wanted);

	costs.written_bytes = median(&written);
	costs.base_bytes = median(&costs.rows[DISK_KIND_BASE].unique_bytes) +
			   median(&costs.rows[DISK_KIND_BOOT].unique_bytes);
	costs.ready_bytes = median(&costs.rows[DISK_KIND_CREATED].unique_bytes);
	costs.worked_bytes = median(&costs.rows[DISK_KIND_WORKED].unique_bytes);
	return costs;
}

static bool has_any(const struct disk_costs *costs)
{
	for (size_t i = 0; i < DISK_KIND_COUNT; i++)
		if (costs->rows[i].apparent_bytes.n)
			return true;
	return false;
}

struct disk_costs *disk_costs_make(const struct analysis *analysis, size_t *ret_count)
{
	struct disk_costs *all = NULL;
	size_t count = 0;

	if (experiment_next(analysis, DISK, NULL))
		all = alloc_zero(analysis->subject_count, sizeof(*all));
	for (size_t i = 0; all && i < analysis->subject_count; i++) {
		all[count] = costs_make(analysis, i);
		count += has_any(&all[count]);
	}
	*ret_count = count;
	return all;
}
