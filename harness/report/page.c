/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/report/page.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/report/page-style.h"

static const struct page_ops *const page_styles[PAGE_STYLE_COUNT] = {
	[PAGE_TEXT] = &page_text,
	[PAGE_MARKDOWN] = &page_markdown,
	[PAGE_HTML] = &page_html,
};

static const struct page_ops *ops_of(const struct page *page)
{
	return page_styles[page->style];
}

static char *clean_of(const struct page *page, const char *text)
{
	return escape_text(ops_of(page)->escape, text);
}

__attribute__((format(printf, 2, 0))) static char *clean_format(const struct page *page, const char *format,
								 va_list args)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	(void)vfprintf(out, format, args);
	(void)fclose(out);
	char *clean = clean_of(page, text);

	free(text);
	return clean;
}

bool page_full(const struct page *page)
{
	return ops_of(page)->full;
}

void page_title(struct page *page, const char *text)
{
	cleanup_free char *clean = clean_of(page, text);

	ops_of(page)->title(page, clean);
	page->ended = ops_of(page)->spaced;
}

void page_heading(struct page *page, const char *text)
{
	cleanup_free char *clean = clean_of(page, text);

	(void)snprintf(page->heading, sizeof(page->heading), "%s", text);
	page->headings++;
	ops_of(page)->heading(page, clean);
	page->ended = ops_of(page)->spaced;
}

void page_paragraph(struct page *page, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	cleanup_free char *clean = clean_format(page, format, args);

	va_end(args);
	ops_of(page)->paragraph(page, clean);
	page->ended = ops_of(page)->spaced;
}

void page_item(struct page *page, const char *lead, const char *format, ...)
{
	cleanup_free char *clean_lead = clean_of(page, lead);
	va_list args;

	va_start(args, format);
	cleanup_free char *clean = clean_format(page, format, args);

	va_end(args);
	ops_of(page)->item(page, clean_lead, "", TONE_PLAIN, clean);
	page->ended = false;
}

void page_verdict(struct page *page, const char *lead, const char *verdict, enum page_tone tone,
		  const char *format, ...)
{
	cleanup_free char *clean_lead = clean_of(page, lead), *clean_verdict = clean_of(page, verdict);
	va_list args;

	va_start(args, format);
	cleanup_free char *clean = clean_format(page, format, args);

	va_end(args);
	ops_of(page)->item(page, clean_lead, clean_verdict, tone, clean);
	page->ended = false;
}

void page_code(struct page *page, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	(void)vfprintf(out, format, args);
	va_end(args);
	(void)fclose(out);
	/* Markdown takes an indented line as it is: a backslash there would be copied too. */
	cleanup_free char *clean =
		escape_text(page->style == PAGE_HTML ? ESCAPE_HTML : ESCAPE_TERMINAL, text);

	free(text);
	ops_of(page)->code(page, clean);
	page->ended = false;
}

void page_gap(struct page *page)
{
	if (!page->ended)
		ops_of(page)->gap(page);
	page->ended = true;
}

void page_finish(struct page *page)
{
	if (page->in_list)
		page_gap(page);
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

void page_table(struct page *page, struct table *table)
{
	size_t columns = strlen(table->align);

	for (size_t i = 0; i < table->count; i++) {
		char *raw = table->cells[i];

		table->cells[i] = clean_of(page, raw);
		free(raw);
	}
	if (table->count > columns) {
		ops_of(page)->table(page, table, columns);
		page->ended = true;
	}
	for (size_t i = 0; i < table->count; i++)
		free(table->cells[i]);
	free(table->cells);
	table->cells = NULL;
	table->count = 0;
}

char *page_close(struct page *page, char **text, struct error *err)
{
	(void)fclose(page->out);
	if (!page->error.code)
		return *text;
	if (err)
		*err = page->error;
	free(*text);
	return NULL;
}
