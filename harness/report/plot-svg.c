/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/report/plot-svg.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/cleanup.h"
#include "harness/report/escape.h"

#define HOVER_OPEN "<g onmousemove=\"gnuplot_svg.showHypertext(evt,'"
#define HOVER_CLOSE "')\" onmouseout=\"gnuplot_svg.hideHypertext()\"><title> </title>"

/* If `text` begins with `start`: its length, else 0. */
static size_t begins(const char *text, const char *start)
{
	size_t length = strlen(start);

	return strncmp(text, start, length) ? 0 : length;
}

/* A text that a pointer shows, as SVG has it, instead of the script that gnuplot would need. */
static const char *put_hover(FILE *out, const char *at)
{
	const char *text = at + strlen(HOVER_OPEN), *end = strstr(text, HOVER_CLOSE);

	if (!end)
		return NULL;
	(void)fprintf(out, "<g><title>%.*s</title>", (int)(end - text), text);
	return end + strlen(HOVER_CLOSE);
}

/* gnuplot's own titles are pieces of the script: they go, with all that is in them. */
static const char *skip_element(const char *at, const char *close)
{
	const char *end = strstr(at, close);

	return end ? end + strlen(close) : NULL;
}

/* The places inside of a tag where a name is made or used. */
static size_t name_place(const char *at)
{
	static const char *const places[] = {" id='", " id=\"", "xlink:href='#", "url(#"};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (begins(at, places[i]))
			return strlen(places[i]);
	return 0;
}

/* "rgb( 34,  34,  34)" without the blanks, so that a style sheet can name it. */
static const char *put_colour(FILE *out, const char *at)
{
	for (; *at && *at != ')'; at++)
		if (*at != ' ')
			(void)fputc(*at, out);
	return at;
}

static const char *put_tag_part(FILE *out, const char *at, const char *name)
{
	size_t place = name_place(at);

	if (place) {
		(void)fprintf(out, "%.*s%s-", (int)place, at, name);
		return at + place;
	}
	if (begins(at, "rgb("))
		return put_colour(out, at);
	(void)fputc(*at, out);
	return at + 1;
}

/* One piece of the picture; NULL: it ends in the middle of something. */
static const char *put_piece(FILE *out, const char *at, const char *name, bool *in_tag)
{
	if (begins(at, HOVER_OPEN))
		return put_hover(out, at);
	if (begins(at, "<title>"))
		return skip_element(at, "</title>");
	if (begins(at, "<desc>"))
		return skip_element(at, "</desc>");
	*in_tag = *at == '<' || (*in_tag && *at != '>');
	if (*in_tag)
		return put_tag_part(out, at, name);
	(void)fputc(*at, out);
	return at + 1;
}

char *plot_svg_polish(const char *svg, const char *name, const char *title)
{
	const char *root = strstr(svg, "<svg"), *body = root ? strchr(root, '>') : NULL;
	cleanup_free char *about = escape_text(ESCAPE_HTML, title);
	char *text = NULL;
	size_t length = 0;
	bool in_tag = false;

	if (!body)
		return NULL;
	FILE *out = open_memstream(&text, &length);

	(void)fprintf(out, "%.*s<svg role=\"img\" aria-label=\"%s\"%.*s>\n<title>%s</title>\n", (int)(root - svg), svg,
		      about, (int)(body - root - 4), root + 4, about);
	const char *at = body + 1;

	while (at && *at)
		at = put_piece(out, at, name, &in_tag);
	(void)fclose(out);
	if (at)
		return text;
	free(text);
	return NULL;
}
