/* SPDX-License-Identifier: Apache-2.0 */
/* The reports that are pages: the summary for a terminal, and report.md. */
#include <stdlib.h>

#include "harness/report/report.h"
#include "harness/report/sections.h"

static char *page_of(const struct analysis *analysis, enum page_style style, struct error *err)
{
	char *text = NULL;
	size_t length = 0;
	struct page page = {.out = open_memstream(&text, &length), .style = style};

	sections_print(&page, analysis);
	return page_close(&page, &text, err);
}

char *report_text(const struct analysis *analysis, struct error *err)
{
	return page_of(analysis, PAGE_TEXT, err);
}

char *report_markdown(const struct analysis *analysis, struct error *err)
{
	return page_of(analysis, PAGE_MARKDOWN, err);
}
