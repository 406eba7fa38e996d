/* SPDX-License-Identifier: Apache-2.0 */
/* The writing side of samples.jsonl: nothing that was measured is lost by what comes after it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/model/recording.h"

int journal_create(const char *folder, struct journal *ret_journal, struct error *err)
{
	struct journal journal;

	(void)snprintf(journal.path, sizeof(journal.path), "%s/" RECORDING_JOURNAL, folder);
	journal.fd = open(journal.path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0644);
	if (journal.fd < 0)
		return error_errno(err, errno, "%s: cannot create", journal.path);
	*ret_journal = journal;
	return 0;
}

int journal_append(struct journal *journal, const struct json *record, struct error *err)
{
	cleanup_free char *text = json_text(record, false);
	size_t length = strlen(text);

	text = alloc_grow(text, length + 2, 1);
	text[length++] = '\n';
	/* One write, so that a full disk or a kill tears at most the last line. */
	for (size_t done = 0; done < length;) {
		ssize_t put = write(journal->fd, text + done, length - done);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return error_errno(err, errno, "%s: cannot write; the samples before this one are safe",
					   journal->path);
		done += (size_t)put;
	}
	if (fdatasync(journal->fd) < 0)
		return error_errno(err, errno, "%s: cannot sync", journal->path);
	return 0;
}

void journal_close(struct journal *journal)
{
	if (journal->fd >= 0)
		(void)close(journal->fd);
	journal->fd = -1;
}
