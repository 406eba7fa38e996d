/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every read of /proc, /sys, /etc and /dev that says what this host is. Tests point it at a recorded tree;
 * what only a running kernel can tell (system calls, CPUID, timings) is asked only where hostfs_is_live().
 * What cannot be read is absent, never an error: other kernels have other files.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "harness/base/json.h"

/** From now on reads come from below the folder `root`; NULL: this host again. Not thread-safe. */
void hostfs_set_root(const char *root);
bool hostfs_is_live(void);

/** The path below the root, for free(). */
char *hostfs_path(const char *format, ...) __attribute__((format(printf, 1, 2)));
bool hostfs_exists(const char *format, ...) __attribute__((format(printf, 1, 2)));
/** The whole file, for free(); NULL: absent. */
char *hostfs_read(const char *format, ...) __attribute__((format(printf, 1, 2)));
/** The first line without white space around it; false and "" where absent. */
bool hostfs_line(char *text, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
/** The value of "key : value" in a file's text (cpuinfo, meminfo); false and "" where there is none. */
bool hostfs_field(const char *file, const char *key, char *text, size_t size);
/** The word in brackets of "always [madvise] never", in place; the text as it is where there are no brackets.
 */
void hostfs_choose(char *text);
/** True if `word` stands in `list` between white space or commas. */
bool hostfs_has_word(const char *list, const char *word);

enum hostfs_kind {
	HOSTFS_TEXT,   /**< the first line */
	HOSTFS_NUMBER, /**< the first line as a number */
	HOSTFS_CHOICE, /**< the word in brackets of "always [madvise] never" */
	HOSTFS_THERE,  /**< true if the path exists */
};

/** One value that is one file. */
struct hostfs_row {
	const char *key, *path;
	enum hostfs_kind kind;
};

/** Adds a key per row; null where the file is absent. The rows end with one without a key. */
void hostfs_add_rows(struct json *object, const struct hostfs_row *rows);
