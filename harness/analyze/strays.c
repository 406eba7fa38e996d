/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/analyze/strays.h"

/* The samples of a subject are sorted by these three. */
static bool is_copy(const struct brief *a, const struct brief *b)
{
	return a->kind == b->kind && a->block == b->block && a->id == b->id;
}

int strays_check(const struct analysis *analysis, struct error *err)
{
	const struct recording *recording = analysis->recording;

	if (recording->briefs.count && analysis->orphans == recording->briefs.count)
		return error_input(err,
				   "%s/" RECORDING_JOURNAL ": no sample is of a subject of " RECORDING_PLAN
							   ", the first is of '%.64s'; it is of another run",
				   recording->folder, recording->briefs.list[0]->shared->subject);
	for (size_t s = 0; s < analysis->subject_count; s++) {
		const struct analysis_subject *subject = &analysis->subjects[s];

		for (size_t i = 1; i < subject->sample_count; i++)
			if (is_copy(subject->samples[i - 1], subject->samples[i]))
				return error_input(err,
						   "%s/" RECORDING_JOURNAL ": sample %lld is there twice; each line "
									   "is a sample of its own",
						   recording->folder, (long long)subject->samples[i]->id);
	}
	return 0;
}
