/* SPDX-License-Identifier: Apache-2.0 */
/* A page in Markdown, with the tables of GitHub. */
#include "harness/report/page-style.h"

static void markdown_title(struct page *page, const char *text)
{
	(void)fprintf(page->out, "# %s\n\n", text);
}

static void markdown_heading(struct page *page, const char *text)
{
	(void)fprintf(page->out, "## %s\n\n", text);
}

static void markdown_paragraph(struct page *page, const char *text)
{
	(void)fprintf(page->out, "%s\n\n", text);
}

static void markdown_item(struct page *page, const char *lead, const char *verdict, enum page_tone tone,
			  const char *text)
{
	(void)tone;
	(void)fprintf(page->out, *lead ? "- **%s**" : "-%s", lead);
	(void)fprintf(page->out, *verdict ? " _%s_" : "%s", verdict);
	(void)fprintf(page->out, "%s%s\n", *text ? " " : "", text);
}

static void markdown_code(struct page *page, const char *text)
{
	(void)fprintf(page->out, "    %s\n", text);
}

static void markdown_gap(struct page *page)
{
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

const struct page_ops page_markdown = {
	.escape = ESCAPE_MARKDOWN,
	.full = true,
	.spaced = true,
	.title = markdown_title,
	.heading = markdown_heading,
	.paragraph = markdown_paragraph,
	.item = markdown_item,
	.code = markdown_code,
	.gap = markdown_gap,
	.table = markdown_table,
};
