/* SPDX-License-Identifier: Apache-2.0 */
#include "runtimes/layered-root.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/base/log.h"
#include "harness/model/runtime.h"

char *layered_root_tree(const struct run *run, const struct subject *subject)
{
	return alloc_format("%s/%s", run->artifacts, root_folder(subject->root));
}

static bool is_in_memory(const struct subject *subject)
{
	return runtime_option_find(subject->runtime, "upper") && !strcmp(subject_setting(subject, "upper"), "tmpfs");
}

int layered_root_check(const struct run *run, const struct subject *subject, struct error *err)
{
	struct statfs fs;

	if (!is_in_memory(subject))
		return 0;
	if (statfs(run->private_folder, &fs) < 0)
		return error_errno(err, errno, "%s", run->private_folder);
	return fs.f_type == TMPFS_MAGIC
		       ? 0
		       : error_host(err, "upper=tmpfs: %s is not on a tmpfs on this host", run->private_folder);
}

/* Where upper and work folder are; for free(). */
static char *layers_folder(const struct instance *in)
{
	return is_in_memory(in->subject) ? alloc_format("%s/%s", in->run->private_folder, in->name)
					 : alloc_text(in->storage);
}

static int folder_make(const char *folder, const char *name, mode_t mode, struct error *err)
{
	cleanup_free char *path = alloc_format("%s%s", folder, name);

	return mkdir(path, mode) < 0 ? error_errno(err, errno, "%s: cannot create", path) : 0;
}

static int folders_make(const struct instance *in, const char *layers, struct error *err)
{
	int rc = folder_make(in->storage, "", 0711, err);

	if (!rc)
		rc = folder_make(in->storage, "/" LAYERED_ROOT, 0755, err);
	if (!rc && is_in_memory(in->subject))
		rc = folder_make(layers, "", 0711, err);
	if (!rc)
		rc = folder_make(layers, "/upper", 0755, err);
	return rc ? rc : folder_make(layers, "/work", 0755, err);
}

static int folder_open(const char *folder, const char *name)
{
	cleanup_free char *path = alloc_format("%s%s", folder, name);

	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

int layered_root_make(struct instance *in, const struct layered_images *images, struct error *err)
{
	cleanup_free char *tree = layered_root_tree(in->run, in->subject);
	cleanup_free char *layers = layers_folder(in);
	cleanup_free char *root = alloc_format("%s/" LAYERED_ROOT, in->storage);
	int rc = folders_make(in, layers, err);

	if (rc < 0)
		return rc;
	cleanup_close int upper = folder_open(layers, "/upper");
	cleanup_close int work = folder_open(layers, "/work");

	return layered_images_mount(images, tree, upper, work, root, err);
}

static void unmount(const struct instance *in)
{
	cleanup_free char *root = alloc_format("%s/" LAYERED_ROOT, in->storage);

	(void)umount2(root, MNT_DETACH | UMOUNT_NOFOLLOW);
}

int layered_root_commit(struct instance *in, struct layered_images *images, struct error *err)
{
	cleanup_free char *upper = alloc_format("%s/upper", in->storage);
	cleanup_free char *layer = alloc_format("%s/image-%s", in->run->storage, in->name);

	if (is_in_memory(in->subject))
		return error_set(err, -ENOTSUP, "%s: an image is made of a layer on disk: it needs upper=disk",
				 in->name);
	unmount(in);
	return layered_images_push(images, upper, layer, err);
}

int layered_root_image_costs(const struct run *run, const struct subject *subject, const struct layered_images *images,
			     size_t number, struct costs *ret_costs, struct error *err)
{
	cleanup_free char *tree = layered_root_tree(run, subject);

	if (number > images->count)
		return error_set(err, -ENOENT, "%s: there is no image %zu", subject->name, number);
	costs_add_path(ret_costs, DISK_BASE, number ? images->layers[number - 1] : tree);
	return 0;
}

void layered_root_costs(const struct instance *in, struct costs *costs)
{
	if (!is_in_memory(in->subject))
		costs_add_path(costs, DISK_INSTANCE, in->storage);
}

void layered_root_remove(const struct instance *in)
{
	cleanup_free char *layers = layers_folder(in);
	struct error err;

	unmount(in);
	if (file_remove_tree(layers, &err) < 0 || file_remove_tree(in->storage, &err) < 0)
		log_debug("%s", err.text);
}
