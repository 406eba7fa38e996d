/* SPDX-License-Identifier: Apache-2.0 */
#include "runtimes/layered-images.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/base/log.h"

/* "/proc/self/fd/7:/proc/self/fd/6", the highest first: such paths need no quoting and are short. */
static int lowers_open(const struct layered_images *images, const char *tree, int *fds, char **text, struct error *err)
{
	for (size_t i = 0; i <= images->count; i++) {
		const char *path = i ? images->layers[i - 1] : tree;
		cleanup_free char *below = *text;

		fds[i] = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
		*text = alloc_format("/proc/self/fd/%d%s%s", fds[i], i ? ":" : "", i ? below : "");
		if (fds[i] < 0)
			return error_errno(err, errno, "%s: cannot open", path);
	}
	return 0;
}

int layered_images_mount(const struct layered_images *images, const char *tree, int upper, int work, const char *root,
			 struct error *err)
{
	int fds[LAYERED_IMAGES_MAX + 1];
	cleanup_free char *lowers = NULL;

	for (size_t i = 0; i <= images->count; i++)
		fds[i] = -1;
	int rc = lowers_open(images, tree, fds, &lowers, err);
	cleanup_free char *options = alloc_format(
		"lowerdir=%s,upperdir=/proc/self/fd/%d,workdir=/proc/self/fd/%d", lowers, upper, work);

	/* By mount(2): fsconfig() takes texts of 256 bytes, and a layer at a time only since Linux 6.8. */
	if (!rc && mount("overlay", root, "overlay", MS_NODEV | MS_NOSUID, options) < 0)
		rc = error_errno(err, errno, "%s: cannot mount an overlay", root);
	for (size_t i = 0; i <= images->count; i++)
		if (fds[i] >= 0)
			(void)close(fds[i]);
	return rc;
}

int layered_images_push(struct layered_images *images, const char *upper, const char *layer, struct error *err)
{
	if (images->count == LAYERED_IMAGES_MAX)
		return error_set(err, -E2BIG, "%s: no more than %d layers", layer, LAYERED_IMAGES_MAX);
	if (rename(upper, layer) < 0)
		return error_errno(err, errno, "%s: cannot become %s", upper, layer);
	images->layers[images->count++] = alloc_text(layer);
	return 0;
}

void layered_images_clear(struct layered_images *images)
{
	while (images->count) {
		char *layer = images->layers[--images->count];
		struct error err;

		if (file_remove_tree(layer, &err) < 0)
			log_debug("%s", err.text);
		free(layer);
	}
}
