/* SPDX-License-Identifier: Apache-2.0 */
/* The three ways to write a page, one file each. They get texts that page.c has escaped for them. */
#pragma once

#include "harness/report/escape.h"
#include "harness/report/page.h"

/** All members must be there. */
struct page_ops {
	enum escape escape;
	bool full;   /**< has room for everything */
	bool spaced; /**< headings and paragraphs end themselves */
	void (*title)(struct page *page, const char *text);
	void (*heading)(struct page *page, const char *text);
	void (*paragraph)(struct page *page, const char *text);
	/** Lead, verdict and text may be "". `tone`: of the verdict. */
	void (*item)(struct page *page, const char *lead, const char *verdict, enum page_tone tone, const char *text);
	void (*code)(struct page *page, const char *text);
	void (*gap)(struct page *page);
	/** At least one row below the heads. */
	void (*table)(struct page *page, const struct table *table, size_t columns);
};

extern const struct page_ops page_text, page_markdown, page_html;
