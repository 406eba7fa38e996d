/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/measure/oom.h"

#include <ctype.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"

#define FOLDERS_OPEN_MAX 16

/* What is looked for and found. nftw has no argument for its callback. */
static __thread struct search {
	const char *name;
	uint64_t kills, limit;
	const char *file;
} search;

static const struct {
	const char *events, *limit;
} versions[] = {{"memory.events", "memory.max"}, {"memory.oom_control", "memory.limit_in_bytes"}};

/* "tare-ID-3", also as a part ("crun-tare-ID-3.scope"), but not "tare-ID-31". */
static bool carries(const char *folder, const char *name)
{
	const char *found = strstr(folder, name);

	return found && !isalnum((unsigned char)found[strlen(name)]);
}

static int visit(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	(void)st;
	if (type != FTW_D || !carries(path + walk->base, search.name))
		return 0;
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		cleanup_free char *events = alloc_format("%s/%s", path, versions[i].events);
		cleanup_free char *limit = alloc_format("%s/%s", path, versions[i].limit);
		uint64_t kills = 0;

		if (file_read_field(events, "oom_kill", &kills, NULL) < 0 || !kills)
			continue;
		search.kills += kills;
		search.file = versions[i].events;
		(void)file_read_u64(limit, &search.limit, NULL);
	}
	return 0;
}

bool oom_look(const char *root, const char *name, char *why, size_t size)
{
	search = (struct search){.name = name};
	(void)nftw(root, visit, FOLDERS_OPEN_MAX, FTW_PHYS);
	if (!search.kills)
		return false;
	(void)snprintf(why, size,
		       "out of memory: its limit of %" PRIu64 " bytes killed %" PRIu64 " of its processes (%s)",
		       search.limit, search.kills, search.file);
	return true;
}
