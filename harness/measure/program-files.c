/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/measure/program-files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/elf.h"
#include "harness/base/program.h"
#include "harness/base/spawn.h"
#include "harness/model/protocol.h"
#include "harness/model/tool.h"

#define LINKER_TIMEOUT_NS 20000000000u
#define LIST_SIZE 32768 /* no more is kept of what a program says */
#define NAME_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.+-"

static int add(struct program_files *files, const char *name, const char *source, mode_t mode, struct error *err)
{
	struct program_file *file = &files->at[files->count];

	if (files->count == PROGRAM_FILES_MAX || strlen(name) >= sizeof(file->name) ||
	    strlen(source) >= sizeof(file->source) || name[strspn(name, NAME_LETTERS)])
		return error_host(err, "%s: cannot be taken along: too many libraries, or too long a name",
				  name);
	(void)snprintf(file->name, sizeof(file->name), "%s", name);
	(void)snprintf(file->source, sizeof(file->source), "%s", source);
	file->mode = mode;
	files->count++;
	return 0;
}

static void add_argument(struct program_files *files, const char *bytes, size_t length)
{
	files->arguments = alloc_grow(files->arguments, files->arguments_length + length, 1);
	(void)memcpy(files->arguments + files->arguments_length, bytes, length);
	files->arguments_length += length;
}

/* "NAME => PATH (ADDRESS)", as a dynamic linker lists what it would load; other lines are its own. */
static int add_libraries(struct program_files *files, char *list, struct error *err)
{
	int rc = 0;

	for (char *line; !rc && (line = strsep(&list, "\n"));) {
		char name[256], path[PATH_MAX];

		if (strstr(line, "not found"))
			return error_host(err, "a library of it is missing here:%s", line);
		if (sscanf(line, " %255s => %4095s (", name, path) == 2 && *path == '/')
			rc = add(files, name, path, 0644, err);
	}
	return rc;
}

static int add_dynamic(struct program_files *files, const char *path, const char *linker, struct error *err)
{
	static const char words[] = {'-', '-', 'l', 'i', 'b', 'r', 'a', 'r', 'y', '-', 'p', 'a', 't', 'h', '\0',
				     PROTOCOL_PROGRAM_BESIDE, '\0', PROTOCOL_PROGRAM_BESIDE};
	const char *const listing[] = {linker, "--list", path, NULL};
	const struct spawn_program program = {.arguments = listing, .timeout_ns = LINKER_TIMEOUT_NS};
	cleanup_free char *list = alloc_zero(1, LIST_SIZE);
	int rc = spawn_read(&program, list, LIST_SIZE, err);

	if (rc < 0 || strlen(list) + 1 >= LIST_SIZE)
		return error_host(err, "%s: its dynamic linker does not tell its libraries", path);
	rc = add(files, PROTOCOL_PROGRAM_FILE, linker, 0755, err);
	if (!rc)
		rc = add(files, PROTOCOL_PROGRAM_TOOL, path, 0755, err);
	if (!rc)
		rc = add_libraries(files, list, err);
	add_argument(files, words, sizeof(words));
	add_argument(files, PROTOCOL_PROGRAM_TOOL, sizeof(PROTOCOL_PROGRAM_TOOL));
	return rc;
}

static int add_tool(struct program_files *files, const char *name, struct error *err)
{
	const struct tool *tool = tool_find(name);
	cleanup_free char *path = program_find(name);
	char linker[PATH_MAX];

	if (!path)
		return error_host(err, "%s is not installed here; Debian: apt-get install %s", name,
				  tool ? tool->package : name);
	int rc = elf_check_program(path, linker, sizeof(linker), err);

	if (rc < 0)
		return rc;
	return *linker ? add_dynamic(files, path, linker, err)
		       : add(files, PROTOCOL_PROGRAM_FILE, path, 0755, err);
}

int program_files_find(const struct workload_choice *choice, struct program_files *ret_files, struct error *err)
{
	*ret_files = (struct program_files){0};
	int rc = choice->is_tool ? add_tool(ret_files, choice->program, err)
				 : add(ret_files, PROTOCOL_PROGRAM_FILE, choice->program, 0755, err);

	add_argument(ret_files, choice->arguments ? choice->arguments : "", choice->arguments_length);
	if (!rc && ret_files->arguments_length > PROTOCOL_PROGRAM_ARGUMENTS_MAX)
		rc = error_input(err, "workload.args: are too long");
	return rc < 0 ? rc : add(ret_files, PROTOCOL_PROGRAM_ARGUMENTS, "", 0644, err);
}

void program_files_release(struct program_files *files)
{
	free(files->arguments);
	files->arguments = NULL;
}
