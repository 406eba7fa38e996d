/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON as programs write it, straight into a struct: no blanks, no escapes, whole numbers, keys in the order of a
 * table. There is no tree, so it takes a part of the time of json_parse(). It never says what is wrong: where a text is
 * not so plain, valid or not, it is for json_parse(). What it does take, it takes as json_get_int(), json_get_text()
 * and json_get_bool() would.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Where reading is. The text ends with '\0' or '\n', which is no part of a value. */
struct json_plain {
	const char *at;
};

enum json_plain_type {
	PLAIN_NUMBER,  /**< int64_t; INT64_MIN for null */
	PLAIN_TEXT,    /**< array of `size` characters, cut where it is longer; "" for null */
	PLAIN_BOOL,    /**< bool */
	PLAIN_OBJECT,  /**< `fields` of a struct at `offset` */
	PLAIN_OWN,     /**< read by `own` */
	PLAIN_IGNORED, /**< any value */
};

/** One key of an object. A table ends with a row without a key. */
struct json_plain_field {
	const char *key;
	size_t length; /**< of the key */
	enum json_plain_type type;
	bool needed; /**< without it the object is not plain; others leave the struct as it is */
	size_t offset, size;
	const struct json_plain_field *fields;
	bool (*own)(struct json_plain *plain, void *target); /**< `target` is the struct itself */
};

/* Rows: the key, and the member of the struct that takes its value. */
#define PLAIN_KEY(text) text, sizeof(text) - 1
#define PLAIN_ROW_NUMBER(type, member, key) {PLAIN_KEY(key), PLAIN_NUMBER, .offset = offsetof(type, member)}
#define PLAIN_ROW_NEEDED(type, member, key)                                                                   \
	{PLAIN_KEY(key), PLAIN_NUMBER, .needed = true, .offset = offsetof(type, member)}
#define PLAIN_ROW_TEXT(type, member, key)                                                                     \
	{PLAIN_KEY(key), PLAIN_TEXT, .offset = offsetof(type, member), .size = sizeof(((type *)NULL)->member)}
#define PLAIN_ROW_BOOL(type, member, key) {PLAIN_KEY(key), PLAIN_BOOL, .offset = offsetof(type, member)}
#define PLAIN_ROW_OBJECT(type, member, key, rows)                                                             \
	{PLAIN_KEY(key), PLAIN_OBJECT, .offset = offsetof(type, member), .fields = (rows)}
#define PLAIN_ROW_OWN(function, key) {PLAIN_KEY(key), PLAIN_OWN, .own = (function)}
#define PLAIN_ROW_IGNORED(key) {PLAIN_KEY(key), .type = PLAIN_IGNORED}

/** An object into `target`. False: not plain; the struct may be half filled. */
bool json_plain_object(struct json_plain *plain, const struct json_plain_field *fields, void *target);
/** A string or null into `ret_text`, cut where it is longer. */
bool json_plain_text(struct json_plain *plain, char *ret_text, size_t size);
/** If this character is next, steps over it. */
bool json_plain_step(struct json_plain *plain, char character);
