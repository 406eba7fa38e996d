/* SPDX-License-Identifier: Apache-2.0 */
/* The root of a container whose runtime wants to be given one: an overlay over the root tree, mounted by the harness in
 * the instance's storage as an engine's storage driver would mount it. */
#pragma once

#include "harness/base/error.h"
#include "harness/model/instance.h"

#define LAYERED_ROOT "rootfs" /* below the instance's storage */

/** The root tree of the subject's class, which the overlay lies on; for free(). */
char *layered_root_tree(const struct run *run, const struct subject *subject);
/** Makes the storage folder with the instance's layer, and mounts both together in it. */
int layered_root_make(struct instance *in, struct error *err);
/** Unmounts and removes all of it, also what was made half. */
void layered_root_remove(const struct instance *in);
