/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/report/sections.h"

#include <stdlib.h>

#include "harness/report/experiments.h"

/* Where a section stands. */
enum { IN_TEXT = 1 << PAGE_TEXT, IN_MARKDOWN = 1 << PAGE_MARKDOWN, IN_HTML = 1 << PAGE_HTML };
#define IN_FULL (IN_MARKDOWN | IN_HTML)
#define IN_ALL (IN_TEXT | IN_FULL)

/* The order of every report that people read. */
static const struct {
	void (*print)(struct page *page, const struct analysis *analysis);
	int where;
} section_table[] = {
	{section_head, IN_ALL},
	{section_claims, IN_ALL},
	{section_charts, IN_FULL},
	{section_numbers, IN_ALL},
	{section_ahead, IN_ALL},
	{section_parts, IN_ALL},
	{section_experiments, IN_ALL},
	{section_stopping, IN_ALL},
	{section_alarms, IN_ALL},
	{section_flags, IN_ALL},
	{section_unequal, IN_ALL},
	{section_failures, IN_ALL},
	{section_slow, IN_ALL},
	{section_phases, IN_FULL},
	{section_weights, IN_FULL},
	{section_stop, IN_FULL},
	{section_resolution, IN_FULL},
	{section_calibration, IN_FULL},
	{section_placement, IN_FULL},
	{section_doctor, IN_FULL},
	{section_host, IN_FULL},
	{section_definitions, IN_FULL},
	{section_claims_open, IN_FULL},
	{section_samples, IN_HTML},
	{section_repeat, IN_FULL},
};

void sections_print(struct page *page, const struct analysis *analysis)
{
	for (size_t i = 0; i < sizeof(section_table) / sizeof(section_table[0]); i++)
		if (section_table[i].where & 1 << page->style)
			section_table[i].print(page, analysis);
	page_finish(page);
}
