/* SPDX-License-Identifier: Apache-2.0 */
/* A chart on the HTML page: its picture as part of the page, and its numbers as tables for who cannot see it. */
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/report/escape.h"
#include "harness/report/page-html.h"
#include "harness/report/plot.h"
#include "harness/report/plot-script.h"
#include "harness/report/sections.h"

#define CHART_ROWS_MAX 200 /* of one table; the rest is in the .dat file */
#define CHART_COLUMNS_MAX 16

/* The next line, cut out of the text; NULL: the end. */
static char *next_line(char **at)
{
	char *line = *at;

	if (!line || !*line)
		return NULL;
	*at = line + strcspn(line, "\n");
	if (**at)
		*(*at)++ = '\0';
	return line;
}

/* The fields of a line; returns how many. */
static size_t add_fields(struct table *table, char *line)
{
	size_t count = 0;

	for (char *field = line; field && count < CHART_COLUMNS_MAX; count++) {
		char *end = strchr(field, '\t');

		if (end)
			*end++ = '\0';
		table_add(table, "%s", strcmp(field, "?") ? field : "");
		field = end;
	}
	return count;
}

/* One table of a .dat file: a comment, the columns, then rows up to an empty line. */
static void put_data(struct page *page, const char *what, char *columns, char **at)
{
	char align[CHART_COLUMNS_MAX + 1] = "";
	struct table table = {.align = align};
	size_t width = add_fields(&table, columns), rows = 0;
	bool hidden = !strncmp(columns, SCRIPT_HOVER, strlen(SCRIPT_HOVER));

	(void)memset(align, 'l', width);
	for (char *line = next_line(at); line && *line; line = next_line(at)) {
		if (!strchr(line, '\t') || ++rows > CHART_ROWS_MAX)
			continue;
		for (size_t count = add_fields(&table, line); count < width; count++)
			table_add(&table, "%s", "");
	}
	if (rows && !hidden)
		page_paragraph(page, "%s", what);
	if (hidden)
		while (table.count > width)
			free(table.cells[--table.count]);
	page_table(page, &table);
	if (rows > CHART_ROWS_MAX && !hidden)
		page_paragraph(page, "... and %zu rows more in the .dat file.", rows - CHART_ROWS_MAX);
}

static void put_numbers(struct page *page, char *data)
{
	char *at = data, *what;

	while ((what = next_line(&at))) {
		char *columns = *what == '#' ? next_line(&at) : NULL;

		if (columns && *columns == '#')
			put_data(page, what + strspn(what, "# "), columns + strspn(columns, "# "), &at);
	}
}

void chart_html(struct page *page, const struct analysis *a, size_t which)
{
	const struct plot *plot = &plot_table[which];
	cleanup_free char *path = alloc_format("%s/" PLOT_FOLDER "/%s.svg", a->recording->folder, plot->name);
	cleanup_free char *svg = file_exists(path) ? file_read(path, NULL, NULL) : NULL;
	cleanup_free char *data = plot_data(a, which);
	cleanup_free char *title = escape_text(ESCAPE_HTML, plot->title);
	const char *root = svg ? strstr(svg, "<svg") : NULL;

	page_html_close(page);
	(void)fprintf(page->out, "<figure id=\"chart-%s\">\n<h3%s>%s</h3>\n", plot->name,
		      root ? " class=\"heard\"" : "", title);
	if (root)
		(void)fprintf(page->out,
			      "<div class=\"scroll chart\" role=\"group\" tabindex=\"0\" aria-label=\"Chart: %s\">\n"
			      "%s</div>\n",
			      title, root);
	else
		(void)fprintf(page->out,
			      "<p>Not drawn here: gnuplot was missing, or no SVG was asked for. "
			      "<code>tare report DIR --plots svg</code> draws it.</p>\n");
	(void)fputs("<details>\n<summary>The numbers of this chart</summary>\n", page->out);
	put_numbers(page, data);
	(void)fprintf(page->out,
		      "</details>\n<figcaption>Script and data, to be edited: <code>" PLOT_FOLDER
		      "/%s.gp</code>, <code>%s.dat</code></figcaption>\n</figure>\n",
		      plot->name, plot->name);
}
