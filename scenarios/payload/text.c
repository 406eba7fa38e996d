/* SPDX-License-Identifier: Apache-2.0 */
/* Text and numbers without stdio, which would cost the payload a heap and half its memory. */
#include "scenarios/payload/text.h"

void text_add_char(struct text *text, char c)
{
	if (text->length + 1 >= text->size)
		return;
	text->start[text->length++] = c;
	text->start[text->length] = '\0';
}

void text_add(struct text *text, const char *more)
{
	while (*more)
		text_add_char(text, *more++);
}

void text_add_number(struct text *text, uint64_t value, unsigned int base)
{
	char digits[20]; /* 2^64 in base 10 */
	size_t count = 0;

	do {
		digits[count++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	while (count)
		text_add_char(text, digits[--count]);
}

_Bool text_read_number(const char *from, uint64_t *ret_value)
{
	uint64_t value = 0;

	while (*from == ' ' || *from == '\t')
		from++;
	if (*from < '0' || *from > '9')
		return 0;
	for (; *from >= '0' && *from <= '9'; from++)
		value = value * 10 + (uint64_t)(*from - '0');
	*ret_value = value;
	return 1;
}

const char *text_take_word(char **at)
{
	const char *word = *at;

	while (**at && **at != ' ')
		(*at)++;
	if (**at)
		*(*at)++ = '\0';
	return word;
}
