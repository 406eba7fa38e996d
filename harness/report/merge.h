/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs of several machines on one page: a class. Machines are what is counted, not samples: each gives its median for
 * a subject, and machines of another kind (how their VMs are accelerated, itself a VM or not) are never pooled.
 */
#pragma once

#include "harness/analyze/analysis.h"
#include "harness/base/error.h"

/** A machine's median of one metric for one subject. */
struct merge_value {
	char *kind, *subject, *machine;
	const struct metric *metric;
	double value;
};

/** One run that was taken in, or left out. */
struct merge_run {
	char *folder, *id, *kind, *cpu, *machine;
	char *trouble; /**< why it was left out, or what was changed after the run; "" */
	bool taken;
	size_t samples;
};

/** Machines of one kind, for one subject and metric. */
struct merge_group {
	const struct merge_value *first; /**< `count` values, one a machine, in order */
	size_t count;
	double median, least, most;
};

struct merge {
	struct merge_run *runs;
	size_t run_count;
	struct merge_value *values; /**< sorted once merge_groups() was called */
	size_t value_count;
};

/** Takes in the run of a folder; what cannot be read, or is there twice, is noted and left out. */
void merge_add(struct merge *merge, const char *folder);
/** Sorts the values, one a machine, and groups them; the array is for free(). */
struct merge_group *merge_groups(struct merge *merge, size_t *ret_count);
/** Writes FOLDER/merged.html, merged.md, merged.csv and plots/class.*. */
int merge_write(struct merge *merge, const char *folder, const char *plots, struct error *err);
void merge_release(struct merge *merge);

/** The chart of the start-up times. False: no machine has a start-up time. Script and data are for free(). */
bool merge_chart(const struct merge_group *groups, size_t count, const char *formats, char **ret_script,
		 char **ret_data);
