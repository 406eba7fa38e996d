/* SPDX-License-Identifier: Apache-2.0 */
/* The root of a container whose runtime wants to be given one: an overlay over the root tree, mounted by the harness in
 * the instance's storage as an engine's storage driver would mount it. What is written lies there too, or, for a
 * subject with upper=tmpfs, in the run's private folder. */
#pragma once

#include "harness/base/error.h"
#include "harness/model/instance.h"
#include "runtimes/layered-images.h"

#define LAYERED_ROOT "rootfs" /* below the instance's storage */

/** The row of a runtime's options that says where the upper layer lies. */
#define LAYERED_ROOT_OPTION                                                                                  \
	{                                                                                                    \
	    .name = "upper",                                                                                 \
	    .choices = "disk|tmpfs",                                                                         \
	    .fallback = "disk",                                                                              \
	    .summary = "where what the container writes goes: the run's storage, or memory",                 \
	}

/** The root tree of the subject's class, which the overlay lies on; for free(). */
char *layered_root_tree(const struct run *run, const struct subject *subject);
/** For prepare(): whether the layer can be where the subject wants it. */
int layered_root_check(const struct run *run, const struct subject *subject, struct error *err);
/** Makes the storage folder with the instance's layer, and mounts it in there upon the images and the tree. */
int layered_root_make(struct instance *in, const struct layered_images *images, struct error *err);
/** Unmounts, and keeps the instance's layer as the highest image. */
int layered_root_commit(struct instance *in, struct layered_images *images, struct error *err);
/** The own layer of image `number` as a cost; 0: the tree. */
int layered_root_image_costs(const struct run *run, const struct subject *subject, const struct layered_images *images,
			     size_t number, struct costs *ret_costs, struct error *err);
/** Adds what of the instance's lies on disk. */
void layered_root_costs(const struct instance *in, struct costs *costs);
/** Unmounts and removes all of it, also what was made half. */
void layered_root_remove(const struct instance *in);
