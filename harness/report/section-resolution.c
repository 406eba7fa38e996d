/* SPDX-License-Identifier: Apache-2.0 */
/* Why the run ended where it did, and how fine its answers are. */
#include <math.h>
#include <string.h>

#include "harness/report/sections.h"

static void precision_line(struct page *page, const struct json *precision, const char *reason)
{
	double widest = json_get_number(precision, "widest_ratio", INFINITY);
	const char *of = json_get_text(precision, "of", "");
	long long blocks = (long long)json_get_int(precision, "blocks", 0);
	static const char *const texts[][2] = {
		{"precision", "every interval of a start-up or of a ratio is narrow enough"},
		{"max_blocks", "no more blocks were allowed"},
		{"budget", "the time was up"},
		{"interrupted", "it was interrupted"},
		{"failures", "more than 10 % of the attempts of every subject failed"},
	};
	const char *text = reason;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!strcmp(texts[i][0], reason))
			text = texts[i][1];
	page_heading(page, "Why it stopped");
	page_paragraph(page, "The run ended as %s. Asked for: within %g %%, looked at after %lld blocks of start-up.",
		       text, json_get_number(precision, "target_ratio", NAN) * 100, blocks);
	if (blocks && *of && isfinite(widest))
		page_paragraph(page, "The widest interval is within %.2g %%: %s.", widest * 100, of);
	else if (blocks && *of)
		page_paragraph(page, "There is no interval for %s.", of);
	page_gap(page);
}

void section_stopping(struct page *page, const struct analysis *a)
{
	const struct json *precision = json_get(a->recording->end, "precision");

	if (precision)
		precision_line(page, precision, json_get_text(a->recording->end, "stop_reason", "not recorded"));
}
