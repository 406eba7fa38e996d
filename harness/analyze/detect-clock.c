/* SPDX-License-Identifier: Apache-2.0 */
/* What the clocks tell about fairness: those of the guests. */
#include "harness/analyze/detect.h"

#include <stdio.h>

/* One sample without its guest phases is enough to say so; the first reason stands for all. */
void detect_sync(struct analysis *a, struct analysis_flag *flag)
{
	size_t tried = 0, withheld = 0;
	const char *reason = "";

	for (size_t i = 0; i < a->subject_count; i++)
		for (size_t k = 0; k < a->subjects[i].sample_count; k++) {
			const struct clock_sync *sync = &a->subjects[i].samples[k]->sync;

			tried += *sync->method != '\0';
			if (!*sync->method || sync->ok)
				continue;
			flag_touch(flag, i);
			reason = withheld++ ? reason : sync->reason;
		}
	if (withheld)
		(void)snprintf(flag->detail, sizeof(flag->detail), "samples: %zu of %zu; %s", withheld, tried, reason);
	else if (!tried)
		flag_unchecked(flag, "no sample says how its clock was tied to the host's");
}
