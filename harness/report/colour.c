/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/report/colour.h"

#include <ctype.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COLOUR_END "\033[0m"

/* A verdict as it stands behind the name of a claim. */
static const struct {
	const char *word, *colour;
} verdicts[] = {
	{": supported", "\033[32m"},
	{": refuted", "\033[31m"},
	{": inconclusive", "\033[33m"},
	{": not decided on this host", "\033[33m"},
};

bool colour_wanted(FILE *out)
{
	const char *refused = getenv("NO_COLOR"), *terminal = getenv("TERM");

	return isatty(fileno(out)) == 1 && !(refused && *refused) && terminal && strcmp(terminal, "dumb") != 0;
}

/* The verdict of a line such as "  Starts faster: supported (...)"; NULL: it is another line. */
static const char *verdict_in(const char *line, size_t length, const char **ret_colour)
{
	if (length < 4 || strncmp(line, "  ", 2) || !isupper((unsigned char)line[2]))
		return NULL;
	const char *at = line + strcspn(line, ":\n");

	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
		*ret_colour = verdicts[i].colour;
		if (!strncmp(at, verdicts[i].word, strlen(verdicts[i].word)))
			return at + 2;
	}
	return NULL;
}

void colour_print(FILE *out, const char *text)
{
	bool wanted = colour_wanted(out);

	while (*text) {
		size_t length = strcspn(text, "\n");
		const char *colour = "", *verdict = wanted ? verdict_in(text, length, &colour) : NULL;
		int before = (int)(verdict ? verdict - text : (ptrdiff_t)length);
		int word = verdict ? (int)strcspn(verdict, "(\n.") : 0;

		while (word && verdict[word - 1] == ' ')
			word--;
		(void)fprintf(out, "%.*s", before, text);
		if (verdict)
			(void)fprintf(out, "%s%.*s" COLOUR_END "%.*s", colour, word, verdict,
				      (int)length - before - word, verdict + word);
		text += length;
		if (*text)
			(void)fputc(*text++, out);
	}
}
