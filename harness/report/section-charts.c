/* SPDX-License-Identifier: Apache-2.0 */
/* The charts where the page can show them. */
#include <stdlib.h>

#include "harness/report/plot.h"
#include "harness/report/sections.h"

void section_charts(struct page *page, const struct analysis *a)
{
	bool headed = false;

	for (size_t i = 0; i < plot_count; i++) {
		if (!plot_has(a, i))
			continue;
		if (!headed)
			page_heading(page, "Charts");
		headed = true;
		if (page->style == PAGE_HTML)
			chart_html(page, a, i);
		else
			(void)fprintf(page->out, "![%s](" PLOT_FOLDER "/%s.svg)\n\n", plot_table[i].title,
				      plot_table[i].name);
	}
}
