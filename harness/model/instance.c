/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/model/instance.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

void instance_fail(struct instance *in, const char *format, ...)
{
	va_list args;

	if (__atomic_test_and_set(&in->failing, __ATOMIC_ACQ_REL))
		return;
	in->failure.code = -1;
	va_start(args, format);
	(void)vsnprintf(in->failure.text, sizeof(in->failure.text), format, args);
	va_end(args);
	__atomic_store_n(&in->failed, true, __ATOMIC_RELEASE);
	uint64_t one = 1;
	ssize_t put = write(in->failure_fd, &one, sizeof(one));

	(void)put; /* an eventfd takes a 1 unless it is full, and then the reader wakes all the same */
}

void costs_add_process(struct costs *costs, pid_t pid)
{
	if (pid > 0 && costs->process_count < COSTS_PROCESSES_MAX)
		costs->processes[costs->process_count++] = pid;
}

void costs_add_path(struct costs *costs, enum disk_row row, const char *path)
{
	if (costs->path_count == COSTS_PATHS_MAX)
		return;
	costs->paths[costs->path_count].row = row;
	(void)snprintf(costs->paths[costs->path_count].path, PATH_MAX, "%s", path);
	costs->path_count++;
}

bool costs_has_row(const struct costs *costs, enum disk_row row)
{
	for (size_t i = 0; i < costs->path_count; i++)
		if (costs->paths[i].row == row)
			return true;
	return false;
}
