/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/measure/program-output.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define NAME_LETTERS LETTERS "0123456789_.-/"
#define UNIT_LETTERS LETTERS "0123456789%/._-^*"
#define NUMBER_LETTERS "0123456789+-.eE"
#define LINE_SIZE 128
#define RIGHT "NAME VALUE [UNIT]"

struct reader {
	const struct tool *tool;
	struct program_output *output;
	size_t iteration;
	bool seen[PROGRAM_METRICS_MAX]; /* in this iteration */
	char *why;
	size_t size;
};

__attribute__((format(printf, 2, 3))) static bool wrong(struct reader *r, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(r->why, r->size, format, args);
	va_end(args);
	return false;
}

static bool is_word(const char *word, const char *letters, size_t size)
{
	return strlen(word) < size && !word[strspn(word, letters)];
}

static bool is_number(const char *word, double *ret_value)
{
	char *end;

	if (!*word || word[strspn(word, NUMBER_LETTERS)])
		return false;
	*ret_value = strtod(word, &end);
	return !*end && isfinite(*ret_value);
}

static struct program_metric *metric_of(struct reader *r, const char *name, const char *unit)
{
	struct program_output *output = r->output;

	for (size_t i = 0; i < output->count; i++)
		if (!strcmp(output->metrics[i].name, name) && !strcmp(output->metrics[i].unit, unit))
			return &output->metrics[i];
	if (r->iteration || output->count == PROGRAM_METRICS_MAX)
		return NULL;
	struct program_metric *metric = &output->metrics[output->count++];

	(void)snprintf(metric->name, sizeof(metric->name), "%s", name);
	(void)snprintf(metric->unit, sizeof(metric->unit), "%s", unit);
	return metric;
}

/* One value in this iteration. */
static bool take_value(struct reader *r, const char *name, const char *unit, double value)
{
	struct program_metric *metric = metric_of(r, name, unit);

	if (!metric)
		return wrong(r, "%s: one metric too many, or not in the first iteration", name);
	bool *seen = &r->seen[metric - r->output->metrics];

	if (*seen)
		return wrong(r, "%s: is there twice in one iteration", name);
	*seen = true;
	metric->values[r->iteration] = value;
	return true;
}

/* Whatever a tool says: its numbers, wherever they stand. */
static bool take_numbers(struct reader *r, const char *line, size_t length)
{
	char text[512];
	double value;

	(void)snprintf(text, sizeof(text), "%.*s", (int)length, line);
	for (const struct tool_number *number = r->tool->numbers; number->after; number++)
		if (tool_number_in(number, text, &value) && !take_value(r, number->name, number->unit, value))
			return false;
	return true;
}

/* One line, which it takes apart. */
static bool take_line(struct reader *r, char *line)
{
	char *rest = line, *words[4] = {NULL};
	size_t count = 0;
	double value;

	for (char *word; (word = strsep(&rest, " "));)
		if (*word && count < 4)
			words[count++] = word;
	if (!count || words[0][0] == '#')
		return true;
	const char *unit = count > 2 ? words[2] : "";

	if (count < 2 || count > 3 || !strchr(LETTERS, words[0][0]) ||
	    !is_word(words[0], NAME_LETTERS, PROGRAM_NAME_MAX) || !is_word(unit, UNIT_LETTERS, PROGRAM_UNIT_MAX))
		return wrong(r, "'%.32s' is no metric; " RIGHT, words[0]);
	if (!is_number(words[1], &value))
		return wrong(r, "%s: '%.24s' is no number; " RIGHT, words[0], words[1]);
	return take_value(r, words[0], unit, value);
}

static bool end_iteration(struct reader *r)
{
	for (size_t i = 0; i < r->output->count; i++)
		if (!r->seen[i])
			return wrong(r, "%s: missing in iteration %zu", r->output->metrics[i].name, r->iteration + 1);
	(void)memset(r->seen, 0, sizeof(r->seen));
	return ++r->iteration <= PROTOCOL_WORK_ITERATIONS_MAX || wrong(r, "it has too many iterations");
}

/* The value of the answer's line, where that has this key. */
static bool value_of(const char *line, size_t length, const char *key, char value[LINE_SIZE])
{
	size_t skip = strlen(key);

	if (length <= skip || strncmp(line, key, skip) || line[skip] != '=')
		return false;
	(void)snprintf(value, LINE_SIZE, "%.*s", (int)(length - skip - 1), line + skip + 1);
	return true;
}

bool program_output_read(const char *answer, const struct tool *tool, struct program_output *ret_output, char *why,
			 size_t size)
{
	struct reader reader = {.tool = tool, .output = ret_output, .why = why, .size = size};
	char value[LINE_SIZE];
	bool fine = true;

	*ret_output = (struct program_output){0};
	for (const char *line = answer; fine && *line; line += strcspn(line, "\n"), line += *line == '\n') {
		size_t length = strcspn(line, "\n");

		if (value_of(line, length, PROTOCOL_WORK_OUTPUT_END, value))
			fine = end_iteration(&reader);
		else if (tool)
			fine = take_numbers(&reader, line, length);
		else if (value_of(line, length, PROTOCOL_WORK_OUTPUT, value))
			fine = length < LINE_SIZE ? take_line(&reader, value)
						  : wrong(&reader, "a line of more than %d bytes; " RIGHT,
							  LINE_SIZE - 8);
	}
	if (!fine)
		ret_output->count = 0;
	return fine;
}
