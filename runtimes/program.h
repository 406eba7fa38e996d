/* SPDX-License-Identifier: Apache-2.0 */
/* Programs and files of others: where they are on this host, and what they say of their version. */
#pragma once

#include <stddef.h>

/** `name` in the first of the folders (separated by ':'; NULL is fine) that has it, for free(). NULL: in none. */
char *program_search(const char *folders, const char *name);
/** A program in PATH, or in the folders of administrators' programs, for free(). NULL: not installed. */
char *program_find(const char *name);
/** The first line of what "PATH --version" says; "" where it says nothing or fails. */
void program_version(const char *path, char *version, size_t size);
