/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/base/json-find.h"

#include <stdio.h>
#include <string.h>

/* A text, or a whole number as it is written. */
static bool is_value(const struct json *value, const char *wanted, size_t length)
{
	char number[24] = "";

	if (json_is_number(value))
		(void)snprintf(number, sizeof(number), "%lld", (long long)json_int_of(value, 0));
	const char *text = json_text_of(value, number);

	return strlen(text) == length && !strncmp(text, wanted, length);
}

/* Has the object every KEY=VALUE of a list with "&" between? */
static bool matches(const struct json *object, const char *wanted, size_t length)
{
	while (length) {
		size_t part = strcspn(wanted, "&/"), key = strcspn(wanted, "=");
		char name[64];

		if (key >= part || key >= sizeof(name))
			return false;
		(void)snprintf(name, sizeof(name), "%.*s", (int)key, wanted);
		if (!is_value(json_get(object, name), wanted + key + 1, part - key - 1))
			return false;
		part += wanted[part] == '&';
		wanted += part;
		length -= part;
	}
	return true;
}

static const struct json *step(const struct json *value, const char *part, size_t length)
{
	char name[64];

	if (!json_is_array(value)) {
		(void)snprintf(name, sizeof(name), "%.*s", (int)length, part);
		return json_get(value, name);
	}
	for (const struct json *item = json_first(value); item; item = json_next(item))
		if (matches(item, part, length))
			return item;
	return NULL;
}

const struct json *json_find(const struct json *value, const char *path)
{
	while (value && *path) {
		size_t length = strcspn(path, "/");

		value = step(value, path, length);
		path += length;
		path += *path == '/';
	}
	return value;
}
