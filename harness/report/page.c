/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/report/page.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/report/escape.h"
#include "harness/report/text-wrap.h"

#define COLUMN_MIN 8
#define COLUMNS_MAX 12
#define ITEM_INDENT 2

static enum escape escape_of(const struct page *page)
{
	return page->style == PAGE_TEXT ? ESCAPE_TERMINAL : ESCAPE_MARKDOWN;
}

__attribute__((format(printf, 2, 0))) static char *clean_format(const struct page *page, const char *format,
								 va_list args)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	(void)vfprintf(out, format, args);
	(void)fclose(out);
	char *clean = escape_text(escape_of(page), text);

	free(text);
	return clean;
}

static void put_heading(struct page *page, const char *marks, const char *text)
{
	cleanup_free char *clean = escape_text(escape_of(page), text);

	if (page->style == PAGE_TEXT)
		text_wrap(page->out, clean, 0, 0);
	else
		(void)fprintf(page->out, "%s %s\n\n", marks, clean);
}

void page_title(struct page *page, const char *text)
{
	put_heading(page, "#", text);
}

void page_heading(struct page *page, const char *text)
{
	put_heading(page, "##", text);
}

void page_paragraph(struct page *page, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	cleanup_free char *clean = clean_format(page, format, args);

	va_end(args);
	if (page->style == PAGE_TEXT)
		text_wrap(page->out, clean, 0, 0);
	else
		(void)fprintf(page->out, "%s\n\n", clean);
}

void page_item(struct page *page, const char *lead, const char *format, ...)
{
	cleanup_free char *clean_lead = escape_text(escape_of(page), lead);
	const char *space = *lead && *format ? " " : "";
	va_list args;

	va_start(args, format);
	cleanup_free char *clean = clean_format(page, format, args);

	va_end(args);
	if (page->style == PAGE_MARKDOWN) {
		const char *stars = *lead ? "**" : "";

		(void)fprintf(page->out, "- %s%s%s%s%s\n", stars, clean_lead, stars, space, clean);
		return;
	}
	/* The first word hangs out to the left of the lines below it. */
	cleanup_free char *whole = alloc_format("%s%s%s", clean_lead, space, clean);
	int word = (int)strcspn(whole, " ");
	int column = fprintf(page->out, "%*s%.*s%s", ITEM_INDENT, "", word, whole, whole[word] ? " " : "");

	text_wrap(page->out, whole + word, column, 2 * ITEM_INDENT);
}

void page_gap(struct page *page)
{
	(void)fputc('\n', page->out);
}

void table_add(struct table *table, const char *format, ...)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	va_list args;

	va_start(args, format);
	(void)vfprintf(out, format, args);
	va_end(args);
	(void)fclose(out);
	table->cells = alloc_grow(table->cells, table->count + 1, sizeof(*table->cells));
	table->cells[table->count++] = text;
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
	size_t widths[COLUMNS_MAX] = {0};

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

static void markdown_table(struct page *page, const struct table *table, size_t columns)
{
	for (size_t i = 0; i < table->count; i++) {
		(void)fprintf(page->out, "| %s ", table->cells[i]);
		if ((i + 1) % columns)
			continue;
		(void)fputs("|\n", page->out);
		for (size_t c = 0; i + 1 == columns && c < columns; c++)
			(void)fprintf(page->out, "|%s%s", table->align[c] == 'r' ? "---:" : "---",
				      c + 1 == columns ? "|\n" : "");
	}
	(void)fputc('\n', page->out);
}

void page_table(struct page *page, struct table *table)
{
	size_t columns = strlen(table->align);

	for (size_t i = 0; i < table->count; i++) {
		char *raw = table->cells[i];

		table->cells[i] = escape_text(escape_of(page), raw);
		free(raw);
	}
	if (table->count > columns && columns <= COLUMNS_MAX && page->style == PAGE_TEXT)
		text_table(page, table, columns);
	else if (table->count > columns)
		markdown_table(page, table, columns);
	for (size_t i = 0; i < table->count; i++)
		free(table->cells[i]);
	free(table->cells);
	table->cells = NULL;
	table->count = 0;
}
