/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/base/json-plain.h"

#include <string.h>

#define DIGITS_MAX 15 /* below 2^53: as exact as a double */
#define DEPTH_MAX 8

bool json_plain_step(struct json_plain *plain, char character)
{
	if (*plain->at != character)
		return false;
	plain->at++;
	return true;
}

static bool step_word(struct json_plain *plain, const char *word)
{
	size_t length = strlen(word);

	if (strncmp(plain->at, word, length) != 0)
		return false;
	plain->at += length;
	return true;
}

static size_t step_digits(struct json_plain *plain)
{
	const char *begin = plain->at;

	while (*plain->at >= '0' && *plain->at <= '9')
		plain->at++;
	return (size_t)(plain->at - begin);
}

static bool read_number(struct json_plain *plain, int64_t *ret_number)
{
	if (step_word(plain, "null")) {
		*ret_number = INT64_MIN;
		return true;
	}
	bool negative = json_plain_step(plain, '-');
	const char *digit = plain->at;
	size_t count = step_digits(plain);
	int64_t number = 0;

	if (!count || count > DIGITS_MAX)
		return false;
	while (digit < plain->at)
		number = number * 10 + (*digit++ - '0');
	*ret_number = negative ? -number : number;
	return true; /* a fraction or an exponent is no delimiter, which is what must come next */
}

/* The string's own characters; they are not copied. */
static bool read_string(struct json_plain *plain, const char **ret_text, size_t *ret_length)
{
	if (!json_plain_step(plain, '"'))
		return false;
	const char *begin = plain->at;

	while (*plain->at != '"' && *plain->at != '\\' && (unsigned char)*plain->at >= ' ')
		plain->at++;
	*ret_text = begin;
	*ret_length = (size_t)(plain->at - begin);
	return json_plain_step(plain, '"');
}

bool json_plain_text(struct json_plain *plain, char *ret_text, size_t size)
{
	const char *text = "";
	size_t length = 0;

	if (!step_word(plain, "null") && !read_string(plain, &text, &length))
		return false;
	if (length >= size)
		length = size - 1;
	memcpy(ret_text, text, length);
	ret_text[length] = '\0';
	return true;
}

static bool read_bool(struct json_plain *plain, bool *ret_value)
{
	*ret_value = step_word(plain, "true");
	return *ret_value || step_word(plain, "false");
}

static bool skip_number(struct json_plain *plain)
{
	(void)json_plain_step(plain, '-');
	size_t digits = step_digits(plain);

	if (digits && json_plain_step(plain, '.')) {
		size_t fraction = step_digits(plain);

		digits = fraction ? digits + fraction : 0;
	}
	if (digits && (json_plain_step(plain, 'e') || json_plain_step(plain, 'E'))) {
		(void)(json_plain_step(plain, '-') || json_plain_step(plain, '+'));
		size_t exponent = step_digits(plain);

		digits = exponent ? digits + exponent : 0;
	}
	return digits > 0 && digits < 32; /* what json_parse() takes as a whole, too */
}

static bool skip_value(struct json_plain *plain, size_t depth)
{
	const char *text;
	size_t length;
	char open = *plain->at, close = open == '{' ? '}' : ']';

	if (open == '"')
		return read_string(plain, &text, &length);
	if (open != '{' && open != '[')
		return step_word(plain, "null") || step_word(plain, "true") || step_word(plain, "false") ||
		       skip_number(plain);
	plain->at++;
	if (json_plain_step(plain, close))
		return true;
	do {
		if (open == '{' && !(read_string(plain, &text, &length) && json_plain_step(plain, ':')))
			return false;
		if (depth == 0 || !skip_value(plain, depth - 1))
			return false;
	} while (json_plain_step(plain, ','));
	return json_plain_step(plain, close);
}

static bool read_field(struct json_plain *plain, const struct json_plain_field *field, void *target)
{
	void *place = (char *)target + field->offset;

	switch (field->type) {
	case PLAIN_NUMBER:
		return read_number(plain, place);
	case PLAIN_TEXT:
		return json_plain_text(plain, place, field->size);
	case PLAIN_BOOL:
		return read_bool(plain, place);
	case PLAIN_OBJECT:
		return json_plain_object(plain, field->fields, place);
	case PLAIN_OWN:
		return field->own(plain, target);
	case PLAIN_IGNORED:
		return skip_value(plain, DEPTH_MAX);
	}
	return false;
}

/* Keys are short: this takes less than the call of a function. */
static inline bool starts_with(const char *text, const char *key)
{
	while (*key && *text == *key) {
		text++;
		key++;
	}
	return !*key;
}

/* The row of the key that comes next; those before it, which are not there, must not be needed. NULL: not plain. */
static const struct json_plain_field *step_key(struct json_plain *plain, const struct json_plain_field *field)
{
	if (!json_plain_step(plain, '"'))
		return NULL;
	for (; field->key; field++) {
		if (starts_with(plain->at, field->key) && plain->at[field->length] == '"' &&
		    plain->at[field->length + 1] == ':') {
			plain->at += field->length + 2;
			return field;
		}
		if (field->needed)
			return NULL;
	}
	return NULL;
}

bool json_plain_object(struct json_plain *plain, const struct json_plain_field *fields, void *target)
{
	const struct json_plain_field *field = fields;

	if (!json_plain_step(plain, '{'))
		return false;
	do {
		field = step_key(plain, field);
		if (!field || !read_field(plain, field++, target))
			return false;
	} while (json_plain_step(plain, ','));
	while (field->key && !field->needed)
		field++;
	return !field->key && json_plain_step(plain, '}');
}
