/* SPDX-License-Identifier: Apache-2.0 */
/* Recorded runs of tests/data/runs/, loaded and analysed for a test. */
#pragma once

#include "harness/analyze/analysis.h"

struct recorded {
	struct recording recording;
	struct analysis analysis;
};

/** The samples into recording.held, where a test can change them. */
static inline void recorded_hold(struct recorded *run)
{
	struct recording *r = &run->recording;
	struct sample *samples = calloc(r->briefs.count + 1, sizeof(*samples));
	struct error err = {0};

	assert_non_null(samples);
	for (size_t i = 0; i < r->briefs.count; i++)
		if (recording_sample(r, r->briefs.list[i], &samples[i], &err) < 0)
			fail_msg("%s", err.text);
	recording_hold(r, samples, r->briefs.count);
}

/** After a change of what the recording holds. */
static inline int recorded_again(struct recorded *run, struct error *err)
{
	analysis_release(&run->analysis);
	recording_hold(&run->recording, run->recording.held, run->recording.briefs.count);
	return analysis_make(&run->recording, &run->analysis, err);
}

static inline struct recorded *recorded_open(const char *name)
{
	struct recorded *run = calloc(1, sizeof(*run));
	struct error err = {0};
	char folder[128];

	assert_non_null(run);
	(void)snprintf(folder, sizeof(folder), "tests/data/runs/%s", name);
	if (recording_load(folder, &run->recording, &err) < 0)
		fail_msg("%s", err.text);
	recorded_hold(run);
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
