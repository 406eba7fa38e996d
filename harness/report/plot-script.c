/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/report/plot-script.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

/*
 * Characters that the usual fonts have: Latin, Greek, Cyrillic, punctuation. A PNG made by gnuplot 5.4
 * shows a character without glyph as a black area that covers half of the chart, and others would turn
 * the order of the text around.
 */
static bool script_drawable(uint32_t code)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {{0x0a, 0x0a},	{0x20, 0x7e},	  {0xa0, 0x24f},
		      {0x370, 0x3ff},	{0x400, 0x45f},	  {0x2010, 0x2015},
		      {0x2018, 0x201e}, {0x2020, 0x2022}, {0x2026, 0x2026}};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return code != 0x378 && code != 0x379 && !(code >= 0x380 && code <= 0x383) &&
			       code != 0x38b && code != 0x38d && code != 0x3a2;
	return false;
}

/* Length of the well-formed UTF-8 character at `text`, and whether it can be drawn; 0: it is none. */
static size_t script_utf8(const unsigned char *text, bool *ret_drawable)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t length = text[0] < 0x80 ? 1 : text[0] >= 0xf0 ? 4 : text[0] >= 0xe0 ? 3 : 2;
	uint32_t code = length == 1 ? text[0] : text[0] & (0x7fu >> length);

	if (text[0] >= 0xf8 || (text[0] & 0xc0) == 0x80)
		return 0;
	for (size_t i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (text[i] & 0x3f);
	}
	if (length > 1 && (code < least[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)))
		return 0;
	*ret_drawable = script_drawable(code);
	return length;
}

/* Letters, digits and signs that mean nothing to gnuplot inside of double quotes. */
static bool script_harmless(unsigned char c)
{
	return c < 0x80 && (isalnum(c) || (c && strchr(" .,:;()[]+-/=<>", c)));
}

/* gnuplot leaves ">" in an SVG as it is, and XML allows no "]]>". */
static bool script_ends_cdata(const char *text, const unsigned char *c)
{
	return *c == '>' && c - (const unsigned char *)text >= 2 && c[-1] == ']' && c[-2] == ']';
}

static void script_put_text(FILE *file, const char *text)
{
	const unsigned char *c = (const unsigned char *)text;
	bool escaped = false; /* the character before: gnuplot would take a digit for a part of it */

	(void)fputc('"', file);
	while (*c) {
		bool drawable = false;
		size_t length = script_utf8(c, &drawable);

		if (!drawable || script_ends_cdata(text, c)) {
			(void)fputc('?', file);
			escaped = false;
			c += length ? length : 1;
			continue;
		}
		for (; length; length--, c++) {
			escaped = !script_harmless(*c) || (escaped && isdigit(*c));
			if (escaped)
				(void)fprintf(file, "\\%03o", *c);
			else
				(void)fputc(*c, file);
		}
	}
	(void)fputs("\"\n", file);
}

/* `unknown` stands for what is no number. */
static void script_put_number(FILE *file, double number, const char *unknown)
{
	if (isfinite(number))
		(void)fprintf(file, "%.12g", number);
	else
		(void)fputs(unknown, file);
}

static void __attribute__((format(printf, 2, 0), nonnull))
script_put_name(FILE *file, const char *name, va_list args)
{
	(void)vfprintf(file, name, args);
	(void)fputs(" = ", file);
}

void script_text(struct script *script, const char *text, const char *name, ...)
{
	va_list args;

	va_start(args, name);
	script_put_name(script->head, name, args);
	va_end(args);
	script_put_text(script->head, text);
}

void script_number(struct script *script, double number, const char *name, ...)
{
	va_list args;

	va_start(args, name);
	script_put_name(script->head, name, args);
	va_end(args);
	script_put_number(script->head, number, "NaN");
	(void)fputc('\n', script->head);
}

void script_arrays(struct script *script, size_t count, const char *names)
{
	while (*names) {
		int length = (int)strcspn(names, " ");

		(void)fprintf(script->head, "array %.*s[%zu]\n", length, names, count ? count : 1);
		names += length;
		names += strspn(names, " ");
	}
}

/* Two blank lines separate tables, but an empty table would not count as one. */
static void script_table_end(struct script *script)
{
	if (script->tables && !script->rows)
		(void)fputs("?\n", script->data);
	script->rows = 0;
}

void script_table(struct script *script, const char *what, const char *columns)
{
	script_table_end(script);
	(void)fprintf(script->data, "%s# %s\n# %s\n", script->tables++ ? "\n\n" : "", what, columns);
}

static void script_separate(struct script *script)
{
	if (script->in_row)
		(void)fputc('\t', script->data);
	script->in_row = true;
}

void script_field(struct script *script, double number)
{
	script_separate(script);
	script_put_number(script->data, number, "?");
}

void script_field_text(struct script *script, const char *text)
{
	script_separate(script);
	for (; *text; text++)
		(void)fputc(iscntrl((unsigned char)*text) || *text == '"' ? '?' : *text, script->data);
}

void script_row_end(struct script *script)
{
	(void)fputc('\n', script->data);
	script->in_row = false;
	script->rows++;
}
