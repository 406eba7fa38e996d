/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The root of a container: an overlay of the subject's root tree and the instance's own layer. The child
 * assembles it from descriptors where the kernel lets it (Linux 6.15); else it is assembled here, by paths,
 * and the child attaches it: then the owner of the root tree cannot be mapped and is shown as nobody.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "runtimes/namespace.h"

char *namespace_root_tree(const struct run *run, const struct subject *subject)
{
	return alloc_format("%s/%s", run->artifacts, subject->root == ROOT_IMAGE ? "root" : "root-none");
}

int namespace_tree_detach(const char *path, struct error *err)
{
	int fd = open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

	return fd < 0 ? error_errno(err, errno, "%s: cannot take it as a mount", path) : fd;
}

/* Shows the owner 0 of the tree as the containers' root. Not every file system can. */
static bool tree_map(int tree, int user)
{
	struct mount_attr attributes = {.attr_set = MOUNT_ATTR_IDMAP, .userns_fd = (uint64_t)user};

	return mount_setattr(tree, "", AT_EMPTY_PATH, &attributes, sizeof(attributes)) == 0;
}

/* Whether overlays can be made of folders in mounts that are nobody's: tried out, with two lower layers. */
static bool overlay_takes_descriptors(int one, int other)
{
	cleanup_close int fs = fsopen("overlay", FSOPEN_CLOEXEC);

	return fs >= 0 && fsconfig(fs, FSCONFIG_SET_FD, "lowerdir+", NULL, one) == 0 &&
	       fsconfig(fs, FSCONFIG_SET_FD, "lowerdir+", NULL, other) == 0 &&
	       fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0;
}

static int layers_open(struct namespace_state *state, const char *root, const char *storage,
		       struct error *err)
{
	state->lower = namespace_tree_detach(root, err);
	if (state->lower < 0)
		return state->lower;
	state->mapped = tree_map(state->lower, state->user);
	state->storage = namespace_tree_detach(storage, err);
	return state->storage < 0 ? state->storage : 0;
}

/* For assembling by paths the folders must be those of the host's own mounts. */
static int layers_reopen(struct namespace_state *state, const char *root, const char *storage,
			 struct error *err)
{
	(void)close(steal_fd(&state->lower));
	(void)close(steal_fd(&state->storage));
	state->mapped = false;
	state->lower = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	state->storage = open(storage, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (state->lower < 0 || state->storage < 0)
		return error_errno(err, errno, "%s or %s", root, storage);
	return 0;
}

int namespace_root_prepare(struct namespace_state *state, const struct run *run,
			   const struct subject *subject, struct error *err)
{
	cleanup_free char *root = namespace_root_tree(run, subject);
	bool tmpfs = !strcmp(subject_setting(subject, "upper"), "tmpfs");
	const char *overlay = subject_setting(subject, "overlay");
	int rc = layers_open(state, root, run->storage, err);

	if (rc < 0)
		return rc;
	bool descriptors =
	    strcmp(overlay, "early") && overlay_takes_descriptors(state->lower, state->storage);

	state->root = tmpfs ? NAMESPACE_ROOT_TMPFS : descriptors ? NAMESPACE_ROOT_DISK : NAMESPACE_ROOT_READY;
	if (descriptors)
		return 0;
	if (tmpfs || !strcmp(overlay, "late"))
		return error_host(
		    err, "upper=tmpfs and overlay=late need a kernel that makes overlays of detached "
			 "mounts (Linux 6.15)");
	return layers_reopen(state, root, run->storage, err);
}

int namespace_root_create(struct instance *in, struct error *err)
{
	const struct namespace_state *state = in->subject->state;
	char path[PATH_MAX];

	if (state->root == NAMESPACE_ROOT_TMPFS)
		return 0;
	if (mkdirat(state->storage, in->name, 0700) < 0)
		return error_errno(err, errno, "%s: cannot create", in->storage);
	(void)snprintf(path, sizeof(path), "%s/upper", in->name);
	if (mkdirat(state->storage, path, 0755) < 0 ||
	    fchownat(state->storage, path, NAMESPACE_ID_FIRST, NAMESPACE_ID_FIRST, 0) < 0)
		return error_errno(err, errno, "%s/upper: cannot create", in->storage);
	(void)snprintf(path, sizeof(path), "%s/work", in->name);
	if (mkdirat(state->storage, path, 0700) < 0)
		return error_errno(err, errno, "%s/work: cannot create", in->storage);
	return 0;
}

/* One layer by the path of its descriptor, which needs no quoting. */
static int overlay_layer(int fs, const char *key, int folder)
{
	char path[40];

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", folder);
	return fsconfig(fs, FSCONFIG_SET_STRING, key, path, 0) < 0 ? -errno : 0;
}

/* The whole overlay as a detached mount, or a negative errno. */
static int overlay_assemble(int lower, int upper, int work, struct error *err)
{
	cleanup_close int fs = fsopen("overlay", FSOPEN_CLOEXEC);

	if (fs < 0)
		return error_errno(err, errno, "cannot make an overlay");
	int rc = overlay_layer(fs, "lowerdir", lower);

	if (!rc)
		rc = overlay_layer(fs, "upperdir", upper);
	if (!rc)
		rc = overlay_layer(fs, "workdir", work);
	if (!rc && fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		rc = -errno;
	if (rc < 0)
		return error_errno(err, -rc, "cannot make an overlay");
	int mount = fsmount(fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID);

	return mount < 0 ? error_errno(err, errno, "cannot mount an overlay") : mount;
}

int namespace_root_open(struct instance *in, int fds[BOX_FDS_MAX], struct packet_fds *own, struct error *err)
{
	const struct namespace_state *state = in->subject->state;
	static const char *const folders[] = {"upper", "work"};
	int layers[2] = {-1, -1};

	fds[NAMESPACE_FD_ROOT] = state->lower;
	for (int i = 0; state->root != NAMESPACE_ROOT_TMPFS && i < 2; i++) {
		char path[PATH_MAX];

		(void)snprintf(path, sizeof(path), "%s/%s", in->name, folders[i]);
		layers[i] = openat(state->storage, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (layers[i] < 0)
			return error_errno(err, errno, "%s/%s", in->storage, folders[i]);
		own->fds[own->count++] = layers[i];
	}
	if (state->root == NAMESPACE_ROOT_DISK) {
		fds[NAMESPACE_FD_UPPER] = layers[0];
		fds[NAMESPACE_FD_WORK] = layers[1];
	}
	if (state->root != NAMESPACE_ROOT_READY)
		return 0;
	int mount = overlay_assemble(state->lower, layers[0], layers[1], err);

	if (mount < 0)
		return mount;
	own->fds[own->count++] = fds[NAMESPACE_FD_ROOT] = mount;
	return 0;
}
