/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs of others that are workloads where the user has them: started with the user's arguments, for a fixed amount
 * of work that these name. Of what they say only the numbers of this table are taken.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define TOOL_NAMES "fio or sysbench"

/** The number behind a text; a k or an M behind it counts. */
struct tool_number {
	const char *after;
	const char *name, *unit; /**< as a program of the user's would say it */
};

struct tool {
	const char *name, *package; /**< in PATH; Debian's */
	struct tool_number numbers[4]; /**< the rest without `after`; what is not there is not missed */
};

/** NULL: none of that name. */
const struct tool *tool_find(const char *name);
/** Whether the line has the number, which is then in *ret_value. */
bool tool_number_in(const struct tool_number *number, const char *line, double *ret_value);
