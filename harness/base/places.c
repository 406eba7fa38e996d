/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/base/places.h"

#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"

static struct {
	char *data, *artifacts, *runs, *runtime;
} places;

static pthread_once_t places_once = PTHREAD_ONCE_INIT;

static char *executable_folder(void)
{
	char path[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (length <= 0)
		return alloc_text("/");
	path[length] = '\0';
	*strrchr(path, '/') = '\0';
	return alloc_text(path);
}

/* A sanitizer's build lies deeper than build/, so look upwards for the checkout. NULL: there is none. */
static char *checkout_above(const char *folder)
{
	cleanup_free char *at = alloc_text(folder);

	for (char *slash = strrchr(at, '/'); slash; *slash = '\0', slash = strrchr(at, '/')) {
		cleanup_free char *probe = alloc_format("%s/scenarios/payload/payload.mk", at);

		if (file_exists(probe))
			return alloc_text(at);
	}
	return NULL;
}

static char *state_folder(void)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	if (state && *state)
		return alloc_format("%s/tare/runs", state);
	return alloc_format("%s/.local/state/tare/runs", home && *home ? home : "/var/lib");
}

/* QEMU's monitor has the longest name below it, and a socket's path has 107 bytes. */
#define RUNTIME_FOLDER_MAX 27

static char *runtime_folder(void)
{
	const char *xdg = getenv("XDG_RUNTIME_DIR");

	if (access("/run", W_OK) == 0)
		return alloc_text("/run");
	bool fits = xdg && xdg[0] == '/' && strlen(xdg) <= RUNTIME_FOLDER_MAX && access(xdg, W_OK) == 0;

	return alloc_text(fits ? xdg : "/tmp");
}

static void places_find(void)
{
	cleanup_free char *folder = executable_folder();
	cleanup_free char *checkout = checkout_above(folder);
	const char *data = getenv("TARE_DATA"), *artifacts = getenv("TARE_ARTIFACTS");

	places.runtime = runtime_folder();
	bool writable = checkout && access(checkout, W_OK) == 0;

	places.runs = writable ? alloc_format("%s/results/runs", checkout) : state_folder();
	if (checkout) {
		places.data = alloc_text(checkout);
		places.artifacts = alloc_format("%s/build", checkout);
	} else {
		/* PREFIX/libexec/tare/tare-harness */
		for (int depth = 0; depth < 2 && *folder; depth++)
			*strrchr(folder, '/') = '\0';
		places.data = alloc_format("%s/share/tare", folder);
		places.artifacts = alloc_format("%s/share/tare/artifacts", folder);
	}
	if (data && *data) {
		free(places.data);
		places.data = alloc_text(data);
	}
	if (artifacts && *artifacts) {
		free(places.artifacts);
		places.artifacts = alloc_text(artifacts);
	}
}

const char *places_data(void)
{
	(void)pthread_once(&places_once, places_find);
	return places.data;
}

const char *places_artifacts(void)
{
	(void)pthread_once(&places_once, places_find);
	return places.artifacts;
}

const char *places_runs(void)
{
	(void)pthread_once(&places_once, places_find);
	return places.runs;
}

const char *places_runtime(void)
{
	(void)pthread_once(&places_once, places_find);
	return places.runtime;
}
