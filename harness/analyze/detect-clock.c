/* SPDX-License-Identifier: Apache-2.0 */
/* What the clocks tell about fairness: those of the guests, and the host's before and after the run. */
#include "harness/analyze/detect.h"

#include <math.h>
#include <stdio.h>

#include "harness/analyze/calibration.h"
#include "harness/base/units.h"

/* One sample without its guest phases is enough to say so; the first reason stands for all. */
void detect_sync(struct analysis *a, struct analysis_flag *flag)
{
	size_t tried = 0, withheld = 0;
	const char *reason = "";

	for (size_t i = 0; i < a->subject_count; i++)
		for (size_t k = 0; k < a->subjects[i].sample_count; k++) {
			const struct clock_sync *sync = &a->subjects[i].samples[k]->shared->sync;

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

#define DRIFT_RATIO 0.10
#define SLEW_PPM 50.0

void detect_drift(struct analysis *a, struct analysis_flag *flag)
{
	double before = calibration_number(a->recording, "before", "null_subject_p50_ns");
	double after = calibration_number(a->recording, "after", "null_subject_p50_ns");
	double ratio = calibration_drift(a->recording);
	char first[UNITS_MAX], last[UNITS_MAX];

	if (isnan(ratio)) {
		flag_unchecked(flag, "the control was not measured both before and after the run");
		return;
	}
	flag->triggered = fabs(ratio - 1) > DRIFT_RATIO;
	(void)snprintf(flag->detail, sizeof(flag->detail), "control before %s, after %s",
		       units_text(UNITS_NS, before, first), units_text(UNITS_NS, after, last));
}

void detect_slew(struct analysis *a, struct analysis_flag *flag)
{
	double ppm = calibration_number(a->recording, "after", "slew_ppm");

	if (isnan(ppm)) {
		flag_unchecked(flag, "the clocks were not compared both before and after the run");
		return;
	}
	flag->triggered = fabs(ppm) > SLEW_PPM;
	(void)snprintf(flag->detail, sizeof(flag->detail), "%.2f ppm over the run", ppm);
}

void detect_step(struct analysis *a, struct analysis_flag *flag)
{
	bool known = false;

	for (size_t i = 0; i < a->subject_count; i++)
		for (size_t k = 0; k < a->subjects[i].sample_count; k++) {
			const struct brief *s = a->subjects[i].samples[k];

			known |= s->shift_known;
			if (s->clock_stepped)
				flag_touch(flag, i);
		}
	if (!known)
		flag_unchecked(flag, "no sample says whether the date was set meanwhile");
}
