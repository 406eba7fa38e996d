/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/measure/profile-read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/base/text.h"
#include "harness/measure/counters.h"
#include "harness/model/sample.h"

#define NO_LIMIT_BYTES (INT64_MAX >> 1) /* cgroup v1 writes "none" as a number near the largest */

static bool link_of(const char *pid, const char *name, char text[64])
{
	cleanup_free char *path = alloc_format("/proc/%s/ns/%s", pid, name);
	ssize_t length = readlink(path, text, 63);

	text[length > 0 ? length : 0] = '\0';
	return length > 0;
}

static void read_namespaces(const char *pid, struct profile *profile)
{
	static const char *const names[] = {"mnt", "pid", "net", "ipc", "uts", "cgroup", "user", "time"};
	size_t used = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char own[64], theirs[64];

		if (link_of("self", names[i], own) && link_of(pid, names[i], theirs) && strcmp(own, theirs))
			used += (size_t)snprintf(profile->namespaces + used, sizeof(profile->namespaces) - used, "%s%s",
						 used ? " " : "", names[i]);
	}
}

/* The word behind "key:" in /proc/PID/status. */
static void status_word(const char *text, const char *key, char *word, size_t size)
{
	cleanup_free char *mark = alloc_format("\n%s:", key);
	const char *at = strstr(text, mark);

	word[0] = '\0';
	if (!at)
		return;
	at += strlen(mark);
	at += strspn(at, " \t");
	(void)snprintf(word, size, "%.*s", (int)strcspn(at, "\n\t "), at);
}

static int64_t status_number(const char *text, const char *key)
{
	char word[24];

	status_word(text, key, word, sizeof(word));
	return *word ? strtoll(word, NULL, 10) : UNKNOWN;
}

static void read_status(const char *pid, struct profile *profile)
{
	static const char *const modes[] = {"off", "strict", "filter"};
	cleanup_free char *path = alloc_format("/proc/%s/status", pid);
	cleanup_free char *text = file_read(path, NULL, NULL);

	if (!text)
		return;
	profile->known = true;
	int64_t mode = status_number(text, "Seccomp");

	if (mode >= 0 && mode < 3)
		(void)snprintf(profile->seccomp, sizeof(profile->seccomp), "%s", modes[mode]);
	profile->seccomp_filters = status_number(text, "Seccomp_filters");
	profile->no_new_privs = status_number(text, "NoNewPrivs");
	profile->host_uid = status_number(text, "Uid");
	status_word(text, "CapBnd", profile->cap_bounding, sizeof(profile->cap_bounding));
	status_word(text, "CapEff", profile->cap_effective, sizeof(profile->cap_effective));
}

static void read_mounts(const char *pid, struct profile *profile)
{
	cleanup_free char *path = alloc_format("/proc/%s/mountinfo", pid);
	cleanup_free char *text = file_read(path, NULL, NULL);

	if (!text)
		return;
	profile->mounts = profile->read_only_mounts = 0;
	for (const char *line = text; line && *line; line = text_behind(line, '\n')) {
		char point[256], options[256];
		const char *tail = strstr(line, " - ");

		if (!tail || sscanf(line, "%*s %*s %*s %*s %255s %255s", point, options) != 2)
			continue;
		profile->mounts++;
		profile->read_only_mounts += !strncmp(options, "ro", 2) && (!options[2] || options[2] == ',');
		if (!strcmp(point, "/"))
			(void)sscanf(tail, " - %23s", profile->root_type);
	}
}

static void read_files_limit(const char *pid, struct profile *profile)
{
	static const char mark[] = "Max open files";
	cleanup_free char *path = alloc_format("/proc/%s/limits", pid);
	cleanup_free char *text = file_read(path, NULL, NULL);
	const char *at = text ? strstr(text, mark) : NULL;

	if (at)
		profile->open_files_limit = strtoll(at + sizeof(mark) - 1, NULL, 10);
}

static void read_limit(const char *folder, const char *file, int64_t *limit)
{
	cleanup_free char *path = alloc_format("%s/%s", folder, file);
	uint64_t value;

	if (*limit == UNKNOWN && !file_read_u64(path, &value, NULL) && value < NO_LIMIT_BYTES)
		*limit = (int64_t)value;
}

static void read_limits(pid_t pid, const char *group, struct profile *profile)
{
	struct counters counters;

	counters_find(pid, group, &counters);
	for (unsigned i = 0; i < counters.count; i++) {
		const char *folder = counters.folders[i].path;

		read_limit(folder, "memory.max", &profile->memory_limit_bytes);
		read_limit(folder, "memory.limit_in_bytes", &profile->memory_limit_bytes);
		read_limit(folder, "pids.max", &profile->pids_limit);
	}
}

void profile_read(pid_t pid, const char *group, struct profile *ret_profile)
{
	char text[24];

	profile_init(ret_profile);
	(void)snprintf(text, sizeof(text), "%d", (int)pid);
	cleanup_free char *label = alloc_format("/proc/%s/attr/current", text);

	read_status(text, ret_profile);
	read_namespaces(text, ret_profile);
	read_mounts(text, ret_profile);
	read_files_limit(text, ret_profile);
	read_limits(pid, group, ret_profile);
	if (file_read_line(label, ret_profile->lsm, sizeof(ret_profile->lsm), NULL) < 0)
		ret_profile->lsm[0] = '\0';
}
