/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The root of a container: an overlay of the subject's root tree and the instance's own layer. The child
 * assembles it from descriptors where the kernel lets it (Linux 6.15); else it is assembled here, by paths,
 * and the child attaches it: then the owner of the root tree cannot be mapped and is shown as nobody. Without root
 * the starter does what is done here, and nothing is mapped: who built the tree is shown as the container's root.
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
#include "harness/base/overlay.h"
#include "harness/base/start.h"
#include "runtimes/namespace.h"

char *namespace_root_tree(const struct run *run, const struct subject *subject)
{
	return alloc_format("%s/%s", run->artifacts, root_folder(subject->root));
}

int namespace_tree_detach(const struct run *run, const char *path, struct error *err)
{
	if (namespace_is_rootless())
		return start_lend_tree(run->keeper, path, err);
	int fd = open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

	return fd < 0 ? error_errno(err, errno, "%s: cannot take it as a mount", path) : fd;
}

/* Shows the owner 0 of the tree as the containers' root. Not every file system can. */
static bool tree_map(int tree, int user)
{
	struct mount_attr attributes = {.attr_set = MOUNT_ATTR_IDMAP, .userns_fd = (uint64_t)user};

	return mount_setattr(tree, "", AT_EMPTY_PATH, &attributes, sizeof(attributes)) == 0;
}

static bool tree_is_ours(int tree)
{
	struct stat st;

	return fstat(tree, &st) == 0 && st.st_uid == geteuid() && st.st_gid == getegid();
}

static int layers_open(struct namespace_state *state, const struct run *run, const char *root, struct error *err)
{
	state->lower = namespace_tree_detach(run, root, err);
	if (state->lower < 0)
		return state->lower;
	state->mapped = namespace_is_rootless() ? tree_is_ours(state->lower) : tree_map(state->lower, state->user);
	state->storage = namespace_tree_detach(run, run->storage, err);
	return state->storage < 0 ? state->storage : 0;
}

static bool layers_fit(const struct namespace_state *state, const struct run *run)
{
	if (namespace_is_rootless())
		return start_lend_try(run->keeper, state->lower, state->storage, NULL) == 0;
	return overlay_takes_descriptors(state->lower, state->storage);
}

/* For assembling by paths the folders must be those of the host's own mounts. */
static int layers_reopen(struct namespace_state *state, const char *root, const char *storage,
			 struct error *err)
{
	(void)close(steal_fd(&state->lower));
	(void)close(steal_fd(&state->storage));
	state->mapped = state->mapped && namespace_is_rootless();
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

	state->losses = start_losses(run->keeper);
	int rc = layers_open(state, run, root, err);

	if (rc < 0)
		return rc;
	bool descriptors = strcmp(overlay, "early") && layers_fit(state, run);

	state->root = tmpfs ? NAMESPACE_ROOT_TMPFS : descriptors ? NAMESPACE_ROOT_DISK : NAMESPACE_ROOT_READY;
	if (descriptors)
		return 0;
	if (tmpfs || !strcmp(overlay, "late"))
		return error_host(
		    err, "upper=tmpfs and overlay=late need a kernel that makes overlays of detached "
			 "mounts (Linux 6.15)");
	return layers_reopen(state, root, run->storage, err);
}

int namespace_root_renew(struct namespace_state *state, const struct run *run, const struct subject *subject,
			 struct error *err)
{
	cleanup_free char *root = namespace_root_tree(run, subject);
	unsigned losses = start_losses(run->keeper);

	if (!namespace_is_rootless() || state->root == NAMESPACE_ROOT_READY || losses == state->losses)
		return 0;
	(void)close(steal_fd(&state->lower));
	(void)close(steal_fd(&state->storage));
	state->losses = losses;
	return layers_open(state, run, root, err);
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
	    (!namespace_is_rootless() &&
	     fchownat(state->storage, path, NAMESPACE_ID_FIRST, NAMESPACE_ID_FIRST, 0) < 0))
		return error_errno(err, errno, "%s/upper: cannot create", in->storage);
	(void)snprintf(path, sizeof(path), "%s/work", in->name);
	if (mkdirat(state->storage, path, 0700) < 0)
		return error_errno(err, errno, "%s/work: cannot create", in->storage);
	return 0;
}

/* The whole overlay as a detached mount, or a negative errno. */
static int root_assemble(struct instance *in, const int layers[2], struct error *err)
{
	const struct namespace_state *state = in->subject->state;

	if (!namespace_is_rootless()) {
		int mount = overlay_assemble(state->lower, layers[0], layers[1], false);

		return mount < 0 ? error_errno(err, -mount, "%s: cannot make an overlay", in->storage) : mount;
	}
	cleanup_free char *lower = namespace_root_tree(in->run, in->subject);
	cleanup_free char *upper = alloc_format("%s/upper", in->storage);
	cleanup_free char *work = alloc_format("%s/work", in->storage);

	return start_lend_overlay(in->run->keeper, (const char *const[]){lower, upper, work}, err);
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
	int mount = root_assemble(in, layers, err);

	if (mount < 0)
		return mount;
	own->fds[own->count++] = fds[NAMESPACE_FD_ROOT] = mount;
	return 0;
}
