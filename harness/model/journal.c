/* SPDX-License-Identifier: Apache-2.0 */
/* The writing side of samples.jsonl: nothing that was measured is lost by what comes after it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/model/recording.h"

/* A journal has one writer. */
static int journal_lock(const struct journal *journal, struct error *err)
{
	if (!flock(journal->fd, LOCK_EX | LOCK_NB))
		return 0;
	if (errno == EWOULDBLOCK)
		return error_input(err, "%s: the run is still alive and writes it", journal->path);
	return error_errno(err, errno, "%s: cannot lock", journal->path);
}

int journal_create(const char *folder, struct journal *ret_journal, struct error *err)
{
	struct journal journal;

	(void)snprintf(journal.path, sizeof(journal.path), "%s/" RECORDING_JOURNAL, folder);
	journal.fd = open(journal.path, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0644);
	if (journal.fd < 0)
		return error_errno(err, errno, "%s: cannot create", journal.path);
	int rc = journal_lock(&journal, err);

	if (rc < 0)
		(void)close(journal.fd);
	else
		*ret_journal = journal;
	return rc;
}

/* What follows the last newline was being written when the run ended. */
static int journal_repair(const struct journal *journal, size_t *ret_torn_lines, struct error *err)
{
	off_t size = lseek(journal->fd, 0, SEEK_END), whole = size;
	char bytes[4096];
	char *newline = NULL;

	while (whole > 0 && !newline) {
		size_t part = (size_t)whole < sizeof(bytes) ? (size_t)whole : sizeof(bytes);

		if (pread(journal->fd, bytes, part, whole - (off_t)part) != (ssize_t)part)
			return error_errno(err, EIO, "%s: cannot read", journal->path);
		newline = memrchr(bytes, '\n', part);
		whole -= newline ? bytes + part - newline - 1 : (off_t)part;
	}
	*ret_torn_lines = whole < size;
	if (size < 0 || (whole < size && (ftruncate(journal->fd, whole) < 0 || fsync(journal->fd) < 0)))
		return error_errno(err, errno, "%s: cannot cut off the incomplete last line", journal->path);
	return 0;
}

int journal_reopen(const char *folder, struct journal *ret_journal, size_t *ret_torn_lines, struct error *err)
{
	struct journal journal;

	(void)snprintf(journal.path, sizeof(journal.path), "%s/" RECORDING_JOURNAL, folder);
	journal.fd = open(journal.path, O_RDWR | O_APPEND | O_CLOEXEC);
	if (journal.fd < 0)
		return error_input(err, "%s: cannot open: %s; a run that was begun has one", journal.path,
				   strerror(errno));
	int rc = journal_lock(&journal, err);

	if (!rc)
		rc = journal_repair(&journal, ret_torn_lines, err);
	if (rc < 0)
		(void)close(journal.fd);
	else
		*ret_journal = journal;
	return rc;
}

/* One write, so that a full disk or a kill tears at most the last line. */
static int journal_write(const struct journal *journal, const char *text, size_t length)
{
	for (size_t done = 0; done < length;) {
		ssize_t put = write(journal->fd, text + done, length - done);

		if (put < 0 && errno != EINTR)
			return -errno;
		done += put < 0 ? 0 : (size_t)put;
	}
	return fdatasync(journal->fd) < 0 ? -errno : 0;
}

int journal_append(struct journal *journal, const struct json *record, struct error *err)
{
	cleanup_free char *text = json_text(record, false);
	size_t length = strlen(text);
	off_t before = lseek(journal->fd, 0, SEEK_END);

	text = alloc_grow(text, length + 2, 1);
	text[length++] = '\n';
	int rc = journal_write(journal, text, length);

	if (!rc)
		return 0;
	if (before >= 0)
		(void)!ftruncate(journal->fd, before);
	return error_errno(err, -rc, "%s: cannot write; the samples before this one are safe", journal->path);
}

void journal_close(struct journal *journal)
{
	if (journal->fd >= 0)
		(void)close(journal->fd);
	journal->fd = -1;
}
