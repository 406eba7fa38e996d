/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/report/escape.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/text.h"

/* Controls, and the marks that change the direction or the order of what follows. */
static bool is_harmful(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2060 && c <= 0x206f) || c == 0xfeff;
}

static bool is_word(unsigned char c)
{
	return isalnum(c) || c >= 0x80;
}

/* Is text[at] to be taken as itself only with a backslash? What stands inside words and numbers is left readable. */
static bool is_markup(const unsigned char *text, size_t at)
{
	unsigned char before = at ? text[at - 1] : ' ';

	if (strchr("\\`*<>|~&$#", text[at]))
		return true;
	if (text[at] == '_')
		return !is_word(before) || !is_word(text[at + 1]);
	return before == ']' && strchr("([:", text[at]); /* the second part of a link */
}

/* What stands for a character in HTML; NULL: itself. */
static const char *html_entity(unsigned char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

/* Copies the harmless form; what Markdown or HTML would take for its own is escaped for it. */
static void copy_clean(FILE *out, const char *text, enum escape how)
{
	const unsigned char *bytes = (const unsigned char *)text;

	for (size_t at = 0, length; bytes[at]; at += length ? length : 1) {
		uint32_t character = 0;

		length = text_decode(text + at, &character);
		if (strchr("\n\t\r", bytes[at])) {
			(void)fputc(' ', out);
		} else if (!length || is_harmful(character)) {
			(void)fputc('?', out);
		} else if (how == ESCAPE_HTML && html_entity(bytes[at])) {
			(void)fputs(html_entity(bytes[at]), out);
		} else {
			if (how == ESCAPE_MARKDOWN && is_markup(bytes, at))
				(void)fputc('\\', out);
			(void)fwrite(bytes + at, 1, length, out);
		}
	}
}

/* A cell that begins like a formula gets an apostrophe, as spreadsheets do it themselves. */
static char *quote_csv(const char *clean)
{
	bool formula = *clean && strchr("=+-@", *clean);
	bool quote = strpbrk(clean, ",;\"") || formula;
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	if (quote)
		(void)fputc('"', out);
	if (formula)
		(void)fputc('\'', out);
	for (; *clean; clean++) {
		if (*clean == '"')
			(void)fputc('"', out);
		(void)fputc(*clean, out);
	}
	if (quote)
		(void)fputc('"', out);
	(void)fclose(out);
	return text;
}

char *escape_text(enum escape how, const char *text)
{
	char *clean = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&clean, &length);

	copy_clean(out, text ? text : "", how);
	(void)fclose(out);
	if (how != ESCAPE_CSV)
		return clean;
	cleanup_free char *terminal = clean;

	return quote_csv(terminal);
}
