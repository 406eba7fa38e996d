/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a helper program to its end: no shell, no input, a time limit, and what it said as part of the
 * error. For programs that make files beside the measuring (gnuplot); what is measured is started by the
 * keeper (start.h).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "harness/base/error.h"

struct spawn_program {
	const char *const *arguments; /**< ends with NULL; [0] is looked up in PATH unless it has a slash */
	const char *const *variables; /**< its whole environment, ends with NULL. NULL: the caller's */
	const char *folder;	      /**< where it runs; NULL: in the caller's folder */
	uint64_t timeout_ns;	      /**< it and its process group are killed when the time is over */
};

/**
 * Returns 0 when the program ended with status 0. -ENOENT: there is no such program (or folder);
 * -ETIMEDOUT: it was killed; -EIO: it ended otherwise, the error has the status and the last line of its
 * output.
 */
int spawn_run(const struct spawn_program *program, struct error *err);
/** The same, and what it wrote, or the end of that, into `said`; also where it failed. */
int spawn_read(const struct spawn_program *program, char *said, size_t size, struct error *err);
