/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/keeper/home.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int home_renumber(int fd, int number)
{
	if (fd < 0)
		return -errno;
	if (fd == number)
		return 0;
	int rc = dup3(fd, number, O_CLOEXEC) < 0 ? -errno : 0;

	(void)close(fd);
	return rc;
}

int home_keep(const char *name, int number)
{
	char path[32];

	(void)snprintf(path, sizeof(path), "/proc/self/ns/%s", name);
	return home_renumber(open(path, O_RDONLY | O_CLOEXEC), number);
}
