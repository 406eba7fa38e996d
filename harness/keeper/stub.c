/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/keeper/stub.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

struct stub_node {
	const char *path;
	unsigned char major, minor;
};

static const struct stub_node nodes[] = {
    {"/dev/null", 1, 3},   {"/dev/zero", 1, 5},	   {"/dev/full", 1, 7},
    {"/dev/random", 1, 8}, {"/dev/urandom", 1, 9}, {"/dev/tty", 5, 0},
};

#define NODE_COUNT (sizeof(nodes) / sizeof(nodes[0]))

/* What is taken along from the host where nothing of it can be made: the nodes, then these two trees. */
static const char *const trees[] = {STUB_PROC, STUB_SYS};

#define TREE_COUNT (sizeof(trees) / sizeof(trees[0]))

static int stub_mount(void)
{
	int fs = fsopen("tmpfs", FSOPEN_CLOEXEC);

	if (fs < 0 || fsconfig(fs, FSCONFIG_SET_STRING, "size", "64k", 0) < 0 ||
	    fsconfig(fs, FSCONFIG_SET_STRING, "nr_inodes", "64", 0) < 0 ||
	    fsconfig(fs, FSCONFIG_SET_STRING, "mode", "0755", 0) < 0 ||
	    fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -errno;
	int stub = fsmount(fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);

	(void)close(fs);
	return stub < 0 ? -errno : stub;
}

/* Leaves the host's mounts for the stub. */
static int stub_enter(void)
{
	int stub = stub_mount();

	if (stub < 0)
		return stub;
	if (move_mount(stub, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) < 0 || fchdir(stub) < 0 ||
	    syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return -errno;
	return close(stub) < 0 ? -errno : 0;
}

static int tree_copy(const char *path)
{
	int fd = open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);

	return fd < 0 ? -errno : fd;
}

/* Copies of the host's nodes and trees, as detached mounts, taken before the stub is entered. */
static int borrow(int fds[NODE_COUNT + TREE_COUNT])
{
	for (size_t i = 0; i < NODE_COUNT + TREE_COUNT; i++) {
		fds[i] = tree_copy(i < NODE_COUNT ? nodes[i].path : trees[i - NODE_COUNT]);
		if (fds[i] < 0)
			return fds[i];
	}
	return 0;
}

static int attach(int fd, const char *target)
{
	if (move_mount(fd, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return -errno;
	return close(fd) < 0 ? -errno : 0;
}

static int node_make(const struct stub_node *node, int borrowed)
{
	if (borrowed < 0)
		return mknod(node->path, S_IFCHR | 0666, makedev(node->major, node->minor)) < 0 ? -errno : 0;
	return mknod(node->path, S_IFREG | 0444, 0) < 0 ? -errno : attach(borrowed, node->path);
}

static int stub_fill(const int *borrowed)
{
	static const struct {
		const char *path, *target;
	} links[] = {
	    {"/dev/fd", "/proc/self/fd"},	{"/dev/stdin", "/proc/self/fd/0"},
	    {"/dev/stdout", "/proc/self/fd/1"}, {"/dev/stderr", "/proc/self/fd/2"},
	    {"/dev/ptmx", "pts/ptmx"},		{"/dev/core", "/proc/kcore"},
	};
	static const char *const folders[] = {STUB_DEVICES, "/dev/pts", "/dev/shm", "/dev/mqueue", STUB_EMPTY};
	int rc = 0;

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (mkdir(folders[i], 0755) < 0)
			return -errno;
	for (size_t i = 0; !rc && i < NODE_COUNT; i++)
		rc = node_make(&nodes[i], borrowed ? borrowed[i] : -1);
	for (size_t i = 0; !rc && i < sizeof(links) / sizeof(links[0]); i++)
		rc = symlink(links[i].target, links[i].path) < 0 ? -errno : 0;
	for (size_t i = 0; !rc && borrowed && i < TREE_COUNT; i++)
		rc = mkdir(trees[i], 0755) < 0 ? -errno : attach(borrowed[NODE_COUNT + i], trees[i]);
	return rc;
}

static int stub_finish(void)
{
	struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY};
	int null = open(STUB_NULL, O_RDWR | O_CLOEXEC);

	if (null < 0)
		return -errno;
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (dup2(null, fd) < 0)
			return -errno;
	(void)close(null);
	return mount_setattr(AT_FDCWD, "/", 0, &attributes, sizeof(attributes)) < 0 ? -errno : 0;
}

int stub_make(bool rootless)
{
	int borrowed[NODE_COUNT + TREE_COUNT], rc = 0;

	(void)umask(0);
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -errno;
	if (rootless)
		rc = borrow(borrowed);
	if (!rc)
		rc = stub_enter();
	if (!rc)
		rc = stub_fill(rootless ? borrowed : NULL);
	return rc ? rc : stub_finish();
}
