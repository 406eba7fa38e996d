/* SPDX-License-Identifier: Apache-2.0 */
/* Recorded runs of tests/data/runs/, loaded and analysed for a test. */
#pragma once

#include "harness/analyze/analysis.h"

struct recorded {
	struct recording recording;
	struct analysis analysis;
};

static inline struct recorded *recorded_open(const char *name)
{
	struct recorded *run = calloc(1, sizeof(*run));
	struct error err = {0};
	char folder[128];

	assert_non_null(run);
	(void)snprintf(folder, sizeof(folder), "tests/data/runs/%s", name);
	if (recording_load(folder, &run->recording, &err) < 0)
		fail_msg("%s", err.text);
	if (analysis_make(&run->recording, &run->analysis, &err) < 0)
		fail_msg("%s", err.text);
	return run;
}

static inline void recorded_close(struct recorded *run)
{
	analysis_release(&run->analysis);
	recording_release(&run->recording);
	free(run);
}

/** Index of a subject by name. */
static inline size_t recorded_subject(const struct recorded *run, const char *name)
{
	for (size_t i = 0; i < run->analysis.subject_count; i++)
		if (!strcmp(run->analysis.subjects[i].name, name))
			return i;
	fail_msg("no subject '%s'", name);
	return 0;
}
