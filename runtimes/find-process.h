/* SPDX-License-Identifier: Apache-2.0 */
/* Processes of engines, found by the program that they run. */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

/** The file that a process runs, "" where that cannot be read. */
void process_program(pid_t pid, char path[PATH_MAX]);
/** Is that file called `name`, in whatever folder? */
bool process_runs(pid_t pid, const char *name);
/** 0: there is no such process. */
pid_t process_parent(pid_t pid);
/** A process that runs `name`: a child of `parent` rather than any; 0: none. */
pid_t process_find(const char *name, pid_t parent);
