/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names without contents: makes, looks up and removes empty files, 500 at a time in one folder; one operation is one
 * file, three calls. The overlay of a container against the guest's own file system.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenarios/payload/text.h"
#include "scenarios/payload/work-file.h"

#define FILES_AT_ONCE 500u /* a guest's small disk has names for some 900 */

static int prepare(struct work *work)
{
	static char folder[WORK_FILE_MAX];
	int rc = work_file_path(work, "tare-meta", folder);

	if (rc < 0)
		return rc;
	mkdir(folder, 0700); /* left by an earlier order: that is fine */
	if (chdir(folder) < 0)
		return work_failed(work, "folder");
	return 0;
}

static const char *name_of(uint64_t number)
{
	static char name[24];
	struct text text = TEXT_OVER(name);

	text_add_char(&text, 'f');
	text_add_number(&text, number, 10);
	return name;
}

/* What a round that failed has made must not be in the way of the next workload. */
static int give_up(struct work *work, uint64_t files)
{
	int rc = work_failed(work, "open");

	while (files)
		(void)unlink(name_of(--files));
	return rc;
}

static int one_round(struct work *work, uint64_t files)
{
	struct stat status;

	for (uint64_t i = 0; i < files; i++) {
		int fd = open(name_of(i), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);

		if (fd < 0)
			return give_up(work, i);
		close(fd);
	}
	for (uint64_t i = 0; i < files; i++)
		work->checksum += !stat(name_of(i), &status) && !status.st_size;
	for (uint64_t i = 0; i < files; i++)
		if (unlink(name_of(i)) < 0)
			return work_failed(work, "unlink");
	return 0;
}

static int run(struct work *work)
{
	int rc = 0;

	work->checksum = 0;
	work->expected = work->count;
	for (uint64_t left = work->count; left && !rc;) {
		uint64_t files = left < FILES_AT_ONCE ? left : FILES_AT_ONCE;

		rc = one_round(work, files);
		left -= files;
	}
	return rc;
}

const struct work_kind work_file_meta = {"file_meta", prepare, NULL, run, NULL};
