/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/base/program.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/base/spawn.h"

#define VERSION_TIMEOUT_NS 5000000000u
#define PROGRAM_WORDS_MAX 240
#define PATH_VARIABLE "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

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

static int describe(const char *const *words, struct start_program *program, struct error *err)
{
	size_t used = 0;
	int rc = start_program_add(program, &used, words[0], err);

	for (; !rc && words[program->argument_count]; program->argument_count++)
		rc = start_program_add(program, &used, words[program->argument_count], err);
	program->variable_count = 1;
	return rc ? rc : start_program_add(program, &used, PATH_VARIABLE, err);
}

int program_launch(struct start_client *keeper, const char *const *words, int said,
		   struct started *ret_started, struct error *err)
{
	struct start_program program = {0};
	int rc = describe(words, &program, err);

	return rc ? rc : start_program(keeper, &program, said, ret_started, err);
}

int program_said(void)
{
	return memfd_create("tare-said", MFD_CLOEXEC);
}

int program_judge(int status, int said, struct error *err)
{
	char words[PROGRAM_WORDS_MAX] = "";
	ssize_t got = said >= 0 ? pread(said, words, sizeof(words) - 1, 0) : 0;

	if (!status)
		return 0;
	words[got > 0 ? got : 0] = '\0';
	char *first = words + strspn(words, "\r\n ");

	first[strcspn(first, "\r\n")] = '\0';
	return error_set(err, -EIO, "it ended with %s %d%s%s", WIFSIGNALED(status) ? "signal" : "status",
			 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), *first ? ": " : "",
			 first);
}

int program_run(struct start_client *keeper, const char *const *words, uint64_t deadline_ns, struct error *err)
{
	cleanup_close int said = program_said();
	struct started started = {.pidfd = -1};
	struct exited exited = {0};
	int rc = program_launch(keeper, words, said, &started, err);
	cleanup_close int pidfd = started.pidfd;

	if (!rc)
		rc = start_await_exit(keeper, started.pid, deadline_ns, &exited, err);
	return rc ? rc : program_judge(exited.status, said, err);
}
