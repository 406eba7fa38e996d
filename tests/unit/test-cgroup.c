/* SPDX-License-Identifier: Apache-2.0 */
/* Where cgroups are found and what a box is told about them, on recorded trees of v1, v2 and hybrid hosts. */
#include <fcntl.h>
#include <sys/stat.h>

#include "runtimes/box-text.h"
#include "tests/unit/cgroup-tree.h"

static void v1_has_one_group_for_each_controller(void **state)
{
	static struct box box;
	const struct limits limits = {.memory_bytes = 268435456, .pids_count = 64};
	struct tree tree;

	(void)state;
	tree_make(&tree, true, true, "\n");
	assert_int_equal(tree.cgroups.count, 2);
	assert_string_equal(tree.cgroups.at[0].name, "memory");
	assert_string_equal(tree.cgroups.at[1].name, "pids");
	box_init(&box);
	cgroup_describe(&tree.cgroups, &limits, &box, 5);
	assert_int_equal(box.cgroup_count, 2);
	assert_int_equal(box.cgroups[0].parent, 5);
	assert_int_equal(box.cgroups[1].parent, 6);
	assert_int_equal(box.cgroups[0].join_clone, 0);
	assert_string_equal(box.text + box.cgroup_files[0].name, "memory.limit_in_bytes");
	assert_string_equal(box.text + box.cgroup_files[0].value, "268435456");
	assert_string_equal(box.text + box.cgroup_files[1].name, "pids.max");
	tree_remove(&tree);
}

static void v2_has_one_group(void **state)
{
	static struct box box;
	const struct limits limits = {.memory_bytes = 268435456, .pids_count = 64};
	struct tree tree;

	(void)state;
	tree_make(&tree, false, true, "cpuset cpu io memory hugetlb pids\n");
	assert_int_equal(tree.cgroups.count, 1);
	assert_string_equal(tree.cgroups.at[0].name, CGROUP_UNIFIED);
	box_init(&box);
	cgroup_describe(&tree.cgroups, &limits, &box, 5);
	assert_int_equal(box.cgroup_count, 1);
	assert_int_equal(box.cgroups[0].join_clone, 1);
	assert_int_equal(box.cgroups[0].file_count, 2);
	assert_string_equal(box.text + box.cgroup_files[0].name, "memory.max");
	assert_string_equal(box.text + box.cgroup_files[1].value, "64");
	tree_remove(&tree);
}

static void v2_with_controllers_wins(void **state)
{
	struct tree tree;

	(void)state;
	tree_make(&tree, true, true, "cpu pids\n");
	assert_int_equal(tree.cgroups.count, 1);
	assert_false(tree.cgroups.at[0].memory);
	assert_true(tree.cgroups.at[0].pids);
	tree_remove(&tree);
}

static void no_limit_writes_no_file(void **state)
{
	static struct box box;
	const struct limits limits = {0};
	struct tree tree;

	(void)state;
	tree_make(&tree, true, false, "");
	box_init(&box);
	cgroup_describe(&tree.cgroups, &limits, &box, 5);
	assert_int_equal(box.cgroup_count, 2);
	assert_int_equal(box.cgroup_file_count, 0);
	tree_remove(&tree);
}

static void host_without_cgroups_has_none(void **state)
{
	struct tree tree;

	(void)state;
	tree_make(&tree, false, false, "");
	tree_put(&tree, "mountinfo", "27 1 254:0 / / rw - ext4 /dev/vda rw\nnonsense\n\n");
	assert_int_equal(cgroup_find(&tree.cgroups, tree.mountinfo, NULL, NULL), 0);
	assert_int_equal(tree.cgroups.count, 0);
	tree_remove(&tree);
}

/* What the report says of each. */
static void facts_name_the_version(void **state)
{
	struct tree tree;

	(void)state;
	for (int version = 1; version <= 2; version++) {
		tree_make(&tree, version == 1, true, version == 1 ? "\n" : "cpu memory pids\n");
		struct json *facts = cgroup_facts(&tree.cgroups);

		assert_int_equal(json_get_int(facts, "version", 0), version);
		assert_string_equal(json_get_text(facts, "join", ""), version == 1 ? "write" : "clone");
		json_free(facts);
		tree_remove(&tree);
	}
}

#define SLICE "unified/user.slice/user-1000.slice"
#define SERVICE SLICE "/user@1000.service"
#define SCOPE SERVICE "/app.slice/run-7.scope"

/* A folder of a v2 tree with its files; `procs` is what it holds, `own` whether an ordinary user may write there. */
static void tree_put_group(const struct tree *tree, const char *name, const char *procs, bool own)
{
	static const char *const files[] = {"cgroup.controllers", "cgroup.procs", "cgroup.subtree_control"};
	const char *texts[] = {"cpu memory pids\n", procs, "memory pids\n"};
	cleanup_free char *folder = alloc_format("%s/%s", tree->folder, name);

	for (size_t i = 0; i < 3; i++) {
		cleanup_free char *path = alloc_format("%s/%s", name, files[i]);
		cleanup_free char *whole = alloc_format("%s/%s", tree->folder, path);

		tree_put(tree, path, texts[i]);
		assert_int_equal(chmod(whole, own ? 0666 : 0444), 0);
	}
	assert_int_equal(chmod(folder, own ? 0777 : 0755), 0); /* its files decide where the user owns it all */
}

/* What an ordinary user with this /proc/self/cgroup finds in the tree. */
static void user_find(struct tree *tree, const char *membership)
{
	cleanup_free char *path = alloc_format("%s/membership", tree->folder);

	tree_put(tree, "membership", membership);
	assert_int_equal(chmod(tree->folder, 0755), 0);
	bool root = geteuid() == 0;

	if (root)
		assert_int_equal(seteuid(65534), 0);
	int rc = cgroup_find(&tree->cgroups, tree->mountinfo, path, NULL);

	if (root)
		assert_int_equal(seteuid(0), 0);
	assert_int_equal(rc, 0);
}

static void user_tree_make(struct tree *tree)
{
	tree_make(tree, false, true, "cpu memory pids\n");
	tree_put_group(tree, SLICE, "", false);
	tree_put_group(tree, SERVICE, "", true);
	tree_put_group(tree, SERVICE "/app.slice", "", true);
	tree_put_group(tree, SCOPE, "812\n", true);
	tree_put_group(tree, SLICE "/session-3.scope", "900\n", false);
}

/* systemd-run --user --scope: the scope itself holds processes, so the folder above it is the one. */
static void user_gets_what_is_delegated(void **state)
{
	struct tree tree;

	(void)state;
	user_tree_make(&tree);
	user_find(&tree, "0::/user.slice/user-1000.slice/user@1000.service/app.slice/run-7.scope\n");
	cleanup_free char *folder = alloc_format("%s/" SERVICE "/app.slice", tree.folder);
	assert_int_equal(tree.cgroups.count, 1);
	assert_string_equal(tree.cgroups.at[0].mount, folder);
	assert_true(tree.cgroups.at[0].memory && tree.cgroups.at[0].pids);
	assert_null(cgroup_missing(&tree.cgroups));
	tree_remove(&tree);
}

/* A login over ssh: its scope is root's, and nobody may move his processes from there. */
static void user_outside_gets_nothing(void **state)
{
	struct tree tree;

	(void)state;
	user_tree_make(&tree);
	user_find(&tree, "0::/user.slice/user-1000.slice/session-3.scope\n");
	assert_int_equal(tree.cgroups.count, 0);
	assert_string_equal(cgroup_missing(&tree.cgroups), "memory and pids");
	assert_non_null(strstr(cgroup_reason(&tree.cgroups), "delegated"));
	assert_non_null(strstr(cgroup_remedy(&tree.cgroups), "systemd-run --user --scope"));
	user_find(&tree, "1:name=systemd:/user.slice\n");
	assert_int_equal(tree.cgroups.count, 0);
	tree_remove(&tree);
}

static void user_gets_no_v1(void **state)
{
	struct tree tree;

	(void)state;
	tree_make(&tree, true, true, "\n");
	static const char *const names[] = {"memory", "pids"};

	for (size_t i = 0; i < 2; i++) {
		cleanup_free char *path = alloc_format("%s/%s", tree.folder, names[i]);

		assert_int_equal(chmod(path, 0555), 0);
	}
	user_find(&tree, "4:memory:/\n3:pids:/\n0::/\n");
	assert_int_equal(tree.cgroups.count, 0);
	assert_non_null(strstr(cgroup_reason(&tree.cgroups), "v1"));
	for (size_t i = 0; i < 2; i++) {
		cleanup_free char *path = alloc_format("%s/%s", tree.folder, names[i]);

		assert_int_equal(chmod(path, 0755), 0);
	}
	tree_remove(&tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(v1_has_one_group_for_each_controller),
	    cmocka_unit_test(v2_has_one_group),
	    cmocka_unit_test(v2_with_controllers_wins),
	    cmocka_unit_test(no_limit_writes_no_file),
	    cmocka_unit_test(host_without_cgroups_has_none),
	    cmocka_unit_test(facts_name_the_version),
	    cmocka_unit_test(user_gets_what_is_delegated),
	    cmocka_unit_test(user_outside_gets_nothing),
	    cmocka_unit_test(user_gets_no_v1),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
