/* SPDX-License-Identifier: Apache-2.0 */
/* What files take of a disk: every inode once, every block once. Reflinks are tested on a file system that has them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/measure/disk.h"
#include "harness/measure/extents.h"
#include "harness/model/sample.h"

#define FILE_BYTES (1 << 20)

static void put(const char *folder, const char *name, size_t bytes)
{
	cleanup_free char *path = alloc_format("%s/%s", folder, name);
	cleanup_free char *data = alloc_zero(1, bytes);

	(void)memset(data, 'x', bytes);
	assert_int_equal(file_write(path, data, bytes, NULL), 0);
}

static char *make_tree(const char *place)
{
	char *folder = alloc_format("%s/test-extents-XXXXXX", place);

	assert_non_null(mkdtemp(folder));
	put(folder, "one", FILE_BYTES);
	put(folder, "two", FILE_BYTES);
	cleanup_free char *from = alloc_format("%s/one", folder), *to = alloc_format("%s/linked", folder);

	assert_int_equal(link(from, to), 0);
	disk_sync(folder);
	return folder;
}

static void a_file_with_two_names_is_one(void **state)
{
	cleanup_free char *folder = make_tree(".");
	struct extents extents = {0};
	struct extents_usage usage = {0};

	(void)state;
	assert_int_equal(extents_add(&extents, folder, &usage), 0);
	assert_int_equal(usage.files, 4); /* with the folder */
	assert_true(usage.allocated >= 2 * FILE_BYTES && usage.allocated < 3 * FILE_BYTES);
	assert_int_equal(usage.unique, usage.allocated);
	extents_release(&extents);
	assert_int_equal(file_remove_tree(folder, NULL), 0);
}

static void what_two_paths_lead_to_is_one(void **state)
{
	cleanup_free char *folder = make_tree("."), *one = alloc_format("%s/one", folder);
	struct extents extents = {0};
	struct extents_usage first = {0}, again = {0};

	(void)state;
	assert_int_equal(extents_add(&extents, one, &first), 0);
	assert_int_equal(extents_add(&extents, one, &again), 0);
	assert_true(first.unique >= FILE_BYTES);
	assert_int_equal(again.unique, 0);
	assert_int_equal(again.allocated, 0);
	assert_int_equal(extents_add(&extents, folder, &again), 0);
	assert_true(again.unique >= FILE_BYTES && again.unique < 2 * FILE_BYTES);
	extents_release(&extents);
	assert_int_equal(file_remove_tree(folder, NULL), 0);
}

static void a_hole_takes_nothing(void **state)
{
	char path[] = "./test-extents-hole-XXXXXX";
	cleanup_close int fd = mkstemp(path);
	struct extents extents = {0};
	struct extents_usage usage = {0};

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 1 << 30), 0);
	assert_int_equal(pwrite(fd, "x", 1, 1 << 29), 1);
	assert_int_equal(fsync(fd), 0);
	assert_int_equal(extents_add(&extents, path, &usage), 0);
	assert_int_equal(usage.apparent, 1 << 30);
	assert_true(usage.unique > 0 && usage.unique <= 65536);
	extents_release(&extents);
	(void)unlink(path);
}

/* tmpfs has no extents to tell of: then the inodes must do. */
static void without_extents_inodes_count(void **state)
{
	cleanup_free char *folder = make_tree("/dev/shm");
	struct extents extents = {0};
	struct extents_usage usage = {0};

	(void)state;
	assert_int_equal(extents_add(&extents, folder, &usage), 0);
	assert_true(usage.shared == UNKNOWN);
	assert_int_equal(usage.allocated, 2 * FILE_BYTES);
	assert_int_equal(usage.unique, usage.allocated);
	assert_int_equal(extents.count, 0);
	extents_release(&extents);
	assert_int_equal(file_remove_tree(folder, NULL), 0);
}

static void what_is_not_there_takes_nothing(void **state)
{
	struct extents extents = {0};
	struct extents_usage usage = {0};

	(void)state;
	assert_int_equal(extents_add(&extents, "/nowhere/at/all", &usage), 0);
	assert_int_equal(usage.files, 0);
	extents_release(&extents);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_with_two_names_is_one), cmocka_unit_test(what_two_paths_lead_to_is_one),
		cmocka_unit_test(a_hole_takes_nothing),		cmocka_unit_test(without_extents_inodes_count),
		cmocka_unit_test(what_is_not_there_takes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
