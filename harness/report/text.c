/* SPDX-License-Identifier: Apache-2.0 */
/* The summary for a terminal. */
#include <stdlib.h>

#include "harness/report/report.h"
#include "harness/report/sections.h"

char *report_text(const struct analysis *analysis, struct error *err)
{
	char *text = NULL;
	size_t length = 0;
	struct page page = {open_memstream(&text, &length), PAGE_TEXT};

	(void)err;
	section_head(&page, analysis);
	section_claims(&page, analysis);
	section_numbers(&page, analysis);
	section_flags(&page, analysis);
	section_unequal(&page, analysis);
	section_failures(&page, analysis);
	(void)fclose(page.out);
	return text;
}
