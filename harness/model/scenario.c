/* SPDX-License-Identifier: Apache-2.0 */
/* From an untrusted JSON file to a checked scenario: one table per object says which fields it may have. */
#include "harness/model/scenario.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/base/quantity.h"
#include "harness/model/runtime.h"

#define NAME_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."

/* Where a value was found, for errors: "FILE: JSON.path". */
struct place {
	char text[256];
};

struct reading {
	struct scenario *scenario;
	struct subject *subject; /* the one that is being read */
	struct error *err;
};

/* One field of an object: what it must be, and who takes it. */
struct field {
	const char *name;
	bool (*is)(const struct json *);
	const char *right; /* what would be right */
	bool required;
	int (*take)(struct reading *, const struct json *, const struct place *);
};

static struct place place_of(const struct place *parent, const char *name)
{
	struct place place;

	(void)snprintf(place.text, sizeof(place.text), "%.200s%s%.48s", parent->text,
		       strchr(parent->text, ' ') ? "." : ": ", name);
	return place;
}

static int object_read(struct reading *r, const struct json *object, const struct field *fields,
		       const struct place *where)
{
	if (!json_is_object(object))
		return error_input(r->err, "%s: is %s; an object", where->text, json_type_name(object));
	for (const struct json *child = json_first(object); child; child = json_next(child)) {
		const struct field *field = fields;
		struct place place = place_of(where, json_key(child));

		while (field->name && strcmp(field->name, json_key(child)))
			field++;
		if (!field->name)
			return error_input(r->err, "%s: unknown field; scenarios/README.md lists the fields",
					   place.text);
		if (json_get(object, field->name) != child)
			return error_input(r->err, "%s: is there twice", place.text);
		if (!field->is(child))
			return error_input(r->err, "%s: is %s; %s", place.text, json_type_name(child), field->right);
	}
	for (const struct field *field = fields; field->name; field++) {
		const struct json *value = json_get(object, field->name);
		struct place place = place_of(where, field->name);

		if (!value && field->required)
			return error_input(r->err, "%s: missing; %s", place.text, field->right);
		int rc = value ? field->take(r, value, &place) : 0;

		if (rc < 0)
			return rc;
	}
	return 0;
}

static int take_name(struct reading *r, const struct json *value, const struct place *where, char *ret_name,
		     size_t size, const char *letters)
{
	const char *name = json_text_of(value, "");
	size_t length = strlen(name);

	if (!length || length >= size || strspn(name, letters) != length || *name == '.' || *name == '-')
		return error_input(r->err, "%s: '%.80s' is not a name; 1 to %zu of letters, digits and %s", where->text,
				   name, size - 1, letters + 62);
	(void)snprintf(ret_name, size, "%s", name);
	return 0;
}

static int take_scenario_name(struct reading *r, const struct json *value, const struct place *where)
{
	return take_name(r, value, where, r->scenario->name, sizeof(r->scenario->name), NAME_LETTERS);
}

static int take_subject_name(struct reading *r, const struct json *value, const struct place *where)
{
	return take_name(r, value, where, r->subject->name, sizeof(r->subject->name), SUBJECT_NAME_LETTERS);
}

static int take_title(struct reading *r, const struct json *value, const struct place *where)
{
	const char *title = json_text_of(value, "");

	if (strlen(title) >= sizeof(r->scenario->title))
		return error_input(r->err, "%s: is too long; at most %zu bytes", where->text,
				   sizeof(r->scenario->title) - 1);
	for (const char *c = title; *c; c++)
		if (iscntrl((unsigned char)*c))
			return error_input(r->err, "%s: has control characters; one line for people", where->text);
	(void)snprintf(r->scenario->title, sizeof(r->scenario->title), "%s", title);
	return 0;
}

static int take_count(struct reading *r, const struct json *value, const struct place *where, uint64_t least,
		      uint64_t most)
{
	double number = json_number_of(value, -1);

	if (number < (double)least || number > (double)most || number != (double)(uint64_t)number)
		return error_input(r->err, "%s: %.17g is out of range; a whole number from %llu to %llu", where->text,
				   number, (unsigned long long)least, (unsigned long long)most);
	return 0;
}

#define COUNT_FIELD(function, target, least, most)                                                      \
	static int function(struct reading *r, const struct json *value, const struct place *where)    \
	{                                                                                               \
		int rc = take_count(r, value, where, least, most);                                      \
                                                                                                        \
		if (!rc)                                                                                \
			target = (uint64_t)json_number_of(value, 0);                                    \
		return rc;                                                                              \
	}

/* The limits of the scenario are read before its subjects, each of which starts with a copy. */
COUNT_FIELD(take_memory, r->subject->limits.memory_bytes, 4ull << 20, 1ull << 46)
COUNT_FIELD(take_pids, r->subject->limits.pids_count, 1, 1u << 22)
COUNT_FIELD(take_cpus, r->subject->limits.cpus_count, 1, 1024)
COUNT_FIELD(take_timeout, r->subject->timeout_ns, 1000000, 3600000000000ull)
COUNT_FIELD(take_settle_min, r->scenario->settle_min_ns, 0, 600000000000ull)
COUNT_FIELD(take_settle_max, r->scenario->settle_max_ns, 1, 600000000000ull)

static const struct field limit_fields[] = {
	{"memory_bytes", json_is_number, "a number of bytes", false, take_memory},
	{"pids_count", json_is_number, "a number of tasks", false, take_pids},
	{"cpus_count", json_is_number, "a number of CPUs", false, take_cpus},
	{0},
};

static int take_limits(struct reading *r, const struct json *value, const struct place *where)
{
	struct subject stand_in = {.limits = r->scenario->limits};

	/* cppcheck-suppress autoVariables ; it is taken away again below */
	r->subject = &stand_in;
	int rc = object_read(r, value, limit_fields, where);

	r->subject = NULL;
	r->scenario->limits = stand_in.limits;
	return rc;
}

static int take_subject_limits(struct reading *r, const struct json *value, const struct place *where)
{
	return object_read(r, value, limit_fields, where);
}

static int take_blocks_of(struct reading *r, const struct json *value, const struct place *where,
			  enum block_kind kind)
{
	static const char *const keys[] = {"warmup", "count"};
	uint64_t numbers[2] = {0, 0};

	if (!json_is_object(value))
		return error_input(r->err, "%s: is %s; {\"warmup\": 2, \"count\": 12}", where->text,
				   json_type_name(value));
	for (const struct json *child = json_first(value); child; child = json_next(child)) {
		struct place place = place_of(where, json_key(child));
		size_t i = strcmp(json_key(child), keys[0]) ? 1 : 0;

		if (strcmp(json_key(child), keys[i]))
			return error_input(r->err, "%s: unknown field; warmup and count", place.text);
		if (!json_is_number(child))
			return error_input(r->err, "%s: is %s; a number", place.text, json_type_name(child));
		int rc = take_count(r, child, &place, i, SCENARIO_BLOCKS_MAX);

		if (rc < 0)
			return rc;
		numbers[i] = (uint64_t)json_number_of(child, 0);
	}
	if (!numbers[1])
		return error_input(r->err, "%s.count: missing; a number from 1 to %d", where->text,
				   SCENARIO_BLOCKS_MAX);
	r->scenario->blocks[kind] = (struct block_counts){.warmup = numbers[0], .count = numbers[1]};
	return 0;
}

static int take_latency(struct reading *r, const struct json *value, const struct place *where)
{
	return take_blocks_of(r, value, where, BLOCK_LATENCY);
}

static int take_footprint(struct reading *r, const struct json *value, const struct place *where)
{
	return take_blocks_of(r, value, where, BLOCK_FOOTPRINT);
}

static int take_blocks(struct reading *r, const struct json *value, const struct place *where)
{
	static const struct field fields[] = {
		{"latency", json_is_object, "{\"warmup\": 2, \"count\": 12}", false, take_latency},
		{"footprint", json_is_object, "{\"warmup\": 0, \"count\": 4}", false, take_footprint},
		{0},
	};

	if (!json_count(value))
		return error_input(r->err, "%s: is empty; latency, footprint or both", where->text);
	return object_read(r, value, fields, where);
}

static int take_settle(struct reading *r, const struct json *value, const struct place *where)
{
	static const struct field fields[] = {
		{"min_ns", json_is_number, "a number of nanoseconds", false, take_settle_min},
		{"max_ns", json_is_number, "a number of nanoseconds", false, take_settle_max},
		{0},
	};

	return object_read(r, value, fields, where);
}

static int take_runtime(struct reading *r, const struct json *value, const struct place *where)
{
	r->subject->runtime = runtime_find(json_text_of(value, ""));
	if (!r->subject->runtime)
		return error_input(r->err, "%s: '%.64s' is not a runtime; tare list shows them", where->text,
				   json_text_of(value, ""));
	return 0;
}

static int take_root(struct reading *r, const struct json *value, const struct place *where)
{
	return subject_set(r->subject, "root", json_text_of(value, ""), where->text, r->err);
}

static int take_options(struct reading *r, const struct json *value, const struct place *where)
{
	for (const struct json *child = json_first(value); child; child = json_next(child)) {
		struct place place = place_of(where, json_key(child));

		if (!json_is_text(child))
			return error_input(r->err, "%s: is %s; a string", place.text, json_type_name(child));
		int rc = subject_set(r->subject, json_key(child), json_text_of(child, ""), place.text, r->err);

		if (rc < 0)
			return rc;
	}
	return 0;
}

/* Test hooks of the payload: they reach a kernel command line, so their form is narrow. */
static int take_variables(struct reading *r, const struct json *value, const struct place *where)
{
	static const char *const allowed[] = {"TARE_HANG", "TARE_DELAY_NS"};

	for (const struct json *child = json_first(value); child; child = json_next(child)) {
		struct place place = place_of(where, json_key(child));
		const char *text = json_text_of(child, ""), *name = json_key(child);

		if (strcmp(name, allowed[0]) && strcmp(name, allowed[1]))
			return error_input(r->err, "%s: unknown variable; %s or %s", place.text, allowed[0],
					   allowed[1]);
		if (!*text || strlen(text) > 20 || text[strspn(text, "0123456789")])
			return error_input(r->err, "%s: is not a number in a string", place.text);
		if (r->subject->variable_count == 4)
			return error_input(r->err, "%s: too many variables; at most 4", place.text);
		(void)snprintf(r->subject->variables[r->subject->variable_count++].text,
			       sizeof(r->subject->variables[0].text), "%s=%s", name, text);
	}
	return 0;
}

static const struct field subject_fields[] = {
	{"name", json_is_text, "a string", true, take_subject_name},
	{"runtime", json_is_text, "the name of a runtime", true, take_runtime},
	{"root", json_is_text, "\"image\" or \"none\"", false, take_root},
	{"options", json_is_object, "an object of strings", false, take_options},
	{"limits", json_is_object, "an object", false, take_subject_limits},
	{"timeout_ns", json_is_number, "a number of nanoseconds", false, take_timeout},
	{"payload_env", json_is_object, "an object of strings", false, take_variables},
	{0},
};

static int take_subjects(struct reading *r, const struct json *value, const struct place *where)
{
	struct scenario *scenario = r->scenario;
	size_t count = json_count(value), index = 0;

	if (!count || count > SCENARIO_SUBJECTS_MAX)
		return error_input(r->err, "%s: has %zu subjects; 1 to %d", where->text, count, SCENARIO_SUBJECTS_MAX);
	scenario->subjects = alloc_zero(count, sizeof(*scenario->subjects));
	for (const struct json *child = json_first(value); child; child = json_next(child), index++) {
		char name[32];
		struct place place;

		(void)snprintf(name, sizeof(name), "subjects[%zu]", index);
		(void)snprintf(place.text, sizeof(place.text), "%.*s%s",
			       (int)(strrchr(where->text, ' ') - where->text + 1), where->text, name);
		r->subject = &scenario->subjects[index];
		r->subject->limits = scenario->limits;
		scenario->subject_count++;
		int rc = object_read(r, child, subject_fields, &place);

		if (rc < 0)
			return rc;
		for (size_t i = 0; i < index; i++)
			if (!strcmp(scenario->subjects[i].name, r->subject->name))
				return error_input(r->err, "%s: the name '%s' is taken by subjects[%zu]", place.text,
						   r->subject->name, i);
	}
	return 0;
}

static const struct field scenario_fields[] = {
	{"name", json_is_text, "a string", true, take_scenario_name},
	{"title", json_is_text, "a string", false, take_title},
	{"limits", json_is_object, "an object", false, take_limits},
	{"blocks", json_is_object, "an object", true, take_blocks},
	{"settle", json_is_object, "an object", false, take_settle},
	{"subjects", json_is_array, "an array", true, take_subjects},
	{0},
};

int scenario_from_json(const struct json *json, const char *name, struct scenario *ret_scenario, struct error *err)
{
	struct scenario scenario = {
		.limits = {.memory_bytes = 256ull << 20, .pids_count = 64, .cpus_count = 1},
		.settle_min_ns = 2500000000u,
		.settle_max_ns = 30000000000u,
	};
	struct reading r = {.scenario = &scenario, .err = err};
	struct place where;

	(void)snprintf(where.text, sizeof(where.text), "%.200s", name);
	for (char *c = where.text; *c; c++)
		if (*c == ' ')
			*c = '_'; /* place_of() tells file and path apart by the blank */
	int rc = object_read(&r, json, scenario_fields, &where);

	if (!rc && scenario.settle_max_ns < scenario.settle_min_ns)
		rc = error_input(err, "%s: settle: max_ns is below min_ns", where.text);
	if (rc < 0) {
		scenario_release(&scenario);
		return rc;
	}
	scenario.source = json_copy(json);
	*ret_scenario = scenario;
	return 0;
}

int scenario_load(const char *name_or_path, const char *folder, struct scenario *ret_scenario, struct error *err)
{
	bool is_path = strchr(name_or_path, '/') || strstr(name_or_path, ".json");
	cleanup_free char *path =
		is_path ? alloc_text(name_or_path) : alloc_format("%s/%s.json", folder, name_or_path);

	if (!file_exists(path)) {
		if (is_path)
			return error_input(err, "%s: no such file", path);
		return error_input(err, "'%.64s' is not a scenario; tare list scenarios shows them", name_or_path);
	}
	struct json *json = json_parse_file(path, err);

	if (!json)
		return err->code;
	int rc = scenario_from_json(json, path, ret_scenario, err);

	json_free(json);
	return rc;
}

void scenario_release(struct scenario *scenario)
{
	for (size_t i = 0; i < scenario->subject_count; i++)
		json_free(scenario->subjects[i].facts);
	free(scenario->subjects);
	json_free(scenario->source);
	(void)memset(scenario, 0, sizeof(*scenario));
}
