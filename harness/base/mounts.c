/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/base/mounts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/base/text.h"

/* The kernel writes white space and backslashes as \ooo. In place. */
static void unescape(char *text)
{
	char *to = text;

	for (const char *from = text; *from; to++) {
		unsigned code;

		if (*from == '\\' && sscanf(from + 1, "%3o", &code) == 1) {
			*to = (char)code;
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
}

/* The mount point of a line of mountinfo, its fifth field, for free(). */
static char *mount_point(const char *line)
{
	for (int field = 1; line && field < 5; field++)
		line = text_behind(line, ' ');
	if (!line)
		return NULL;
	char *point = alloc_format("%.*s", (int)strcspn(line, " \n"), line);

	unescape(point);
	return point;
}

void mounts_detach_below(const char *folder)
{
	size_t length = strlen(folder);
	cleanup_free char *text = file_read("/proc/self/mountinfo", NULL, NULL);

	for (char *line = text; line && *line; line = text_behind(line, '\n')) {
		cleanup_free char *point = mount_point(line);

		if (point && !strncmp(point, folder, length) && point[length] == '/')
			(void)umount2(point, MNT_DETACH | UMOUNT_NOFOLLOW);
	}
}
