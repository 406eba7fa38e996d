/* SPDX-License-Identifier: Apache-2.0 */
/* The subjects of a scenario file, and their limits. */
#include <stdio.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/model/protocol.h"
#include "harness/model/runtime.h"
#include "harness/model/scenario-fields.h"

COUNT_FIELD(take_memory, r->subject->limits.memory_bytes, 4ull << 20, 1ull << 46)
COUNT_FIELD(take_pids, r->subject->limits.pids_count, 1, 1u << 22)
COUNT_FIELD(take_cpus, r->subject->limits.cpus_count, 1, 1024)
COUNT_FIELD(take_timeout, r->subject->timeout_ns, 1000000, 3600000000000ull)

static const struct field limit_fields[] = {
	{"memory_bytes", json_is_number, "a number of bytes", false, take_memory},
	{"pids_count", json_is_number, "a number of tasks", false, take_pids},
	{"cpus_count", json_is_number, "a number of CPUs", false, take_cpus},
	{0},
};

int take_limits(struct reading *r, const struct json *value, const struct place *where)
{
	struct subject stand_in = {.limits = r->scenario->limits};

	/* cppcheck-suppress autoVariables ; it is taken away again below */
	r->subject = &stand_in;
	int rc = object_read(r, value, limit_fields, where);

	r->subject = NULL;
	r->scenario->limits = stand_in.limits;
	return rc;
}

static int take_subject_name(struct reading *r, const struct json *value, const struct place *where)
{
	return take_name(r, value, where, r->subject->name, sizeof(r->subject->name), SUBJECT_NAME_LETTERS);
}

static int take_subject_limits(struct reading *r, const struct json *value, const struct place *where)
{
	return object_read(r, value, limit_fields, where);
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

static int take_cache(struct reading *r, const struct json *value, const struct place *where)
{
	return subject_set(r->subject, "cache", json_text_of(value, ""), where->text, r->err);
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

static int take_optional(struct reading *r, const struct json *value, const struct place *where)
{
	(void)where;
	r->subject->optional = json_bool_of(value, false);
	return 0;
}

/* Test hooks of the payload: they reach a kernel command line, so their form is narrow. */
static int take_variables(struct reading *r, const struct json *value, const struct place *where)
{
	static const struct {
		const char *name, *letters, *form;
	} allowed[] = {
		{PROTOCOL_ENV_FAULT, "abcdefghijklmnopqrstuvwxyz", "a word of small letters"},
		{PROTOCOL_ENV_DELAY, "0123456789", "a number in a string"},
		{PROTOCOL_ENV_WORK_FAULT, "1234", "a digit in a string"},
	};

	for (const struct json *child = json_first(value); child; child = json_next(child)) {
		struct place place = place_of(where, json_key(child));
		const char *text = json_text_of(child, ""), *name = json_key(child);

		size_t row = 0;

		while (row < sizeof(allowed) / sizeof(allowed[0]) && strcmp(name, allowed[row].name))
			row++;
		if (row == sizeof(allowed) / sizeof(allowed[0]))
			return error_input(r->err, "%s: unknown variable; %s, %s or %s", place.text, allowed[0].name,
					   allowed[1].name, allowed[2].name);
		if (!*text || strlen(text) > 20 || text[strspn(text, allowed[row].letters)])
			return error_input(r->err, "%s: is not %s", place.text, allowed[row].form);
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
	{"root", json_is_text, "\"image\", \"none\" or \"large\"", false, take_root},
	{"cache", json_is_text, "\"warm\" or \"cold\"", false, take_cache},
	{"options", json_is_object, "an object of strings", false, take_options},
	{"limits", json_is_object, "an object", false, take_subject_limits},
	{"timeout_ns", json_is_number, "a number of nanoseconds", false, take_timeout},
	{"optional", json_is_bool, "true or false", false, take_optional},
	{"payload_env", json_is_object, "an object of strings", false, take_variables},
	{0},
};

int take_subjects(struct reading *r, const struct json *value, const struct place *where)
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
