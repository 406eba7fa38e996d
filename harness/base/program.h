/* SPDX-License-Identifier: Apache-2.0 */
/* Programs and files of others: where they are on this host, what they say of their version, and one that is run. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "harness/base/error.h"
#include "harness/base/start.h"

/** `name` in the first of the folders (separated by ':'; NULL is fine) that has it, for free(). NULL: in none. */
char *program_search(const char *folders, const char *name);
/** A program in PATH, or in the folders of administrators' programs, for free(). NULL: not installed. */
char *program_find(const char *name);
/** The first line of what "PATH --version" says; "" where it says nothing or fails. */
void program_version(const char *path, char *version, size_t size);
/** Starts one through the keeper; words[0] is its path, NULL ends them, PATH is its only variable. `said`
 * gets its standard error; -1: nobody does. */
int program_launch(struct start_client *keeper, const char *const *words, int said,
		   struct started *ret_started, struct error *err);
/** A file in memory for what a program says on its standard error; the caller closes it. -1: none, and so no
 * words. */
int program_said(void);
/** How a program ended, by its wait status: 0, or -EIO with the status or signal and the first line of what
 * it said. */
int program_judge(int status, int said, struct error *err);
/**
 * Starts one through the keeper and waits for its end.
 * -EIO as program_judge(). -ETIMEDOUT: not before the instant. The text does not name it.
 */
int program_run(struct start_client *keeper, const char *const *words, uint64_t deadline_ns, struct error *err);
