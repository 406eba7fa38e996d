/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/report/plot-bar.h"

#include <math.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/units.h"
#include "harness/report/plot-script.h"

static bool bar_counts(const struct brief *sample, const struct split *split, const char *subject)
{
	return sample->kind == BLOCK_FOOTPRINT && sample->status == SAMPLE_OK &&
	       analysis_counts_in(sample) && split->weighed(sample) && !strcmp(sample->shared->subject, subject);
}

struct bar bar_make(const struct analysis *analysis, const struct split *split, size_t subject)
{
	const struct recording *recording = analysis->recording;
	cleanup_free double *totals = alloc_zero(recording->briefs.count, sizeof(*totals));
	struct bar bar = {.subject = subject, .total = NAN};
	size_t count = 0;

	for (size_t i = 0; i < recording->briefs.count; i++) {
		const struct brief *sample = recording->briefs.list[i];

		if (!bar_counts(sample, split, analysis->subjects[subject].name))
			continue;
		totals[count] = split->fill(sample, bar.parts);
		if (isnan(totals[count])) {
			bar.missing++;
			bar.why = sample->shared->memory_unknown_reason;
		} else {
			count++;
		}
	}
	if (!count || stats_summary(totals, count, analysis->confidence, &bar.stats, NULL) < 0)
		return bar;
	stats_sort(totals, count);
	for (size_t i = 0; i < recording->briefs.count && !bar.sample; i++) {
		const struct brief *sample = recording->briefs.list[i];

		if (!bar_counts(sample, split, analysis->subjects[subject].name))
			continue;
		bar.total = split->fill(sample, bar.parts);
		bar.sample = bar.total <= totals[(count - 1) / 2] && bar.total >= totals[(count - 1) / 2]
				     ? sample
				     : NULL;
	}
	return bar;
}

double bar_end(const struct bar *bar)
{
	return fmax(bar->total, bar->stats.ci.known ? bar->stats.ci.hi : bar->stats.max);
}

/* "guest RAM 72.3 MiB + QEMU 45.0 MiB", no part broken, and the remark in lines of its own. */
static char *bar_text(const struct split *split, const struct bar *bar, size_t width)
{
	char amount[UNITS_MAX];
	char *text = alloc_text("");
	size_t used = 0;

	for (size_t i = 0; i < split->part_count; i++) {
		if (!(bar->parts[i] > 0))
			continue;
		cleanup_free char *part = alloc_format("%s %s", split->parts[i].brief,
						       units_text(UNITS_BYTES, bar->parts[i], amount));
		bool fits = used + strlen(" + ") + strlen(part) + strlen(" +") <= width;
		char *longer = alloc_format("%s%s%s", text, !used ? "" : fits ? " + " : " +\n", part);

		used = strlen(part) + (used && fits ? used + strlen(" + ") : 0);
		free(text);
		text = longer;
	}
	cleanup_free char *remark = split->remark(bar->sample),
			  *lines = script_wrap(remark, width, NULL);
	char *both = alloc_format("%s%s%s", text, *text && *lines ? "\n" : "", lines);

	free(text);
	return both;
}

char *bar_interval(const struct stats_summary *stats)
{
	char text[UNITS_MAX];

	if (stats->ci.known)
		return alloc_format(
			"%s, n = %zu",
			units_interval(UNITS_BYTES, stats->median, stats->ci.lo, stats->ci.hi, text),
			stats->n);
	if (stats->n < 2 || !(stats->max > stats->min))
		return alloc_format("%sn = %zu", stats->n < 2 ? "" : "all equal, ", stats->n);
	(void)units_interval(UNITS_BYTES, stats->median, stats->min, stats->max, text);
	return alloc_format("range %s, n = %zu", text, stats->n);
}

char *bar_message(const struct split *split, const struct bar *bar, const char *reason, size_t width)
{
	const char *why = bar->why && *bar->why ? bar->why
			  : reason && *reason	? reason
						: "no sample was weighed";

	if (bar->sample)
		return bar_text(split, bar, width);
	cleanup_free char *unknown = alloc_format("not known: %.120s", why);

	return script_wrap(unknown, width, NULL);
}
