/* SPDX-License-Identifier: Apache-2.0 */
/* One call of an OCI runtime's program, started by the keeper as the container's shim would start it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/clock.h"
#include "harness/base/file.h"
#include "runtimes/oci.h"

#define CALL_TIMEOUT_NS 20000000000u
#define CALL_PATH "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* The last line of the runtime's log, without its end; for free(). */
static char *log_last(const char *path)
{
	cleanup_free char *text = file_read(path, NULL, NULL);

	if (!text)
		return alloc_text("it wrote no log");
	for (size_t length = strlen(text); length && text[length - 1] == '\n'; length--)
		text[length - 1] = '\0';
	const char *line = strrchr(text, '\n');

	return alloc_text(line ? line + 1 : text);
}

static int call_describe(const struct instance *in, const char *log, const char *const *arguments,
			 struct start_program *program, struct error *err)
{
	const struct oci *oci = in->subject->state;
	const char *const fixed[] = {oci->program, oci->program, "--root", oci->states, "--log", log, NULL};
	size_t used = 0;

	for (size_t i = 0; fixed[i]; i++)
		if (start_program_add(program, &used, fixed[i], err) < 0)
			return -E2BIG;
	program->argument_count = 5;
	for (; *arguments; arguments++, program->argument_count++)
		if (start_program_add(program, &used, *arguments, err) < 0)
			return -E2BIG;
	program->variable_count = 1;
	return start_program_add(program, &used, CALL_PATH, err);
}

static uint64_t spawn_stamp(const struct started *started)
{
	for (uint32_t i = 0; i < started->stamp_count; i++)
		if (started->stamps[i].stage == BOX_STAGE_CLONE_CALL)
			return started->stamps[i].t_ns;
	return 0;
}

int oci_call(const struct instance *in, const char *const *arguments, struct oci_call *ret_call, struct error *err)
{
	cleanup_free char *log = alloc_format("%s/%s.log", in->run->private_folder, in->name);
	struct start_program program = {0};
	struct started started = {.pidfd = -1};
	struct exited exited;
	int rc = call_describe(in, log, arguments, &program, err);

	if (!rc)
		rc = start_program(in->run->keeper, &program, -1, &started, err);
	cleanup_close int pidfd = started.pidfd;

	if (rc < 0)
		return rc;
	rc = start_await_exit(in->run->keeper, started.pid, clock_now_ns() + CALL_TIMEOUT_NS, &exited, err);
	if (rc < 0)
		return error_wrap(err, rc, "%s %s", in->subject->runtime->name, arguments[0]);
	if (ret_call)
		*ret_call = (struct oci_call){.spawn_ns = spawn_stamp(&started), .exit_ns = exited.t_ns};
	if (!exited.status)
		return 0;
	cleanup_free char *said = log_last(log);

	return error_set(err, -EIO, "%s %s: %s %d: %s", in->subject->runtime->name, arguments[0],
			 WIFSIGNALED(exited.status) ? "killed by signal" : "exit status",
			 WIFSIGNALED(exited.status) ? WTERMSIG(exited.status) : WEXITSTATUS(exited.status), said);
}
