/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two traps of disk benchmarks: what was written never reached a device (dd to /dev/null, a cache that ignores
 * flushes), or what was read came from the host's page cache after only the guest's was emptied. The device's own
 * counters are held against what the workload says that it moved. They count for everybody, so too little is a proof.
 */
#include "harness/analyze/detect.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/analyze/experiment-records.h"
#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/model/experiment.h"
#include "harness/model/workload.h"

#define PART_LEAST 0.9 /* file systems may still hold a little of it back, and counters are of whole sectors */

/* What each claimed byte was at the device; NAN: nothing was claimed, or nobody counted. */
static double device_part(const struct json *record)
{
	const struct workload *workload = workload_find(json_get_text(record, "workload", ""));
	double claimed =
		json_get_number(record, "claimed_bytes", NAN) * json_get_number(record, "accounted_count", NAN);

	if (!workload || workload->device == DEVICE_NONE || !(claimed > 0))
		return NAN;
	return json_get_number(record, workload->device == DEVICE_READS ? "device_read_bytes" : "device_written_bytes",
			       NAN) /
	       claimed;
}

void detect_device(struct analysis *a, struct analysis_flag *flag)
{
	cleanup_free bool *touched = alloc_zero(a->subject_count + 1, sizeof(*touched));
	const char *worst = "";
	size_t count = 0, known = 0;
	double least = INFINITY;

	for (const struct json *r = NULL; (r = experiment_next(a, EXPERIMENT_WORK, r));) {
		double part = experiment_is(r, EXPERIMENT_WORK) ? device_part(r) : NAN;
		size_t subject = experiment_subject(a, r);

		if (isnan(part) || subject >= a->subject_count)
			continue;
		known++;
		if (part >= PART_LEAST)
			continue;
		touched[subject] = true;
		count++;
		if (part < least) {
			least = part;
			worst = json_get_text(r, "workload", "");
		}
	}
	if (!known)
		flag_unchecked(flag, "no workload on files whose device was counted");
	for (size_t i = 0; i < a->subject_count; i++)
		if (touched[i])
			flag_touch(flag, i);
	if (count)
		(void)snprintf(flag->detail, sizeof(flag->detail), "instances: %zu; %.32s: %.3g of each byte", count,
			       worst, least);
}
