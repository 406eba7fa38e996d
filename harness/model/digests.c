/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/model/digests.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/digest.h"
#include "harness/base/file.h"
#include "harness/model/recording.h"

static const char *const files[] = {RECORDING_PLAN, RECORDING_HOST, RECORDING_JOURNAL};
#define FILE_COUNT (sizeof(files) / sizeof(files[0]))

/* "HEX  NAME\n" as it is now. */
static char *line_of(const char *folder, const char *name, struct error *err)
{
	cleanup_free char *path = alloc_format("%s/%s", folder, name);
	char hex[DIGEST_HEX];

	return digest_file(path, hex, err) < 0 ? NULL : alloc_format("%s  %s\n", hex, name);
}

int digests_write(const char *folder, struct error *err)
{
	cleanup_free char *path = alloc_format("%s/" DIGESTS_FILE, folder);
	char text[FILE_COUNT * (DIGEST_HEX + 32)] = "";

	for (size_t i = 0; i < FILE_COUNT; i++) {
		cleanup_free char *line = line_of(folder, files[i], err);
		size_t length = strlen(text);

		if (!line)
			return -EIO;
		(void)snprintf(text + length, sizeof(text) - length, "%s", line);
	}
	return file_write(path, text, strlen(text), err);
}

char *digests_check(const char *folder)
{
	cleanup_free char *path = alloc_format("%s/" DIGESTS_FILE, folder);
	cleanup_free char *text = file_exists(path) ? file_read(path, NULL, NULL) : NULL;
	char *changed = alloc_text("");

	if (!text) {
		free(changed);
		return alloc_text("no digests");
	}
	for (size_t i = 0; i < FILE_COUNT; i++) {
		cleanup_free char *line = line_of(folder, files[i], NULL);

		if (line && strstr(text, line))
			continue;
		char *longer = alloc_format("%s%s%s", changed, *changed ? ", " : "", files[i]);

		free(changed);
		changed = longer;
	}
	return changed;
}
