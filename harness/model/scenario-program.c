/* SPDX-License-Identifier: Apache-2.0 */
/* "workload": {"binary": "./mine", "args": ["-n", "3"]}: a user's own static program as the workload. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/elf.h"
#include "harness/model/protocol.h"
#include "harness/model/scenario-fields.h"
#include "harness/model/tool.h"

#define ARGUMENTS_COUNT_MAX 64
#define KEY_BINARY "binary"
#define KEY_TOOL "tool"

static int take_binary(struct reading *r, const struct json *value, const struct place *where)
{
	const char *path = json_text_of(value, "");

	if (!*path || strlen(path) >= PATH_MAX)
		return error_input(r->err, "%s: is empty or too long; the path of a static program", where->text);
	r->scenario->workloads.program = alloc_text(path);
	return 0;
}

static int take_tool(struct reading *r, const struct json *value, const struct place *where)
{
	r->scenario->workloads.is_tool = true;
	return take_binary(r, value, where);
}

static int take_argument(struct reading *r, const struct json *value, const struct place *where)
{
	struct workload_choice *choice = &r->scenario->workloads;
	const char *text = json_text_of(value, NULL);
	size_t length = text ? strlen(text) + 1 : 0;

	if (!text)
		return error_input(r->err, "%s: has %s in it; strings", where->text, json_type_name(value));
	if (choice->arguments_length + length > PROTOCOL_PROGRAM_ARGUMENTS_MAX)
		return error_input(r->err, "%s: are too long; at most %d bytes", where->text,
				   PROTOCOL_PROGRAM_ARGUMENTS_MAX);
	choice->arguments = alloc_grow(choice->arguments, choice->arguments_length + length, 1);
	(void)memcpy(choice->arguments + choice->arguments_length, text, length);
	choice->arguments_length += length;
	return 0;
}

static int take_arguments(struct reading *r, const struct json *value, const struct place *where)
{
	int rc = 0;

	if (json_count(value) > ARGUMENTS_COUNT_MAX)
		return error_input(r->err, "%s: are too many; at most %d", where->text, ARGUMENTS_COUNT_MAX);
	for (const struct json *child = json_first(value); !rc && child; child = json_next(child))
		rc = take_argument(r, child, where);
	return rc;
}

int take_program(struct reading *r, const struct json *value, const struct place *where)
{
	static const struct field fields[] = {
		{KEY_BINARY, json_is_text, "the path of a static program, from the scenario's folder", false,
		 take_binary},
		{KEY_TOOL, json_is_text, "the name of an installed program: " TOOL_NAMES, false, take_tool},
		{"args", json_is_array, "an array of strings", false, take_arguments},
		{0},
	};
	struct workload_choice *choice = &r->scenario->workloads;

	choice->list = alloc_zero(1, sizeof(*choice->list));
	choice->list[choice->count++] = &workload_program;
	if (!json_get(value, KEY_BINARY) == !json_get(value, KEY_TOOL))
		return error_input(r->err, "%s: takes one of " KEY_BINARY " and " KEY_TOOL, where->text);
	int rc = object_read(r, value, fields, where);

	if (!rc && choice->is_tool && !tool_find(choice->program))
		rc = error_input(r->err, "%s." KEY_TOOL ": '%.64s' is not known; one of " TOOL_NAMES, where->text,
				 choice->program);
	return rc;
}

const struct tool *scenario_tool(const struct scenario *scenario)
{
	return scenario->workloads.is_tool ? tool_find(scenario->workloads.program) : NULL;
}

int scenario_find_program(struct scenario *scenario, const char *file, struct error *err)
{
	const char *given = scenario->workloads.program, *slash = strrchr(file, '/');

	if (!given || scenario->workloads.is_tool)
		return 0;
	cleanup_free char *path = *given == '/' || !slash
					  ? alloc_text(given)
					  : alloc_format("%.*s/%s", (int)(slash - file), file, given);
	char *absolute = realpath(path, NULL);
	int rc = elf_check_static(absolute ? absolute : path, err);

	if (rc < 0) {
		free(absolute);
		return error_wrap(err, rc, "%s: workload." KEY_BINARY, file);
	}
	free(scenario->workloads.program);
	scenario->workloads.program = absolute;
	struct json *workload = json_copy(json_get(scenario->source, "workload"));

	json_add_text(workload, KEY_BINARY, absolute);
	json_add(scenario->source, "workload", workload);
	return 0;
}
