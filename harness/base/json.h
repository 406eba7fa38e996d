/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON values; cJSON stays behind json.c. Numbers are doubles there: integers beyond 2^53 are
 * refused when written, so times are stored relative to the run's epoch (method section 7).
 * Look-ups respect case. Builders never fail (out of memory ends the process).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/error.h"

struct json;

/** Parses `length` bytes; `name` is the file named in errors (with line and column). NULL: error. At most 512
 * levels. */
struct json *json_parse(const char *text, size_t length, const char *name, struct error *err);
/** The same of one line of a file, the `number`th from 1. */
struct json *json_parse_line(const char *text, size_t length, const char *name, size_t number, struct error *err);
struct json *json_parse_file(const char *path, struct error *err);
void json_free(struct json *value);
/** The text, for free(): one line, or indented by tabs and ended by a newline where `pretty`. What is not UTF-8 is
 * '?'. */
char *json_text(const struct json *value, bool pretty);
struct json *json_copy(const struct json *value);

/* Building. The container takes the value. Adding a key again replaces the old value. NULL string: JSON null. */
struct json *json_object(void);
struct json *json_array(void);
void json_add(struct json *object, const char *key, struct json *value);
void json_add_text(struct json *object, const char *key, const char *text);
void json_add_int(struct json *object, const char *key, int64_t number);
void json_add_number(struct json *object, const char *key, double number); /* NaN and infinity become null */
void json_add_bool(struct json *object, const char *key, bool value);
void json_add_null(struct json *object, const char *key);
void json_append(struct json *array, struct json *value);
struct json *json_new_text(const char *text);
struct json *json_new_int(int64_t number);
struct json *json_new_number(double number);

/* Reading. Every getter takes NULL and a value of another type, and then gives the fallback. */
bool json_is_object(const struct json *value);
bool json_is_array(const struct json *value);
bool json_is_text(const struct json *value);
bool json_is_number(const struct json *value);
bool json_is_bool(const struct json *value);
bool json_is_null(const struct json *value); /**< JSON null, or absent */
const char *json_type_name(const struct json *value);
const struct json *json_get(const struct json *object, const char *key);
const struct json *json_path(const struct json *value, const char *dotted); /**< "host.cpu.model" */
const char *json_text_of(const struct json *value, const char *fallback);
double json_number_of(const struct json *value, double fallback);
int64_t json_int_of(const struct json *value, int64_t fallback);
bool json_bool_of(const struct json *value, bool fallback);
const char *json_get_text(const struct json *object, const char *key, const char *fallback);
double json_get_number(const struct json *object, const char *key, double fallback);
int64_t json_get_int(const struct json *object, const char *key, int64_t fallback);
bool json_get_bool(const struct json *object, const char *key, bool fallback);
size_t json_count(const struct json *container);
/** Children in order: for (c = json_first(v); c; c = json_next(c)). */
const struct json *json_first(const struct json *container);
const struct json *json_next(const struct json *child);
const char *json_key(const struct json *child);
