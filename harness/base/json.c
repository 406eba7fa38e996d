/* SPDX-License-Identifier: Apache-2.0 */
/* The one place that knows cJSON. `struct json` is never defined: it is a cJSON seen from outside. */
#include "harness/base/json.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/base/text.h"

#define JSON_EXACT_MAX 9007199254740992.0 /* 2^53 */

static cJSON *inner(struct json *value)
{
	return (cJSON *)value;
}

static const cJSON *peek(const struct json *value)
{
	return (const cJSON *)value;
}

static struct json *outer(cJSON *value)
{
	if (!value)
		abort();
	return (struct json *)value;
}

static void json_place(const char *text, const char *at, int *ret_line, int *ret_column)
{
	*ret_line = 1;
	*ret_column = 1;
	for (; text < at && *text; text++) {
		*ret_column = *text == '\n' ? 1 : *ret_column + 1;
		*ret_line += *text == '\n';
	}
}

struct json *json_parse_line(const char *text, size_t length, const char *name, size_t number, struct error *err)
{
	const char *end = text;
	/* cJSON stops at the terminator, so a copy with one keeps it inside the buffer. */
	cleanup_free char *copy = alloc_zero(length + 1, 1);

	(void)memcpy(copy, text, length);
	cJSON *value = cJSON_ParseWithOpts(copy, &end, 1);

	if (!value) {
		int line, column;

		json_place(copy, end, &line, &column);
		(void)error_input(err, "%s: line %zu, column %d: not valid JSON", name, number + (size_t)line - 1,
				  column);
		return NULL;
	}
	return (struct json *)value;
}

struct json *json_parse(const char *text, size_t length, const char *name, struct error *err)
{
	return json_parse_line(text, length, name, 1, err);
}

struct json *json_parse_file(const char *path, struct error *err)
{
	size_t length;
	cleanup_free char *text = file_read(path, &length, err);

	return text ? json_parse(text, length, path, err) : NULL;
}

void json_free(struct json *value)
{
	cJSON_Delete(inner(value));
}

/* Paths and texts from elsewhere may be anything; JSON is UTF-8. */
static void json_mend(char *text)
{
	uint32_t character;

	for (size_t length; *text; text += length ? length : 1) {
		length = text_decode(text, &character);
		if (!length)
			*text = '?';
	}
}

char *json_text(const struct json *value, bool pretty)
{
	char *text = pretty ? cJSON_Print(peek(value)) : cJSON_PrintUnformatted(peek(value));

	if (!text)
		abort();
	json_mend(text);
	if (!pretty)
		return text;
	size_t length = strlen(text);

	text = alloc_grow(text, length + 2, 1);
	text[length] = '\n';
	text[length + 1] = '\0';
	return text;
}

struct json *json_copy(const struct json *value)
{
	return outer(cJSON_Duplicate(peek(value), 1));
}

struct json *json_object(void)
{
	return outer(cJSON_CreateObject());
}

struct json *json_array(void)
{
	return outer(cJSON_CreateArray());
}

void json_add(struct json *object, const char *key, struct json *value)
{
	if (cJSON_GetObjectItemCaseSensitive(peek(object), key))
		cJSON_ReplaceItemInObjectCaseSensitive(inner(object), key, inner(value));
	else
		cJSON_AddItemToObject(inner(object), key, inner(value));
}

void json_add_text(struct json *object, const char *key, const char *text)
{
	json_add(object, key, json_new_text(text));
}

void json_add_int(struct json *object, const char *key, int64_t number)
{
	json_add(object, key, json_new_int(number));
}

void json_add_number(struct json *object, const char *key, double number)
{
	json_add(object, key, json_new_number(number));
}

void json_add_bool(struct json *object, const char *key, bool value)
{
	json_add(object, key, outer(cJSON_CreateBool(value)));
}

void json_add_null(struct json *object, const char *key)
{
	json_add(object, key, outer(cJSON_CreateNull()));
}

void json_append(struct json *array, struct json *value)
{
	cJSON_AddItemToArray(inner(array), inner(value));
}

struct json *json_new_text(const char *text)
{
	return outer(text ? cJSON_CreateString(text) : cJSON_CreateNull());
}

struct json *json_new_int(int64_t number)
{
	if (fabs((double)number) > JSON_EXACT_MAX)
		return outer(cJSON_CreateNull());
	return outer(cJSON_CreateNumber((double)number));
}

struct json *json_new_number(double number)
{
	return outer(isfinite(number) ? cJSON_CreateNumber(number) : cJSON_CreateNull());
}

bool json_is_object(const struct json *value)
{
	return cJSON_IsObject(peek(value));
}

bool json_is_array(const struct json *value)
{
	return cJSON_IsArray(peek(value));
}

bool json_is_text(const struct json *value)
{
	return cJSON_IsString(peek(value));
}

bool json_is_number(const struct json *value)
{
	return cJSON_IsNumber(peek(value));
}

bool json_is_bool(const struct json *value)
{
	return cJSON_IsBool(peek(value));
}

bool json_is_null(const struct json *value)
{
	return !value || cJSON_IsNull(peek(value));
}

const char *json_type_name(const struct json *value)
{
	static const struct {
		bool (*test)(const struct json *);
		const char *name;
	} types[] = {
		{json_is_null, "null"},	   {json_is_object, "an object"}, {json_is_array, "an array"},
		{json_is_text, "a string"}, {json_is_number, "a number"}, {json_is_bool, "true or false"},
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (types[i].test(value))
			return types[i].name;
	return "something else";
}

const struct json *json_get(const struct json *object, const char *key)
{
	return (const struct json *)cJSON_GetObjectItemCaseSensitive(peek(object), key);
}

const struct json *json_path(const struct json *value, const char *dotted)
{
	while (value && *dotted) {
		size_t length = strcspn(dotted, ".");
		char key[128];

		if (length >= sizeof(key))
			return NULL;
		(void)memcpy(key, dotted, length);
		key[length] = '\0';
		value = json_get(value, key);
		dotted += length + (dotted[length] == '.');
	}
	return value;
}

const char *json_text_of(const struct json *value, const char *fallback)
{
	return json_is_text(value) ? peek(value)->valuestring : fallback;
}

double json_number_of(const struct json *value, double fallback)
{
	return json_is_number(value) ? peek(value)->valuedouble : fallback;
}

int64_t json_int_of(const struct json *value, int64_t fallback)
{
	double number = json_number_of(value, NAN);

	return fabs(number) <= JSON_EXACT_MAX ? (int64_t)number : fallback;
}

bool json_bool_of(const struct json *value, bool fallback)
{
	return json_is_bool(value) ? cJSON_IsTrue(peek(value)) : fallback;
}

const char *json_get_text(const struct json *object, const char *key, const char *fallback)
{
	return json_text_of(json_get(object, key), fallback);
}

double json_get_number(const struct json *object, const char *key, double fallback)
{
	return json_number_of(json_get(object, key), fallback);
}

int64_t json_get_int(const struct json *object, const char *key, int64_t fallback)
{
	return json_int_of(json_get(object, key), fallback);
}

bool json_get_bool(const struct json *object, const char *key, bool fallback)
{
	return json_bool_of(json_get(object, key), fallback);
}

size_t json_count(const struct json *container)
{
	return container ? (size_t)cJSON_GetArraySize(peek(container)) : 0;
}

const struct json *json_first(const struct json *container)
{
	return container ? (const struct json *)peek(container)->child : NULL;
}

const struct json *json_next(const struct json *child)
{
	return (const struct json *)peek(child)->next;
}

const char *json_key(const struct json *child)
{
	return peek(child)->string;
}
