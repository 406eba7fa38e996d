/* SPDX-License-Identifier: Apache-2.0 */
/* A page on a terminal: plain lines of at most 80 columns. */
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/report/page-style.h"
#include "harness/report/text-wrap.h"

#define COLUMN_MIN 8
#define ITEM_INDENT 2

static void text_paragraph(struct page *page, const char *text)
{
	text_wrap(page->out, text, 0, 0);
}

/* The first word hangs out to the left of the lines below it. */
static void text_item(struct page *page, const char *lead, const char *verdict, enum page_tone tone, const char *text)
{
	cleanup_free char *whole = alloc_format("%s%s%s%s%s", lead, *lead && *verdict ? " " : "", verdict,
						(*lead || *verdict) && *text ? " " : "", text);
	int word = (int)strcspn(whole, " ");
	int column = fprintf(page->out, "%*s%.*s%s", ITEM_INDENT, "", word, whole, whole[word] ? " " : "");

	(void)tone;
	text_wrap(page->out, whole + word, column, 2 * ITEM_INDENT);
}

static void text_code(struct page *page, const char *text)
{
	(void)fprintf(page->out, "%*s%s\n", ITEM_INDENT, "", text);
}

static void text_gap(struct page *page)
{
	(void)fputc('\n', page->out);
}

/* Columns on a terminal: characters, each taken for one column wide. */
static size_t text_columns(const char *text)
{
	size_t columns = 0;

	for (; *text; text++)
		columns += (*text & 0xc0) != 0x80;
	return columns;
}

/* The first `columns` characters; ".." ends what is longer. */
static void put_cell(FILE *out, const char *text, size_t columns, char align)
{
	size_t length = text_columns(text), pad = length < columns ? columns - length : 0;

	if (align == 'r')
		(void)fprintf(out, "%*s", (int)pad, "");
	if (length <= columns) {
		(void)fputs(text, out);
	} else {
		for (size_t left = columns - 2; left || (*text & 0xc0) == 0x80; text++) {
			left -= (*text & 0xc0) != 0x80;
			(void)fputc(*text, out);
		}
		(void)fputs("..", out);
	}
	if (align != 'r')
		(void)fprintf(out, "%*s", (int)pad, "");
}

/* Widths that fit: the columns that may give way, the widest first. */
static void fit_columns(const struct table *table, size_t columns, size_t *widths)
{
	size_t total = ITEM_INDENT;

	for (size_t i = 0; i < table->count; i++) {
		size_t length = text_columns(table->cells[i]);

		widths[i % columns] = length > widths[i % columns] ? length : widths[i % columns];
	}
	for (size_t c = 0; c < columns; c++)
		total += widths[c] + (c ? 2 : 0);
	while (total > TEXT_WIDTH) {
		size_t widest = columns;

		for (size_t c = 0; c < columns; c++)
			if (table->align[c] == 's' && widths[c] > COLUMN_MIN &&
			    (widest == columns || widths[c] > widths[widest]))
				widest = c;
		if (widest == columns)
			return;
		widths[widest]--;
		total--;
	}
}

static void text_table(struct page *page, const struct table *table, size_t columns)
{
	size_t widths[TABLE_COLUMNS_MAX] = {0};

	if (columns > TABLE_COLUMNS_MAX)
		return; /* no table for a terminal */

	fit_columns(table, columns, widths);
	for (size_t row = 0; row < table->count / columns; row++) {
		char *line = NULL;
		size_t length = 0;
		FILE *out = open_memstream(&line, &length);

		(void)fprintf(out, "%*s", ITEM_INDENT, "");
		for (size_t c = 0; c < columns; c++) {
			(void)fputs(c ? "  " : "", out);
			put_cell(out, table->cells[row * columns + c], widths[c], table->align[c]);
		}
		(void)fclose(out);
		while (length && line[length - 1] == ' ')
			line[--length] = '\0';
		(void)fprintf(page->out, "%s\n", line);
		free(line);
	}
	(void)fputc('\n', page->out);
}

const struct page_ops page_text = {
	.escape = ESCAPE_TERMINAL,
	.title = text_paragraph,
	.heading = text_paragraph,
	.paragraph = text_paragraph,
	.item = text_item,
	.code = text_code,
	.gap = text_gap,
	.table = text_table,
};
