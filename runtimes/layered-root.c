/* SPDX-License-Identifier: Apache-2.0 */
#include "runtimes/layered-root.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/base/log.h"
#include "harness/base/overlay.h"

char *layered_root_tree(const struct run *run, const struct subject *subject)
{
	return alloc_format("%s/%s", run->artifacts, root_folder(subject->root));
}

int layered_root_make(struct instance *in, struct error *err)
{
	static const char *const folders[] = {"", "/upper", "/work", "/" LAYERED_ROOT};
	cleanup_free char *lower = layered_root_tree(in->run, in->subject);
	cleanup_free char *root = alloc_format("%s/" LAYERED_ROOT, in->storage);
	int layers[3] = {-1, -1, -1};

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		cleanup_free char *path = alloc_format("%s%s", in->storage, folders[i]);

		if (mkdir(path, i ? 0755 : 0711) < 0)
			return error_errno(err, errno, "%s: cannot create", path);
	}
	for (size_t i = 0; i < 3; i++) {
		cleanup_free char *path = i ? alloc_format("%s%s", in->storage, folders[i]) : alloc_text(lower);

		layers[i] = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	}
	cleanup_close int one = layers[0], two = layers[1], three = layers[2];
	cleanup_close int overlay = overlay_assemble(one, two, three, false);

	if (overlay < 0)
		return error_errno(err, -overlay, "%s: cannot make an overlay", in->storage);
	if (move_mount(overlay, "", AT_FDCWD, root, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return error_errno(err, errno, "%s: cannot mount", root);
	return 0;
}

void layered_root_remove(const struct instance *in)
{
	cleanup_free char *root = alloc_format("%s/" LAYERED_ROOT, in->storage);
	struct error err;

	(void)umount2(root, MNT_DETACH | UMOUNT_NOFOLLOW);
	if (file_remove_tree(in->storage, &err) < 0)
		log_debug("%s", err.text);
}
