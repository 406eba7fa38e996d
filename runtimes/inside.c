/* SPDX-License-Identifier: Apache-2.0 */
#include "runtimes/inside.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "harness/base/cleanup.h"
#include "harness/base/start.h"
#include "harness/model/protocol.h"
#include "harness/model/subject.h"
#include "runtimes/program.h"

#define PATH_VARIABLE "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static int describe(const char *const *arguments, struct start_program *program, struct error *err)
{
	size_t used = 0;
	int rc = start_program_add(program, &used, arguments[0], err);

	for (size_t i = 0; !rc && arguments[i]; i++, program->argument_count++)
		rc = start_program_add(program, &used, arguments[i], err);
	program->variable_count = 1;
	return rc ? rc : start_program_add(program, &used, PATH_VARIABLE, err);
}

int inside_run(const struct instance *in, const char *const *arguments, struct error *err)
{
	struct start_program program = {0};
	struct started started = {.pidfd = -1};
	struct exited exited;
	int rc = describe(arguments, &program, err);

	if (!rc)
		rc = start_program(in->run->keeper, &program, &started, err);
	cleanup_close int pidfd = started.pidfd;

	if (!rc)
		rc = start_await_exit(in->run->keeper, started.pid, in->deadline_ns, &exited, err);
	if (rc < 0)
		return error_wrap(err, rc, "%s", arguments[0]);
	return exited.status ? error_set(err, -EIO, "%s: wait status %d", arguments[0], exited.status) : 0;
}

int inside_enter(struct instance *in, struct error *err)
{
	cleanup_free char *program = program_find("nsenter");
	char target[32];
	const char *const arguments[] = {program, "--target", target, "--all", "--root",
					 PROTOCOL_PAYLOAD_PATH, PROTOCOL_ARGUMENT_TRUE, NULL};

	if (!program)
		return error_host(err, "nsenter is not installed");
	(void)snprintf(target, sizeof(target), "%d", (int)in->pid);
	return inside_run(in, arguments, err);
}
