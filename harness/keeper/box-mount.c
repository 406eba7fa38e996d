/* SPDX-License-Identifier: Apache-2.0 */
/* The mounts of a box, by descriptors only: no path of the host exists in the child's namespace. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness/base/cleanup.h"
#include "harness/keeper/box-steps.h"
#include "harness/keeper/stub.h"

/* Parts of box_mount_root(), as `detail`. */
enum root_detail { ROOT_TMPFS, ROOT_LOWER, ROOT_UPPER, ROOT_OPTIONS, ROOT_CREATE, ROOT_MOUNT };

static int options_set(int fs, const char *options)
{
	while (*options) {
		const char *value = options + strlen(options) + 1;

		if (fsconfig(fs, *value ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG, options,
			     *value ? value : NULL, 0) < 0)
			return -errno;
		options = value + strlen(value) + 1;
	}
	return 0;
}

/* A detached mount of a new file system, or a negative errno. */
static int mount_new(const char *type, const char *options, uint32_t attributes)
{
	cleanup_close int fs = fsopen(type, FSOPEN_CLOEXEC);

	if (fs < 0)
		return -errno;
	int rc = options_set(fs, options);

	if (rc < 0)
		return rc;
	if (fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -errno;
	int mount = fsmount(fs, FSMOUNT_CLOEXEC, attributes);

	return mount < 0 ? -errno : mount;
}

/* Where what the container writes goes. `tmpfs` has to stay open until the overlay holds it. */
struct upper {
	int tmpfs, upper, work;
};

static void cleanup_upper(struct upper *u)
{
	const int fds[] = {u->tmpfs, u->upper, u->work};

	for (size_t i = 0; u->tmpfs >= 0 && i < sizeof(fds) / sizeof(fds[0]); i++)
		(void)close(fds[i]);
}

/* Upper and work folder on a file system that goes with the mount namespace. */
static int upper_make(struct box_run *run, struct upper *ret_upper)
{
	const struct box *box = run->box;

	run->detail = ROOT_TMPFS;
	ret_upper->tmpfs =
	    mount_new("tmpfs", box->text + box->root.tmpfs, MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID);
	if (ret_upper->tmpfs < 0)
		return ret_upper->tmpfs;
	if (mkdirat(ret_upper->tmpfs, "upper", 0755) < 0 || mkdirat(ret_upper->tmpfs, "work", 0700) < 0 ||
	    fchownat(ret_upper->tmpfs, "upper", box->root.owner, box->root.owner, 0) < 0)
		return -errno;
	ret_upper->upper = openat(ret_upper->tmpfs, "upper", O_PATH | O_CLOEXEC);
	ret_upper->work = openat(ret_upper->tmpfs, "work", O_PATH | O_CLOEXEC);
	return ret_upper->upper < 0 || ret_upper->work < 0 ? -errno : 0;
}

static int overlay_layers(struct box_run *run, int fs, int upper, int work)
{
	const struct box_root *root = &run->box->root;

	run->detail = ROOT_LOWER;
	for (uint32_t i = 0; i < root->lower_count; i++)
		if (fsconfig(fs, FSCONFIG_SET_FD, "lowerdir+", NULL, run->fds[root->lower[i]]) < 0)
			return -errno;
	run->detail = ROOT_UPPER;
	if (fsconfig(fs, FSCONFIG_SET_FD, "upperdir", NULL, upper) < 0 ||
	    fsconfig(fs, FSCONFIG_SET_FD, "workdir", NULL, work) < 0)
		return -errno;
	run->detail = ROOT_OPTIONS;
	return options_set(fs, run->box->text + root->options);
}

/* The overlay as a detached mount, or a negative errno. */
static int overlay_mount(struct box_run *run)
{
	const struct box_root *root = &run->box->root;
	__attribute__((cleanup(cleanup_upper))) struct upper own = {.tmpfs = -1, .upper = -1, .work = -1};
	int rc = root->upper < 0 ? upper_make(run, &own) : 0;

	if (rc < 0)
		return rc;
	cleanup_close int fs = fsopen("overlay", FSOPEN_CLOEXEC);

	run->detail = ROOT_CREATE;
	if (fs < 0)
		return -errno;
	rc = overlay_layers(run, fs, root->upper < 0 ? own.upper : run->fds[root->upper],
			    root->upper < 0 ? own.work : run->fds[root->work]);
	if (rc < 0)
		return rc;
	run->detail = ROOT_CREATE;
	if (fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -errno;
	int mount = fsmount(fs, FSMOUNT_CLOEXEC, root->attributes);

	return mount < 0 ? -errno : mount;
}

int box_root_make(struct box_run *run)
{
	const struct box_root *root = &run->box->root;

	return root->attached >= 0 ? run->fds[root->attached] : overlay_mount(run);
}

int box_mount_root(struct box_run *run)
{
	int mount = box_root_make(run);

	if (mount < 0)
		return mount;
	run->detail = ROOT_MOUNT;
	if (move_mount(mount, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) < 0 || fchdir(mount) < 0)
		return -errno;
	return 0;
}

static int target_open(const char *target)
{
	struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
	long fd = syscall(SYS_openat2, AT_FDCWD, target, &how, sizeof(how));

	return fd < 0 ? -errno : (int)fd;
}

/* A second mount of what is there already, with what is mounted in it. */
static int mount_copy(int folder, const char *path)
{
	int fd = open_tree(folder, path,
			   OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE | (*path ? 0 : AT_EMPTY_PATH));

	return fd < 0 ? -errno : fd;
}

static int mount_readonly(int target)
{
	struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY};
	int fd = mount_copy(target, "");

	if (fd >= 0 && mount_setattr(fd, "", AT_EMPTY_PATH, &attributes, sizeof(attributes)) < 0)
		return -errno;
	return fd;
}

/* What goes to the target, as a detached mount, or a negative errno. */
static int mount_make(struct box_run *run, const struct box_mount *m, int target)
{
	const char *text = run->box->text;

	switch ((enum box_mount_kind)m->kind) {
	case BOX_MOUNT_NEW:
		return mount_new(text + m->type, text + m->options, m->attributes);
	case BOX_MOUNT_ATTACH:
		return run->fds[m->fd];
	case BOX_MOUNT_DEVICES:
		return mount_copy(AT_FDCWD, STUB_DEVICES);
	case BOX_MOUNT_HIDE_FILE:
		return mount_copy(AT_FDCWD, STUB_NULL);
	case BOX_MOUNT_HIDE_FOLDER:
		return mount_copy(AT_FDCWD, STUB_EMPTY);
	case BOX_MOUNT_READONLY:
		return mount_readonly(target);
	case BOX_MOUNT_KINDS:
		break;
	}
	return -EINVAL;
}

/*
 * The same by path, in half the calls: for what lies in a file system that is new, where no image has put symbolic
 * links, and that is mounted already.
 */
static int mount_over(const char *target, enum box_mount_kind kind)
{
	struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY};
	const char *from = kind == BOX_MOUNT_READONLY ? target : kind == BOX_MOUNT_HIDE_FILE ? STUB_NULL : STUB_EMPTY;

	if (mount(from, target, NULL, MS_BIND | MS_REC, NULL) < 0)
		return -errno;
	return kind == BOX_MOUNT_READONLY && mount_setattr(AT_FDCWD, target, 0, &attributes, sizeof(attributes)) < 0
		   ? -errno
		   : 0;
}

/* By descriptors, and never through a symbolic link. */
static int mount_put(struct box_run *run, const struct box_mount *m)
{
	cleanup_close int target = target_open(run->box->text + m->target);

	if (target < 0)
		return target;
	cleanup_close int mount = mount_make(run, m, target);

	if (mount < 0)
		return mount;
	if (move_mount(mount, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
		return -errno;
	return 0;
}

static bool lies_in(const char *target, const char *folder)
{
	size_t length = strlen(folder);

	return length && !strncmp(target, folder, length) && target[length] == '/';
}

static int mounts_make(struct box_run *run, uint32_t from, uint32_t to, bool mounted)
{
	const char *fresh = ""; /* the newest file system */

	for (uint32_t i = from; i < to; i++) {
		const struct box_mount *m = &run->box->mounts[i];
		const char *target = run->box->text + m->target;
		bool covers = m->kind == BOX_MOUNT_HIDE_FILE || m->kind == BOX_MOUNT_HIDE_FOLDER ||
			      m->kind == BOX_MOUNT_READONLY;

		run->detail = i;
		int rc = covers && mounted && lies_in(target, fresh) ? mount_over(target, (enum box_mount_kind)m->kind)
								      : mount_put(run, m);

		if (rc < 0)
			return rc;
		if (m->kind == BOX_MOUNT_NEW)
			fresh = target;
	}
	return 0;
}

int box_mount_ahead(struct box_run *run, int root)
{
	int rc = fchdir(root) < 0 ? -errno : mounts_make(run, 0, run->box->mount_count, false);

	return chdir("/") < 0 && !rc ? -errno : rc;
}

int box_mount_rest(struct box_run *run)
{
	return mounts_make(run, 0, run->box->mount_network, true);
}

int box_mount_network(struct box_run *run)
{
	return mounts_make(run, run->box->mount_network, run->box->mount_count, true);
}
