/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/measure/traces.h"

#include <ctype.h>
#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/measure/leftovers.h"

#define CGROUP_DEPTH_MAX 8 /* below the root: a user's delegated folder lies deep */

static bool begins_with(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

/* "guest=tare-ID-..." of a domain, or libvirt's "-pidfile" in the run's private folder of a QEMU that it only asks. */
static bool argument_is_of(const char *option, const char *value, const char *name, const char *runtime)
{
	cleanup_free char *guest = alloc_format("guest=%s", name);
	cleanup_free char *pidfile = alloc_format("%s/%s/", runtime, name);

	return (!strcmp(option, "-name") && begins_with(value, guest) && !isalnum(value[strlen(guest)])) ||
	       (!strcmp(option, "-pidfile") && begins_with(value, pidfile));
}

static bool command_is_of(pid_t pid, const char *name, const char *runtime)
{
	cleanup_free char *path = alloc_format("/proc/%d/cmdline", (int)pid);
	size_t length = 0;
	cleanup_free char *command = file_read(path, &length, NULL);

	if (!command || !length || !strstr(command, "qemu"))
		return false;
	const char *end = command + length;

	for (const char *option = command, *value; option < end; option = value) {
		value = option + strlen(option) + 1;
		if (value < end && argument_is_of(option, value, name, runtime))
			return true;
	}
	return false;
}

/* Whether a cgroup called `child` in the one called `parent` is the run's; neither ends with its text. */
static bool cgroup_is_of(const char *parent, size_t parent_length, const char *child, size_t length, const char *name)
{
	const char *id = name + strlen(LEFTOVERS_PREFIX); /* systemd writes "\x2d" for the "-" before it */
	const char *found;

	if (parent_length == 4 && !memcmp(parent, "tare", 4))
		return length == strlen(name) && !memcmp(child, name, length);
	if (parent_length < 7 || memcmp(parent, "machine", 7) ||
	    !(begins_with(child, "qemu-") || begins_with(child, "machine-qemu")))
		return false;
	found = memmem(child, length, id, strlen(id));
	return found && !isalnum(found[strlen(id)]); /* "/" or the terminator stands behind the last part */
}

/* Any two neighbours of a path such as "/tare/tare-ID/tare-ID-3". */
static bool cgroup_path_is_of(const char *path, const char *name)
{
	const char *parent = path;
	size_t parent_length = 0;

	for (const char *part = path; *part; part += *part == '/') {
		size_t length = strcspn(part, "/");

		if (length && cgroup_is_of(parent, parent_length, part, length, name))
			return true;
		parent = part;
		parent_length = length;
		part += length;
	}
	return false;
}

static bool membership_is_of(pid_t pid, const char *name)
{
	cleanup_free char *path = alloc_format("/proc/%d/cgroup", (int)pid);
	cleanup_free char *text = file_read(path, NULL, NULL);

	for (char *rest = text, *line; (line = strsep(&rest, "\n"));) {
		const char *second = strchr(line, ':');
		const char *third = second ? strchr(second + 1, ':') : NULL;

		if (third && cgroup_path_is_of(third + 1, name))
			return true;
	}
	return false;
}

bool traces_has_process(pid_t pid, const char *name, const char *runtime)
{
	return command_is_of(pid, name, runtime) || membership_is_of(pid, name);
}

static void traces_add(struct traces *traces, enum trace_kind kind, pid_t pid, const char *which)
{
	traces->all = alloc_grow(traces->all, traces->count + 1, sizeof(*traces->all));
	struct trace *trace = &traces->all[traces->count++];

	*trace = (struct trace){.kind = kind, .pid = pid};
	(void)snprintf(trace->which, sizeof(trace->which), "%s", which);
}

static void cleanup_closedir(DIR **dir)
{
	if (*dir)
		(void)closedir(*dir);
}

void traces_find_processes(const char *name, const char *runtime, struct traces *traces)
{
	__attribute__((cleanup(cleanup_closedir))) DIR *dir = opendir("/proc");

	for (struct dirent *e; dir && (e = readdir(dir));) {
		pid_t pid = (pid_t)strtol(e->d_name, NULL, 10);

		if (pid > 1 && pid != getpid() && traces_has_process(pid, name, runtime))
			traces_add(traces, TRACE_PROCESS, pid, e->d_name);
	}
}

static __thread struct {
	struct traces *traces;
	const char *name;
} visiting; /* nftw has no argument for its callback */

static int cgroup_visit(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	const char *child = path + walk->base, *parent = child;

	(void)st;
	if (type != FTW_D)
		return FTW_CONTINUE;
	while (parent - 1 > path && parent[-2] != '/')
		parent--;
	parent -= parent > path;
	if (walk->level && cgroup_is_of(parent, strcspn(parent, "/"), child, strlen(child), visiting.name)) {
		traces_add(visiting.traces, TRACE_CGROUP, 0, path);
		return FTW_SKIP_SUBTREE;
	}
	return walk->level == CGROUP_DEPTH_MAX ? FTW_SKIP_SUBTREE : FTW_CONTINUE;
}

void traces_find_cgroups(const char *name, const char *root, struct traces *traces)
{
	visiting.traces = traces;
	visiting.name = name;
	(void)nftw(root, cgroup_visit, 16, FTW_PHYS | FTW_ACTIONRETVAL);
}
