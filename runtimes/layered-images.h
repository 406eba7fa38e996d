/* SPDX-License-Identifier: Apache-2.0 */
/* Layers that instances left, stacked upon a root tree by overlays: images as a storage driver keeps them. */
#pragma once

#include <stddef.h>

#include "harness/base/error.h"

#define LAYERED_IMAGES_MAX 32

/** Folders, the lowest first. Zeroed: none. */
struct layered_images {
	char *layers[LAYERED_IMAGES_MAX];
	size_t count;
};

/** Mounts an overlay of the tree, all layers, and `upper` with its work folder, at `root`. */
int layered_images_mount(const struct layered_images *images, const char *tree, int upper, int work, const char *root,
			 struct error *err);
/** Moves a folder to `layer`, which becomes the highest. -E2BIG: there are LAYERED_IMAGES_MAX. */
int layered_images_push(struct layered_images *images, const char *upper, const char *layer, struct error *err);
/** Removes them all. */
void layered_images_clear(struct layered_images *images);
