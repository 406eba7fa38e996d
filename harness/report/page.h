/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people read, from one description: headings, paragraphs, items and tables for a terminal (80 columns), for
 * Markdown and for HTML. All texts are escaped here, so callers hand over names and errors as they are.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "harness/base/error.h"

enum page_style { PAGE_TEXT, PAGE_MARKDOWN, PAGE_HTML, PAGE_STYLE_COUNT };

struct page {
	FILE *out;
	enum page_style style;
	bool in_list;	  /**< HTML: a list is open */
	bool ended;	  /**< a blank line, or what stands for one, is the last that was written */
	char heading[128]; /**< the last one, as it was given: what a table below it is about */
	size_t headings;
	struct error error; /**< code 0, or what a part of it could not be made of */
};

/** How a word that stands out is meant; never the only carrier of the meaning. */
enum page_tone { TONE_PLAIN, TONE_GOOD, TONE_BAD, TONE_OPEN };

/** Has the page room for everything, or is it the terminal's summary. */
bool page_full(const struct page *page);
/** What the page is about; once, at its top. */
void page_title(struct page *page, const char *text);
void page_heading(struct page *page, const char *text);
void page_paragraph(struct page *page, const char *format, ...) __attribute__((format(printf, 2, 3)));
/** One of a list: `lead`, which stands out, then the rest. Either may be "". */
void page_item(struct page *page, const char *lead, const char *format, ...) __attribute__((format(printf, 3, 4)));
/** One of a list with a verdict on it: "LEAD: VERDICT rest", the verdict in its tone. */
void page_verdict(struct page *page, const char *lead, const char *verdict, enum page_tone tone,
		  const char *format, ...)
	__attribute__((format(printf, 5, 6)));
/** Lines to copy as they are: commands. */
void page_code(struct page *page, const char *format, ...) __attribute__((format(printf, 2, 3)));
/** Ends a list of items, lines of code or paragraphs, where that is still to be done. */
void page_gap(struct page *page);
/** Ends what is still open; the stream is the caller's. */
void page_finish(struct page *page);
/** Closes the stream that writes to `text`, which is for free(). NULL: `err` says what could not be made. */
char *page_close(struct page *page, char **text, struct error *err);

#define TABLE_COLUMNS_MAX 12 /**< more have no place on a terminal's line */

/** `align` has one letter for each column: 'l', 'r', or 's': left, and shortened where the terminal is narrow. */
struct table {
	const char *align;
	char **cells; /**< the heads first, then row after row */
	size_t count;
};

void table_add(struct table *table, const char *format, ...) __attribute__((format(printf, 2, 3)));
/** Prints and empties it; nothing where it has only heads. */
void page_table(struct page *page, struct table *table);
