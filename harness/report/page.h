/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people read, once for a terminal (80 columns) and once for Markdown: headings, paragraphs,
 * items and tables. All texts are escaped here, so callers hand over names and errors as they are.
 */
#pragma once

#include <stddef.h>
#include <stdio.h>

enum page_style { PAGE_TEXT, PAGE_MARKDOWN };

struct page {
	FILE *out;
	enum page_style style;
};

/** What the page is about; once, at its top. */
void page_title(struct page *page, const char *text);
void page_heading(struct page *page, const char *text);
void page_paragraph(struct page *page, const char *format, ...) __attribute__((format(printf, 2, 3)));
/** One of a list: `lead`, which stands out, then the rest. Either may be "". */
void page_item(struct page *page, const char *lead, const char *format, ...) __attribute__((format(printf, 3, 4)));
/** Ends a list of items. */
void page_gap(struct page *page);

/** `align` has one letter for each column: 'l', 'r', or 's': left, and shortened where the terminal is narrow. */
struct table {
	const char *align;
	char **cells; /**< the heads first, then row after row */
	size_t count;
};

void table_add(struct table *table, const char *format, ...) __attribute__((format(printf, 2, 3)));
/** Prints and empties it; nothing where it has only heads. */
void page_table(struct page *page, struct table *table);
