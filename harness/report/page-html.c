/* SPDX-License-Identifier: Apache-2.0 */
/* The body of an HTML page; html.c puts it between head and foot. Plain elements: it reads well without style too. */
#include "harness/report/page-html.h"

#include <ctype.h>
#include <string.h>

#include "harness/base/cleanup.h"
#include "harness/report/page-style.h"

void page_html_close(struct page *page)
{
	if (page->in_list)
		(void)fputs("</ul>\n", page->out);
	page->in_list = false;
}

static void html_title(struct page *page, const char *text)
{
	(void)fprintf(page->out, "<h1>%s</h1>\n", text);
}

static void html_heading(struct page *page, const char *text)
{
	page_html_close(page);
	(void)fprintf(page->out, "%s<section aria-labelledby=\"s%zu\">\n<h2 id=\"s%zu\">%s</h2>\n",
		      page->headings > 1 ? "</section>\n" : "", page->headings, page->headings, text);
}

static void html_paragraph(struct page *page, const char *text)
{
	page_html_close(page);
	(void)fprintf(page->out, "<p>%s</p>\n", text);
}

static void html_item(struct page *page, const char *lead, const char *verdict, enum page_tone tone, const char *text)
{
	static const char *const tones[] = {
		[TONE_PLAIN] = "plain", [TONE_GOOD] = "good", [TONE_BAD] = "bad", [TONE_OPEN] = "open"};

	if (!page->in_list)
		(void)fprintf(page->out, "<ul%s>\n", *verdict ? " class=\"verdicts\"" : "");
	page->in_list = true;
	(void)fputs("<li>", page->out);
	if (*lead)
		(void)fprintf(page->out, "<strong>%s</strong> ", lead);
	if (*verdict)
		(void)fprintf(page->out, "<span class=\"verdict %s\">%s</span> ", tones[tone], verdict);
	(void)fprintf(page->out, "%s</li>\n", text);
}

static void html_code(struct page *page, const char *text)
{
	page_html_close(page);
	(void)fprintf(page->out, "<pre tabindex=\"0\"><code>%s</code></pre>\n", text);
}

static void put_row(FILE *out, const struct table *table, size_t row, size_t columns)
{
	const char *name = row ? "td" : "th scope=\"col\"", *end = row ? "td" : "th";

	(void)fputs("<tr>", out);
	for (size_t c = 0; c < columns; c++)
		(void)fprintf(out, "<%s%s>%s</%s>", name, table->align[c] == 'r' ? " class=\"r\"" : "",
			      table->cells[row * columns + c], end);
	(void)fputs("</tr>\n", out);
}

/* Wide tables scroll in a box of their own, which the keyboard must reach. */
static void html_table(struct page *page, const struct table *table, size_t columns)
{
	cleanup_free char *about = escape_text(ESCAPE_HTML, page->heading);

	page_html_close(page);
	(void)fprintf(page->out,
		      "<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"Table: %s\">\n"
		      "<table>\n<thead>\n",
		      about);
	put_row(page->out, table, 0, columns);
	(void)fputs("</thead>\n<tbody>\n", page->out);
	for (size_t row = 1; row < table->count / columns; row++)
		put_row(page->out, table, row, columns);
	(void)fputs("</tbody>\n</table>\n</div>\n", page->out);
}

const struct page_ops page_html = {
	.escape = ESCAPE_HTML,
	.full = true,
	.spaced = true,
	.title = html_title,
	.heading = html_heading,
	.paragraph = html_paragraph,
	.item = html_item,
	.code = html_code,
	.gap = page_html_close,
	.table = html_table,
};
