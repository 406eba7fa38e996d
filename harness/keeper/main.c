/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `tare`: starts tare-harness with the same arguments, keeps it and everything that it starts, and
 * leaves nothing behind. All options and all output are the harness's.
 */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/keeper/keeper.h"

/* The harness's program: beside ours, or where an installation puts it. NULL: neither is there. For free().
 */
static char *harness_find(char folder[PATH_MAX])
{
	static const char *const places[] = {"tare-harness", "../libexec/tare/tare-harness"};
	ssize_t length = readlink("/proc/self/exe", folder, PATH_MAX - 1);
	char *slash;

	folder[length > 0 ? length : 0] = '\0';
	slash = strrchr(folder, '/');
	if (slash)
		*slash = '\0';
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		cleanup_free char *path = alloc_format("%s/%s", folder, places[i]);

		if (!access(path, X_OK))
			return steal_ptr(path);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	struct keeper keeper;
	struct error err = {0};
	char folder[PATH_MAX];
	cleanup_free char *path = harness_find(folder);

	(void)argc;
	if (!path) {
		(void)fprintf(stderr, "tare: no tare-harness in %s or in %s/../libexec/tare\n", folder,
			      folder);
		return 1;
	}
	int rc = keeper_init(&keeper, &err);

	if (!rc)
		rc = keeper_run(&keeper, path, argv, &err);
	size_t left = keeper_finish(&keeper);

	if (left)
		(void)fprintf(stderr, "tare: %zu of the processes that were started do not end\n", left);
	if (rc < 0) {
		(void)fprintf(stderr, "tare: %s\n", err.text);
		return err.class == ERROR_HOST ? 3 : 1;
	}
	return WIFSIGNALED(keeper.harness_status) ? 128 + WTERMSIG(keeper.harness_status)
						  : WEXITSTATUS(keeper.harness_status);
}
