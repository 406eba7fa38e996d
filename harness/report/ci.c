/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What github-action-benchmark reads as "customSmallerIsBetter" (its README, "Custom benchmark"): an array of
 * {name, unit, value, range, extra}. One entry for each headline number; less is better for all of them.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/report/report.h"

char *report_ci(const struct analysis *a, struct error *err)
{
	struct json *array = json_array();

	(void)err;
	for (size_t i = 0; i < a->summary_count; i++) {
		const struct analysis_summary *sum = &a->summaries[i];
		const struct stats_summary *stats = &sum->stats;

		if (!sum->metric->headline || !sum->count || !isfinite(stats->median))
			continue;
		struct json *row = json_object();
		cleanup_free char *name =
			alloc_format("%s: %s", a->subjects[sum->subject].title, sum->metric->title);
		cleanup_free char *range =
			stats->ci.known ? alloc_format("%.17g to %.17g", stats->ci.lo, stats->ci.hi) : NULL;
		cleanup_free char *extra = alloc_format(
			"%s; n = %zu; failed = %zu; median, %.0f %% interval", sum->metric->name, sum->count,
			a->subjects[sum->subject].counts[sum->metric->kind].failed, a->confidence * 100);

		json_add_text(row, "name", name);
		json_add_text(row, "unit", sum->metric->unit == UNIT_NS ? "ns" : "bytes");
		json_add_number(row, "value", stats->median);
		if (range)
			json_add_text(row, "range", range);
		json_add_text(row, "extra", extra);
		json_append(array, row);
	}
	char *text = json_text(array, true);

	json_free(array);
	return text;
}
