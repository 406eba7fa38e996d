/* SPDX-License-Identifier: Apache-2.0 */
/* Disk space against the number of instances: what they share once, and N times what each has of its own. */
#include <math.h>
#include <stdlib.h>

#include "harness/analyze/experiment-disk.h"
#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/units.h"
#include "harness/report/plot-curves.h"

#define COUNT_HIGH 1000.0
#define STEPS_PER_DECADE 8

static double total(const struct disk_costs *costs, double n)
{
	double bytes = costs->base_bytes + n * costs->ready_bytes;

	return bytes > 0 ? bytes : NAN;
}

static void curve_rows(struct script *script, const struct analysis *a, const struct disk_costs *costs)
{
	script_table(script, "Image and boot files once, and the layers of n instances when ready.",
		     "n\tbytes\tsubject");
	for (double n = 1; n <= COUNT_HIGH; n *= 10) {
		script_field(script, n);
		script_field(script, total(costs, n));
		script_field_text(script, a->subjects[costs->subject].title);
		script_row_end(script);
	}
	script_table(script, "The same as a line.", "n\tbytes\tlow\thigh");
	for (int step = 0; step <= 3 * STEPS_PER_DECADE; step++) {
		double n = pow(10, (double)step / STEPS_PER_DECADE);

		script_field(script, n);
		for (int k = 0; k < 3; k++)
			script_field(script, total(costs, n));
		script_row_end(script);
	}
}

bool plot_amortised(struct script *script, const struct analysis *analysis)
{
	size_t count;
	cleanup_free struct disk_costs *costs = disk_costs_make(analysis, &count);
	struct plot_curves curves = {.bytes = true, .what = "instances"};
	char base[UNITS_MAX], each[UNITS_MAX];

	script_note(script, false,
		    "a curve is flat as long as what all share is most of it, and rises with what each adds");
	for (size_t i = 0; i < count; i++) {
		double first = total(&costs[i], 1), last = total(&costs[i], COUNT_HIGH);

		if (isnan(first))
			continue;
		curve_rows(script, analysis, &costs[i]);
		plot_curves_take(&curves, 1, first);
		plot_curves_take(&curves, COUNT_HIGH, last);
		plot_curves_add(&curves, costs[i].subject, analysis->subjects[costs[i].subject].title, COUNT_HIGH, last,
				alloc_format("%s + N times %s", units_text(UNITS_BYTES, costs[i].base_bytes, base),
					     units_text(UNITS_BYTES, costs[i].ready_bytes, each)));
	}
	bool any = curves.count;

	plot_curves_end(script, &curves);
	if (any)
		script_finish(script, analysis, "disk_instance_bytes");
	return any;
}
