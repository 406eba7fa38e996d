/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/base/overlay.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>

#include "harness/base/cleanup.h"

bool overlay_takes_descriptors(int one, int other)
{
	cleanup_close int fs = fsopen("overlay", FSOPEN_CLOEXEC);

	return fs >= 0 && fsconfig(fs, FSCONFIG_SET_FD, "lowerdir+", NULL, one) == 0 &&
	       fsconfig(fs, FSCONFIG_SET_FD, "lowerdir+", NULL, other) == 0 &&
	       fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0;
}

/* One layer by the path of its descriptor, which needs no quoting. */
static int overlay_layer(int fs, const char *key, int folder)
{
	char path[40];

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", folder);
	return fsconfig(fs, FSCONFIG_SET_STRING, key, path, 0) < 0 ? -errno : 0;
}

int overlay_assemble(int lower, int upper, int work, bool user)
{
	cleanup_close int fs = fsopen("overlay", FSOPEN_CLOEXEC);

	if (fs < 0)
		return -errno;
	int rc = overlay_layer(fs, "lowerdir", lower);

	if (!rc)
		rc = overlay_layer(fs, "upperdir", upper);
	if (!rc)
		rc = overlay_layer(fs, "workdir", work);
	if (!rc && user && fsconfig(fs, FSCONFIG_SET_FLAG, "userxattr", NULL, 0) < 0)
		rc = -errno;
	if (!rc && fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		rc = -errno;
	if (rc < 0)
		return rc;
	int mount = fsmount(fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID);

	return mount < 0 ? -errno : mount;
}
