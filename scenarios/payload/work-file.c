/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/payload/work-file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "scenarios/payload/text.h"

int work_file_path(struct work *work, const char *name, char path[WORK_FILE_MAX])
{
	struct text text = {.start = path, .length = 0, .size = WORK_FILE_MAX};

	*path = '\0';
	if (strlen(work->folder) + strlen(name) + 2 > WORK_FILE_MAX) {
		errno = ENAMETOOLONG;
		return work_failed(work, "folder");
	}
	text_add(&text, work->folder);
	text_add_char(&text, '/');
	text_add(&text, name);
	return 0;
}

int work_file_open(struct work *work, const char *name, int flags)
{
	char path[WORK_FILE_MAX];
	int rc = work_file_path(work, name, path);

	if (rc < 0)
		return rc;
	int fd = open(path, flags | O_CLOEXEC, 0600);

	return fd < 0 ? work_failed(work, "open") : fd;
}

void work_file_fill(uint64_t *block, uint64_t bytes, uint64_t number)
{
	for (uint64_t i = 0; i < bytes / sizeof(*block); i++)
		block[i] = (number << 32 | i) * 0x9e3779b97f4a7c15u; /* odd: no two alike */
}
