/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stub: the small read-only tree in which a starter lives and from which its children mount. It is the only
 * mount of the starter's namespace; without root's rights the host's /proc and /sys are in it too, as the
 * kernel lets a user mount new ones only where he sees old ones that nothing hides.
 */
#pragma once

#include <stdbool.h>

/** What a child may mount from. */
#define STUB_DEVICES "/dev"
#define STUB_NULL "/dev/null"
#define STUB_EMPTY "/empty"
#define STUB_PROC "/proc"
#define STUB_SYS "/sys"

/**
 * Leaves the host's mounts for a new stub, /dev/null becomes the standard files. `rootless`: devices are the
 * host's own, as a user can make none. 0 or a negative errno.
 */
int stub_make(bool rootless);
