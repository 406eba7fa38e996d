/* SPDX-License-Identifier: Apache-2.0 */
#include "runtimes/command-line.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"

static void word_add(struct command_line *line, const char *word)
{
	line->words = alloc_grow(line->words, line->word_count + 1, sizeof(*line->words));
	line->words[line->word_count++] = alloc_text(word);
}

/** One word from `text` on into `word`, which has room for all of it; where it ends. NULL: a quote stays open. */
static const char *word_take(const char *text, char *word)
{
	bool quoted = false;

	for (; *text && (quoted || !isspace((unsigned char)*text)); text++) {
		if (*text == '\'')
			quoted = !quoted;
		else if (*text == '\\' && !quoted && text[1])
			*word++ = *++text;
		else
			*word++ = *text;
	}
	*word = '\0';
	return quoted ? NULL : text;
}

static bool is_assignment(const char *word)
{
	size_t length = strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

	return length && word[length] == '=';
}

int command_line_parse(const char *text, struct command_line *ret, struct error *err)
{
	char *word = alloc_zero(strlen(text) + 1, 1);

	*ret = (struct command_line){0};
	while (text && *text) {
		/* A backslash at the end of a line only joins it with the next one. */
		while (isspace((unsigned char)*text) || (*text == '\\' && text[1] == '\n'))
			text++;
		if (!*text)
			break;
		text = word_take(text, word);
		if (text)
			word_add(ret, word);
	}
	free(word);
	while (ret->variable_count < ret->word_count && is_assignment(ret->words[ret->variable_count]))
		ret->variable_count++;
	if (text && ret->variable_count < ret->word_count)
		return 0;
	command_line_free(ret);
	return error_set(err, -EINVAL, "libvirt's command line: %s", text ? "no program" : "a quote stays open");
}

void command_line_free(struct command_line *line)
{
	for (size_t i = 0; i < line->word_count; i++)
		free(line->words[i]);
	free(line->words);
	*line = (struct command_line){0};
}
