/* SPDX-License-Identifier: Apache-2.0 */
/* Overlays by the newer mount calls: what this kernel takes, and one made of folders. For whoever has the right to
 * mount: root's harness, or a starter in a user namespace of its own. */
#pragma once

#include <stdbool.h>

/** Whether overlays can be made of folders in mounts that are nobody's (Linux 6.15): tried with two lower layers. */
bool overlay_takes_descriptors(int one, int other);
/**
 * An overlay of three folders as a detached mount: its descriptor, or a negative errno. The folders must be in mounts
 * of the caller's mount namespace. `user`: its marks are extended attributes that a user may write.
 */
int overlay_assemble(int lower, int upper, int work, bool user);
