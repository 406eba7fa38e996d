/* SPDX-License-Identifier: Apache-2.0 */
/* Of what files a program consists that is a workload, as they lie beside the payload in every root tree. */
#pragma once

#include <limits.h>
#include <stddef.h>
#include <sys/types.h>

#include "harness/model/scenario.h"

#define PROGRAM_FILES_MAX 128

struct program_file {
	char name[96];	       /**< beside the payload; letters, digits and "_.+-" */
	char source[PATH_MAX]; /**< on this host; "": the arguments, which are made */
	mode_t mode;
};

struct program_files {
	struct program_file at[PROGRAM_FILES_MAX];
	size_t count;
	char *arguments; /**< each with its terminator */
	size_t arguments_length;
};

/**
 * A user's static program is one file and its arguments. A tool of this host is started by its own dynamic linker, so
 * that it takes the libraries that lie beside it, the same bytes in every box. error_host(): the tool is not installed,
 * or its linker does not tell what it needs.
 */
int program_files_find(const struct workload_choice *choice, struct program_files *ret_files, struct error *err);
void program_files_release(struct program_files *files);
