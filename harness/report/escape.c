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

/* The character at `text` and its length in bytes; 0 bytes: not UTF-8 (overlong forms and surrogates are not). */
static size_t decode(const unsigned char *text, uint32_t *ret_character)
{
	static const struct {
		unsigned char mask, lead;
		uint32_t least;
	} forms[] = {{0x80, 0, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};

	for (size_t length = 1; length <= 4; length++) {
		if ((text[0] & forms[length - 1].mask) != forms[length - 1].lead)
			continue;
		uint32_t character = text[0] & (unsigned char)~forms[length - 1].mask;

		for (size_t i = 1; i < length; i++) {
			if ((text[i] & 0xc0) != 0x80)
				return 0;
			character = character << 6 | (text[i] & 0x3f);
		}
		*ret_character = character;
		bool wrong = character < forms[length - 1].least || character > 0x10ffff ||
			     (character >= 0xd800 && character <= 0xdfff);

		return wrong ? 0 : length;
	}
	return 0;
}

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

/* Copies the harmless form; with a backslash before what Markdown would take for its own where `markdown`. */
static void copy_clean(FILE *out, const char *text, bool markdown)
{
	const unsigned char *bytes = (const unsigned char *)text;

	for (size_t at = 0, length; bytes[at]; at += length ? length : 1) {
		uint32_t character = 0;

		length = decode(bytes + at, &character);
		if (strchr("\n\t\r", bytes[at])) {
			(void)fputc(' ', out);
		} else if (!length || is_harmful(character)) {
			(void)fputc('?', out);
		} else {
			if (markdown && is_markup(bytes, at))
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

	copy_clean(out, text ? text : "", how == ESCAPE_MARKDOWN);
	(void)fclose(out);
	if (how != ESCAPE_CSV)
		return clean;
	cleanup_free char *terminal = clean;

	return quote_csv(terminal);
}
