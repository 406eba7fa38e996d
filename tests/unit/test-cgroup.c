/* SPDX-License-Identifier: Apache-2.0 */
/* Where cgroups are found and what a box is told about them, on recorded trees of v1, v2 and hybrid hosts. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <pthread.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/base/packet.h"
#include "runtimes/box-text.h"
#include "runtimes/cgroup.h"

#define V1_LINES                                                                                             \
	"27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard\n"                                            \
	"31 23 0:28 / %1$s rw,relatime - tmpfs tmpfs rw,mode=755\n"                                          \
	"32 31 0:29 / %1$s/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct\n"                         \
	"35 31 0:32 / %1$s/memory rw,relatime shared:9 - cgroup cgroup rw,memory\n"                          \
	"39 31 0:36 / %1$s/pids rw,relatime - cgroup cgroup rw,pids\n"                                       \
	"40 31 0:37 / %1$s/systemd rw,relatime - cgroup cgroup rw,name=systemd\n"

#define V2_LINE "41 31 0:38 / %1$s/unified rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"

/* A recorded world: a folder with a mountinfo file and the trees that it names. */
struct tree {
	char folder[64];
	char mountinfo[128];
	struct cgroups cgroups;
};

static void tree_put(const struct tree *tree, const char *name, const char *text)
{
	cleanup_free char *path = alloc_format("%s/%s", tree->folder, name);
	cleanup_free char *folder = alloc_text(path);

	*strrchr(folder, '/') = '\0';
	assert_int_equal(file_make_dirs(folder, 0755, NULL), 0);
	assert_int_equal(file_write(path, text, strlen(text), NULL), 0);
}

static void tree_make(struct tree *tree, bool v1, bool v2, const char *controllers)
{
	char template[] = "/tmp/tare-test.XXXXXX";

	/* the lines name the folder, which has to be known first */
	assert_non_null(mkdtemp(template));
	cleanup_free char *one = alloc_format(V1_LINES, template);
	cleanup_free char *two = alloc_format(V2_LINE, template);
	cleanup_free char *text = alloc_format("%s%s", v1 ? one : "", v2 ? two : "");

	(void)memset(tree, 0, sizeof(*tree));
	(void)snprintf(tree->folder, sizeof(tree->folder), "%s", template);
	(void)snprintf(tree->mountinfo, sizeof(tree->mountinfo), "%s/mountinfo", template);
	tree_put(tree, "mountinfo", text);
	tree_put(tree, "unified/cgroup.controllers", controllers);
	tree_put(tree, "unified/cgroup.subtree_control", "cpu memory\n");
	tree_put(tree, "memory/tasks", "");
	tree_put(tree, "pids/tasks", "");
	assert_int_equal(cgroup_find(&tree->cgroups, tree->mountinfo, NULL, NULL), 0);
}

static void tree_remove(struct tree *tree)
{
	cgroup_close(&tree->cgroups);
	assert_int_equal(file_remove_tree(tree->folder, NULL), 0);
}

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

/* Says yes to every guard. */
static void *keeper_run(void *data)
{
	const int *socket = data;
	struct start_message reply = {0};
	struct start_request *request = malloc(sizeof(*request));
	struct packet_fds fds;

	while (packet_receive(*socket, request, sizeof(*request), &fds, 0) > 0)
		(void)packet_send(*socket, &reply, sizeof(reply), NULL, 0);
	free(request);
	return NULL;
}

/* On v2 the run's folder is made in a tree whose files are ordinary ones: only what is missing gets enabled.
 */
static void v2_folder_is_made_and_removed(void **state)
{
	struct tree tree;
	struct run run = {.id = "0123456789abcdef"};
	struct error err = {0};
	pthread_t thread;
	int pair[2];
	char enabled[32];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(pthread_create(&thread, NULL, keeper_run, &pair[1]), 0);
	run.keeper = start_connect_fd(pair[0]);
	tree_make(&tree, false, true, "cpu memory pids\n");
	tree_put(&tree, "unified/tare/cgroup.subtree_control", "memory pids\n");
	tree_put(&tree, "unified/tare/tare-0123456789abcdef/cgroup.subtree_control", "\n");
	assert_int_equal(cgroup_open(&tree.cgroups, &run, &err), 0);
	assert_true(tree.cgroups.at[0].fd >= 0);
	cleanup_free char *file = alloc_format("%s/unified/cgroup.subtree_control", tree.folder);
	assert_int_equal(file_read_line(file, enabled, sizeof(enabled), &err), 0);
	assert_non_null(strstr(enabled, "+pids"));
	assert_null(strstr(enabled, "+memory"));
	tree_remove(&tree);
	start_disconnect(run.keeper);
	(void)close(pair[1]);
	assert_int_equal(pthread_join(thread, NULL), 0);
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
	    cmocka_unit_test(v2_folder_is_made_and_removed),
	    cmocka_unit_test(user_gets_what_is_delegated),
	    cmocka_unit_test(user_outside_gets_nothing),
	    cmocka_unit_test(user_gets_no_v1),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
