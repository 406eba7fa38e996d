/* SPDX-License-Identifier: Apache-2.0 */
#include "runtimes/program.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/file.h"
#include "harness/base/spawn.h"

#define VERSION_TIMEOUT_NS 5000000000u

char *program_search(const char *folders, const char *name)
{
	while (folders && *folders) {
		size_t length = strcspn(folders, ":");
		char *path = alloc_format("%.*s/%s", (int)length, folders, name);

		if (file_exists(path))
			return path;
		free(path);
		folders += length + (folders[length] == ':');
	}
	return NULL;
}

char *program_find(const char *name)
{
	char *path = program_search(getenv("PATH"), name);

	return path ? path : program_search("/usr/local/sbin:/usr/sbin:/sbin", name);
}

void program_version(const char *path, char *version, size_t size)
{
	const char *const arguments[] = {path, "--version", NULL};
	struct spawn_program program = {.arguments = arguments, .timeout_ns = VERSION_TIMEOUT_NS};

	if (spawn_read(&program, version, size, NULL) < 0)
		version[0] = '\0';
	version[strcspn(version, "\n")] = '\0';
}
