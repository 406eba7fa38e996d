/* SPDX-License-Identifier: Apache-2.0 */
/* Unpacks a host of tests/data/host into a folder and points hostfs at it. Include after cmocka.h. */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/host/hostfs.h"

static char host_tree_folder[64];

static inline void host_tree_put(const char *path, const char *text, size_t length)
{
	cleanup_free char *full = alloc_format("%s%s", host_tree_folder, path);
	struct error err = {0};
	char *slash = strrchr(full, '/');

	*slash = '\0';
	assert_int_equal(file_make_dirs(full, 0700, &err), 0);
	*slash = '/';
	FILE *file = fopen(full, "we"); /* not file_write(): nobody needs these on disk */

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
}

/* The lines after each "==> PATH <==" up to the next are that file. */
static inline void host_tree_open(const char *name)
{
	cleanup_free char *path = alloc_format("tests/data/host/%s.txt", name);
	struct error err = {0};
	cleanup_free char *text = file_read(path, NULL, &err);

	assert_string_equal(err.text, "");
	(void)snprintf(host_tree_folder, sizeof(host_tree_folder), "/tmp/tare-host-tree.XXXXXX");
	assert_non_null(mkdtemp(host_tree_folder));
	for (char *at = text; at && *at;) {
		char *body = strchr(at, '\n');

		assert_memory_equal(at, "==> ", 4);
		assert_non_null(body);
		assert_memory_equal(body - 4, " <==", 4);
		body[-4] = '\0';
		char *next = strstr(++body, "==> ");
		size_t length = next ? (size_t)(next - body) : strlen(body);

		host_tree_put(at + 4, body, length);
		at = next;
	}
	hostfs_set_root(host_tree_folder);
}

static inline void host_tree_close(void)
{
	hostfs_set_root(NULL);
	assert_int_equal(file_remove_tree(host_tree_folder, NULL), 0);
}
