/* SPDX-License-Identifier: Apache-2.0 */
/* From an untrusted JSON file to a checked scenario. */
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
#include "harness/model/scenario-fields.h"

#define NAME_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."

static int take_scenario_name(struct reading *r, const struct json *value, const struct place *where)
{
	return take_name(r, value, where, r->scenario->name, sizeof(r->scenario->name), NAME_LETTERS);
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

COUNT_FIELD(take_settle_min, r->scenario->settle_min_ns, 0, 600000000000ull)
COUNT_FIELD(take_settle_max, r->scenario->settle_max_ns, 1, 600000000000ull)

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

static int take_turns(struct reading *r, const struct json *value, const struct place *where)
{
	return take_blocks_of(r, value, where, BLOCK_EXPERIMENT);
}

static int take_blocks(struct reading *r, const struct json *value, const struct place *where)
{
	static const struct field fields[] = {
		{"latency", json_is_object, "{\"warmup\": 2, \"count\": 12}", false, take_latency},
		{"footprint", json_is_object, "{\"warmup\": 0, \"count\": 4}", false, take_footprint},
		{"experiment", json_is_object, "{\"count\": 3}", false, take_turns},
		{0},
	};

	if (!json_count(value))
		return error_input(r->err, "%s: is empty; latency, footprint or experiment", where->text);
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

static const struct field scenario_fields[] = {
	{"name", json_is_text, "a string", true, take_scenario_name},
	{"title", json_is_text, "a string", false, take_title},
	{"limits", json_is_object, "an object", false, take_limits},
	{"blocks", json_is_object, "an object", false, take_blocks},
	{"experiment", json_is_object, "an object", false, take_experiment},
	{"workload", is_workload, "a workload, an array of them, \"all\", or {\"binary\": \"./mine\"}", false,
	 take_workload},
	{"settle", json_is_object, "an object", false, take_settle},
	{"subjects", json_is_array, "an array", true, take_subjects},
	{0},
};

static int check_blocks(const struct scenario *scenario, const struct place *where, struct error *err)
{
	const struct block_counts *blocks = scenario->blocks;

	if (!scenario->experiment.spec && blocks[BLOCK_EXPERIMENT].count)
		return error_input(err, "%s: blocks.experiment: the scenario names no experiment; "
				   "\"experiment\": {\"name\": \"cow\"}", where->text);
	if (scenario->experiment.spec && !strcmp(scenario->experiment.spec->name, EXPERIMENT_WORK) &&
	    !scenario->workloads.count)
		return error_input(err, "%s: workload: missing; the name of a workload, an array of them, or \"all\"",
				   where->text);
	for (size_t kind = 0; kind < BLOCK_KIND_COUNT; kind++)
		if (blocks[kind].count)
			return 0;
	return error_input(err, "%s: blocks: missing; an object, or an experiment", where->text);
}

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

	if (!rc)
		rc = check_blocks(&scenario, &where, err);
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

/* A workload by its own name: the scenario of all of them with nothing but that one. */
static int load_workload(const char *name, const char *folder, struct scenario *ret_scenario, struct error *err)
{
	cleanup_free char *path = alloc_format("%s/" SCENARIO_WORKLOADS ".json", folder);
	struct json *json = json_parse_file(path, err);

	if (!json)
		return err ? err->code : -EINVAL;
	json_add_text(json, "name", name);
	json_add_text(json, "workload", name);
	int rc = scenario_from_json(json, path, ret_scenario, err);

	json_free(json);
	return rc;
}

int scenario_load(const char *name_or_path, const char *folder, struct scenario *ret_scenario, struct error *err)
{
	bool is_path = strchr(name_or_path, '/') || strstr(name_or_path, ".json");
	cleanup_free char *path =
		is_path ? alloc_text(name_or_path) : alloc_format("%s/%s.json", folder, name_or_path);

	if (!file_exists(path)) {
		if (is_path)
			return error_input(err, "%s: no such file", path);
		if (workload_find(name_or_path))
			return load_workload(name_or_path, folder, ret_scenario, err);
		return error_input(err, "'%.64s' is not a scenario; tare list scenarios shows them", name_or_path);
	}
	struct json *json = json_parse_file(path, err);

	if (!json)
		return err->code;
	int rc = scenario_from_json(json, path, ret_scenario, err);

	json_free(json);
	if (!rc) {
		rc = scenario_find_program(ret_scenario, path, err);
		if (rc < 0)
			scenario_release(ret_scenario);
	}
	return rc;
}

void scenario_release(struct scenario *scenario)
{
	for (size_t i = 0; i < scenario->subject_count; i++)
		json_free(scenario->subjects[i].facts);
	free(scenario->subjects);
	free(scenario->workloads.list);
	free(scenario->workloads.program);
	free(scenario->workloads.arguments);
	json_free(scenario->source);
	(void)memset(scenario, 0, sizeof(*scenario));
}
