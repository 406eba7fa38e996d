/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/measure/counters.h"

#include <mntent.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/model/sample.h"

/* The mount point of a hierarchy: "" (v2) or the name of a v1 controller. False: not mounted. */
static bool hierarchy_mount(const char *controller, char *ret_path, size_t size)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent entry, *found = NULL;
	char text[4096];

	while (mounts && (found = getmntent_r(mounts, &entry, text, sizeof(text))))
		if (*controller ? !strcmp(entry.mnt_type, "cgroup") && hasmntopt(&entry, controller)
				: !strcmp(entry.mnt_type, "cgroup2"))
			break;
	if (found)
		(void)snprintf(ret_path, size, "%s", entry.mnt_dir);
	if (mounts)
		(void)endmntent(mounts);
	return found != NULL;
}

/* systemd writes the dashes of a machine's name as \x2d. */
static bool is_of(const char *path, const char *name)
{
	cleanup_free char *plain = alloc_text(path);

	for (char *dash; (dash = strstr(plain, "\\x2d"));) {
		*dash = '-';
		(void)memmove(dash + 1, dash + 4, strlen(dash + 4) + 1);
	}
	return strstr(plain, name) != NULL;
}

/* libvirt puts QEMU into a threaded group below the domain's own, and such a group counts no memory: go up to the
 * one that does. */
static void counters_climb(char *path, const char *name)
{
	for (;;) {
		cleanup_free char *counter_path = alloc_format("%s/memory.current", path);
		char *slash = strrchr(path, '/');

		if (file_exists(counter_path) || !slash)
			return;
		cleanup_free char *last = alloc_text(slash);

		*slash = '\0';
		if (!is_of(path, name)) {
			(void)memcpy(slash, last, strlen(last) + 1); /* no group of the instance counts it */
			return;
		}
	}
}

static void counters_add(struct counters *counters, char *line, const char *name)
{
	char mount[PATH_MAX];

	(void)strsep(&line, ":");
	char *controllers = strsep(&line, ":");

	if (!line || !is_of(line, name) || counters->count == COUNTERS_PATHS_MAX)
		return;
	bool memory = !strcmp(controllers, "memory"), unified = !*controllers;

	controllers[strcspn(controllers, ",")] = '\0';
	if (!hierarchy_mount(controllers, mount, sizeof(mount)))
		return;
	char *path = counters->text + counters->used;

	if (snprintf(path, PATH_MAX, "%s%s", mount, line) >= PATH_MAX)
		return;
	if (unified)
		counters_climb(path, name);
	counters->folders[counters->count].path = path;
	counters->folders[counters->count].memory = memory;
	counters->folders[counters->count].unified = unified;
	counters->count++;
	counters->used += strlen(path) + 1;
}

void counters_find(pid_t pid, const char *name, struct counters *ret_counters)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/cgroup", (int)pid);
	cleanup_free char *text = file_read(path, NULL, NULL);

	ret_counters->count = 0;
	ret_counters->used = 0;
	for (char *rest = text, *line; (line = strsep(&rest, "\n"));)
		counters_add(ret_counters, line, name);
}

static int64_t counter(const char *folder, const char *file, const char *field)
{
	char path[PATH_MAX];
	uint64_t value;

	if (snprintf(path, sizeof(path), "%s/%s", folder, file) >= (int)sizeof(path))
		return UNKNOWN;
	int rc = field ? file_read_field(path, field, &value, NULL) : file_read_u64(path, &value, NULL);

	return rc < 0 ? UNKNOWN : (int64_t)value;
}

void counters_read_memory(const struct counters *counters, struct counters_memory *ret_memory)
{
	*ret_memory = (struct counters_memory){UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN};
	for (unsigned i = 0; i < counters->count; i++) {
		const char *folder = counters->folders[i].path;

		if (counters->folders[i].memory)
			*ret_memory = (struct counters_memory){
				.current = counter(folder, "memory.usage_in_bytes", NULL),
				.peak = counter(folder, "memory.max_usage_in_bytes", NULL),
				.kernel = counter(folder, "memory.kmem.usage_in_bytes", NULL),
				.file = counter(folder, "memory.stat", "cache"),
			};
		else if (counters->folders[i].unified && counter(folder, "memory.current", NULL) != UNKNOWN)
			*ret_memory = (struct counters_memory){
				.current = counter(folder, "memory.current", NULL),
				.peak = counter(folder, "memory.peak", NULL),
				.kernel = counter(folder, "memory.stat", "kernel"),
				.file = counter(folder, "memory.stat", "file"),
			};
	}
}
