/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/measure/neighbours.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/base/places.h"
#include "harness/measure/leftovers.h"

static bool is_locked(const char *locks, const char *path)
{
	struct stat st;
	char inode[64];

	if (lstat(path, &st) < 0 || !S_ISDIR(st.st_mode))
		return false;
	(void)snprintf(inode, sizeof(inode), " %02x:%02x:%llu ", major(st.st_dev), minor(st.st_dev),
		       (unsigned long long)st.st_ino);
	return strstr(locks, inode);
}

void neighbours_add(struct neighbours *n, const char *id)
{
	for (size_t i = 0; i < n->count; i++)
		if (!strcmp(n->ids[i], id))
			return;
	if (n->count < NEIGHBOURS_MAX)
		(void)snprintf(n->ids[n->count++], sizeof(n->ids[0]), "%s", id);
}

void neighbours_look(struct neighbours *neighbours, const char *own_id)
{
	cleanup_free char *locks = file_read("/proc/locks", NULL, NULL);
	cleanup_free char *own_place = alloc_format("%s/" LEFTOVERS_PREFIX "*", places_runtime());
	const char *patterns[] = {own_place, "/run/" LEFTOVERS_PREFIX "*", "/run/user/*/" LEFTOVERS_PREFIX "*",
				  "/tmp/" LEFTOVERS_PREFIX "*"};
	glob_t found = {0};

	if (!locks)
		return;
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		(void)glob(patterns[i], GLOB_NOSORT | (i ? GLOB_APPEND : 0), NULL, &found);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		const char *name = strrchr(found.gl_pathv[i], '/') + 1;
		const char *id = name + strlen(LEFTOVERS_PREFIX);

		if (leftovers_is_run(name) && strcmp(id, own_id) && is_locked(locks, found.gl_pathv[i]))
			neighbours_add(neighbours, id);
	}
	globfree(&found);
}

struct json *neighbours_json(const struct neighbours *neighbours)
{
	struct json *ids = json_array();

	for (size_t i = 0; i < neighbours->count; i++)
		json_append(ids, json_new_text(neighbours->ids[i]));
	return ids;
}
