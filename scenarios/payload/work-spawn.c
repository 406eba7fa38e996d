/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fork, execve and wait (lmbench's lat_proc): page tables, the look-up in the root file system, a new address space.
 * What is executed is the payload itself, which ends at once when it is told to. One operation is one such process.
 */
#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scenarios/payload/work.h"

static char *find_program(void)
{
	static char path[256];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);
	static char fallback[] = PROTOCOL_PAYLOAD_PATH;

	path[length > 0 ? length : 0] = '\0';
	return length > 0 && !access(path, X_OK) ? path : fallback;
}

static int prepare(struct work *work)
{
	work->state = find_program();
	return 0;
}

static int run(struct work *work)
{
	static char argument[] = PROTOCOL_ARGUMENT_TRUE;
	char *program = work->state, *arguments[] = {program, argument, NULL}, *environment[] = {NULL};
	int status;

	work->checksum = 0;
	for (uint64_t i = 0; i < work->count; i++) {
		pid_t child = fork();

		if (child < 0)
			return work_failed(work, "fork");
		if (!child) {
			execve(program, arguments, environment);
			_exit(127);
		}
		if (waitpid(child, &status, 0) != child)
			return work_failed(work, "wait");
		work->checksum += status == 0;
	}
	work->expected = work->count;
	return 0;
}

const struct work_kind work_spawn = {"spawn", prepare, NULL, run, NULL};
