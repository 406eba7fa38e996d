/* SPDX-License-Identifier: Apache-2.0 */
/* What was done before the clock ran, for subjects of the class "prepared": it stands beside their numbers. */
#include <math.h>
#include <stdio.h>

#include "harness/analyze/pairs.h"
#include "harness/report/sections.h"

/* NULL: nothing. */
static const struct json *ahead_of(const struct analysis_subject *s)
{
	const struct json *ahead = json_path(s->json, "config.ahead");

	return json_is_null(ahead) ? NULL : ahead;
}

/* ", for 8 starts at once; the next one is made ready in 1.2 ms [1.1, 1.3]" */
static void cost_text(const struct analysis *a, size_t subject, const struct json *ahead, char *text, size_t size)
{
	const struct analysis_summary *refill = analysis_summary_find(a, "refill_ns", subject);
	int64_t count = json_get_int(ahead, "count", 0), made_ns = json_get_int(ahead, "made_ns", 0);
	char median[UNITS_MAX], interval[UNITS_MAX];
	size_t used = 0;

	text[0] = '\0';
	if (count > 0)
		used += (size_t)snprintf(text + used, size - used, ", for %lld starts", (long long)count);
	if (made_ns > 0)
		used += (size_t)snprintf(text + used, size - used, "; once, in %s",
					 units_text(UNITS_NS, (double)made_ns, median));
	if (refill && refill->count)
		(void)snprintf(text + used, size - used, "; for the next start again, in %s %s",
			       units_text(UNITS_NS, refill->stats.median, median),
			       units_interval(UNITS_NS, refill->stats.median,
					      refill->stats.ci.known ? refill->stats.ci.lo : NAN,
					      refill->stats.ci.known ? refill->stats.ci.hi : NAN, interval));
}

void section_ahead(struct page *page, const struct analysis *a)
{
	bool any = false;

	for (size_t i = 0; i < a->subject_count && (page_full(page) || i < SECTION_ROWS_MAX); i++) {
		const struct json *ahead = ahead_of(&a->subjects[i]);
		char text[256];

		if (!ahead)
			continue;
		if (!any)
			page_heading(page, "Done ahead, before the clock ran");
		any = true;
		cost_text(a, i, ahead, text, sizeof(text));
		page_item(page, a->subjects[i].title, "%s%s.", json_get_text(ahead, "what", ""), text);
	}
	if (any)
		page_gap(page);
}
