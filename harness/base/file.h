/* SPDX-License-Identifier: Apache-2.0 */
/* Files and folders: whole reads, writes that are all or nothing, trees that come and go. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "harness/base/error.h"

/** The whole file as a string for free() (with a terminator that `ret_length`, if given, does not count).
 * NULL: error. */
char *file_read(const char *path, size_t *ret_length, struct error *err);
/** The first line without its end in `text`; also right for /proc and /sys. */
int file_read_line(const char *path, char *text, size_t size, struct error *err);
/** A decimal number, alone in the file or before white space. */
int file_read_u64(const char *path, uint64_t *ret_value, struct error *err);
/** The number behind "key" in a file of "key value" or "key: value" lines (meminfo, memory.stat, smaps_rollup). */
int file_read_field(const char *path, const char *key, uint64_t *ret_value, struct error *err);
/** The same in a text that is in memory; false: no such key. */
bool file_text_field(const char *text, const char *key, uint64_t *ret_value);
/** Writes to a file that is there already (/proc, /sys, cgroup files), in one write(2). */
int file_put(const char *path, const char *text, struct error *err);
/** Replaces the file as a whole: temporary file, fsync, rename, fsync of the folder. */
int file_write(const char *path, const void *bytes, size_t length, struct error *err);
/** mkdir -p; an existing folder is fine. */
int file_make_dirs(const char *path, mode_t mode, struct error *err);
/** rm -rf that follows no link and enters no mount; a missing path is fine. */
int file_remove_tree(const char *path, struct error *err);
/** A byte for byte copy (reflink or in-kernel copy where the file system can). */
int file_copy(const char *from, const char *to, struct error *err);
bool file_exists(const char *path);

/** Called for each entry, for folders after what is in them; below 0: the walk ends with that. */
typedef int (*file_visit)(int folder, const char *name, const struct stat *st, void *data);
/** Visits a file, or a tree and all in it; follows no link, enters no mount. A missing path is fine. Negative errno. */
int file_walk(const char *path, file_visit visit, void *data);

/** What a tree takes (method R3.1): every inode once, no mount entered. */
struct file_usage {
	uint64_t apparent_bytes, allocated_bytes;
	uint64_t files, inodes;
};
int file_usage(const char *path, struct file_usage *ret_usage, struct error *err);
