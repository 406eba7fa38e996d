/* SPDX-License-Identifier: Apache-2.0 */
/* A command line as libvirt writes it for a shell: assignments, the program, its arguments. */
#pragma once

#include <stddef.h>

#include "harness/base/error.h"

struct command_line {
	char **words; /**< assignments first */
	size_t word_count, variable_count;
};

/** Takes the words apart: blanks, '\'' quotes and backslashes. -EINVAL: a quote stays open, or there is no program. */
int command_line_parse(const char *text, struct command_line *ret, struct error *err);
void command_line_free(struct command_line *line);
