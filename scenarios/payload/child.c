/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/payload/child.h"

#include <errno.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/model/protocol.h"
#include "scenarios/payload/channel.h"
#include "scenarios/payload/syscall.h"

char *child_program(void)
{
	static char path[1024];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);
	static char fallback[] = PROTOCOL_PAYLOAD_PATH;

	path[length > 0 ? length : 0] = '\0';
	return length > 0 && !access(path, X_OK) ? path : fallback;
}

int child_run(char *program)
{
	static char argument[] = PROTOCOL_ARGUMENT_TRUE;
	char *arguments[] = {program, argument, NULL}, *environment[] = {NULL};
	int status;
	pid_t child = fork();

	if (child < 0)
		return -errno;
	if (!child) {
		execve(program, arguments, environment);
		_exit(127);
	}
	if (waitpid(child, &status, 0) != child)
		return -errno;
	return status != 0;
}

int child_command(void)
{
	char *program = child_program();
	uint64_t begin_ns = syscall_clock_ns(CLOCK_MONOTONIC);
	int rc = child_run(program);
	uint64_t end_ns = syscall_clock_ns(CLOCK_MONOTONIC);

	if (rc)
		return channel_answer(PROTOCOL_FACT_ERROR, (uint64_t)(rc < 0 ? -rc : ENOEXEC));
	return channel_answer(PROTOCOL_FACT_EXEC_NS, end_ns - begin_ns);
}
