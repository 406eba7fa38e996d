/* SPDX-License-Identifier: Apache-2.0 */
/* A run's folders and its instances' in cgroup v1 and v2: made, shared, removed. */
#include "tests/unit/cgroup-tree.h"

/* On v2 the run's folder is made in a tree whose files are ordinary ones: only what is missing gets enabled.
 */
static void v2_folder_is_made_and_removed(void **state)
{
	struct tree tree;
	struct kept kept;
	struct error err = {0};
	char enabled[32];

	(void)state;
	kept_begin(&kept);
	tree_make(&tree, false, true, "cpu memory pids\n");
	tree_put(&tree, "unified/tare/cgroup.subtree_control", "memory pids\n");
	tree_put(&tree, "unified/tare/tare-0123456789abcdef/cgroup.subtree_control", "\n");
	assert_int_equal(cgroup_open(&tree.cgroups, &kept.run, &err), 0);
	assert_true(tree.cgroups.at[0].fd >= 0);
	cleanup_free char *file = alloc_format("%s/unified/cgroup.subtree_control", tree.folder);
	assert_int_equal(file_read_line(file, enabled, sizeof(enabled), &err), 0);
	assert_non_null(strstr(enabled, "+pids"));
	assert_null(strstr(enabled, "+memory"));
	tree_remove(&tree);
	kept_end(&kept);
}

/* On v1 nothing is enabled, and there is one folder in each hierarchy; the last user takes them and "tare" away. */
static void v1_folders_are_made_and_removed(void **state)
{
	struct tree tree;
	struct kept kept;
	struct cgroups second;

	(void)state;
	kept_begin(&kept);
	tree_make(&tree, true, true, "\n");
	second = tree.cgroups;
	assert_int_equal(cgroup_open(&tree.cgroups, &kept.run, NULL), 0);
	assert_int_equal(cgroup_open(&second, &kept.run, NULL), 0);
	cgroup_close(&second);
	for (size_t i = 0; i < 2; i++) {
		cleanup_free char *path =
		    alloc_format("%s/%s/tare/tare-0123456789abcdef", tree.folder, tree.cgroups.at[i].name);

		assert_true(file_exists(path));
	}
	cgroup_close(&tree.cgroups);
	for (size_t i = 0; i < 2; i++) {
		cleanup_free char *path = alloc_format("%s/%s/tare", tree.folder, tree.cgroups.at[i].name);

		assert_false(file_exists(path));
	}
	tree_remove(&tree);
	kept_end(&kept);
}

/* An instance's own: removed where it is empty, in each hierarchy; a missing one is fine. */
static void instances_are_removed(bool v1)
{
	static const char *const names[] = {"memory", "pids"};
	struct tree tree;
	struct kept kept;

	kept_begin(&kept);
	tree_make(&tree, v1, true, v1 ? "\n" : "memory pids\n");
	tree_put(&tree, "unified/tare/cgroup.subtree_control", "memory pids\n");
	tree_put(&tree, "unified/tare/tare-0123456789abcdef/cgroup.subtree_control", "memory pids\n");
	assert_int_equal(cgroup_open(&tree.cgroups, &kept.run, NULL), 0);
	for (size_t i = 0; i < tree.cgroups.count; i++) {
		cleanup_free char *path = alloc_format("%s/tare-0123456789abcdef-7", tree.cgroups.at[i].folder);

		assert_int_equal(file_make_dirs(path, 0755, NULL), 0);
	}
	assert_int_equal(cgroup_remove(&tree.cgroups, "tare-0123456789abcdef-7", NULL), 0);
	for (size_t i = 0; i < tree.cgroups.count; i++) {
		cleanup_free char *path = alloc_format("%s/tare-0123456789abcdef-7", tree.cgroups.at[i].folder);

		assert_false(file_exists(path));
		assert_true(cgroup_has(&tree.cgroups, names[i]));
	}
	assert_int_equal(cgroup_remove(&tree.cgroups, "tare-0123456789abcdef-7", NULL), 0);
	assert_null(cgroup_missing(&tree.cgroups));
	tree_remove(&tree);
	kept_end(&kept);
}

static void v1_instances_are_removed(void **state)
{
	(void)state;
	instances_are_removed(true);
}

static void v2_instances_are_removed(void **state)
{
	(void)state;
	instances_are_removed(false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(v2_folder_is_made_and_removed),
		cmocka_unit_test(v1_folders_are_made_and_removed),
		cmocka_unit_test(v1_instances_are_removed),
		cmocka_unit_test(v2_instances_are_removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
