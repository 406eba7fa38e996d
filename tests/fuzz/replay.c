/* SPDX-License-Identifier: Apache-2.0 */
/* replay-READER feeds a fuzz target with tests/fuzz/corpus/READER/, and with prefixes and bit flips of it; TAP. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "tests/fuzz/fuzz.h"

#define STEPS 16 /* of each kind and file */

static void feed(const char *bytes, size_t length)
{
	/* of exactly this size, so that a sanitizer sees a read behind it */
	uint8_t *copy = alloc_zero(length ? length : 1, 1);

	(void)memcpy(copy, bytes, length);
	(void)LLVMFuzzerTestOneInput(copy, length);
	free(copy);
}

static void replay(const char *path)
{
	struct error err = {0};
	size_t length;
	cleanup_free char *bytes = file_read(path, &length, &err);

	if (!bytes) {
		(void)printf("Bail out! %s\n", err.text);
		exit(1);
	}
	feed(bytes, length);
	for (size_t i = 0; i < STEPS; i++)
		feed(bytes, length * i / STEPS);
	for (size_t i = 0; length && i < STEPS; i++) {
		char *at = &bytes[(length - 1) * i / STEPS];

		*at = (char)(*at ^ 1 << i % 8);
		feed(bytes, length);
	}
}

int main(void)
{
	const char *reader = strrchr(program_invocation_short_name, '-');
	cleanup_free char *folder = alloc_format("tests/fuzz/corpus/%s", reader ? reader + 1 : "");
	struct dirent **entries;
	int count = scandir(folder, &entries, NULL, alphasort), tests = 0;

	if (count < 0) {
		(void)printf("Bail out! %s: %s\n", folder, strerror(errno));
		return 1;
	}
	for (int i = 0; i < count; i++) {
		cleanup_free char *path = alloc_format("%s/%s", folder, entries[i]->d_name);

		if (entries[i]->d_name[0] != '.') {
			replay(path);
			(void)printf("ok %d - %s\n", ++tests, path);
		}
		free(entries[i]);
	}
	free(entries);
	(void)printf("1..%d\n", tests);
	return tests ? 0 : 1;
}
