/* SPDX-License-Identifier: Apache-2.0 */
/* Where cgroups can be made: by root in the host's hierarchies, by a user where systemd has delegated a folder. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/base/text.h"
#include "runtimes/cgroup.h"

const char *const cgroup_controllers[2] = {"memory", "pids"};

#define REASON_ABSENT "the host has no such cgroup controller"
#define REASON_V1 "cgroup v1 is not writable without root"
#define REASON_V2 "no cgroup v2 folder above this process is delegated to this user"

bool cgroup_list_has(const char *list, const char *word, const char *separators)
{
	size_t length = strlen(word);

	for (const char *at = list; *at; at += strspn(at, separators)) {
		size_t next = strcspn(at, separators);

		if (next == length && !strncmp(at, word, length))
			return true;
		at += next;
	}
	return false;
}

/* The parts of a mountinfo line that matter: mount point, type and options of the file system. */
struct mount_line {
	char point[PATH_MAX - 256], type[64], options[1024];
};

static bool mount_parse(const char *line, struct mount_line *ret_mount)
{
	const char *tail = strstr(line, " - ");

	return tail && sscanf(line, "%*s %*s %*s %*s %3839s", ret_mount->point) == 1 &&
	       sscanf(tail, " - %63s %*s %1023s", ret_mount->type, ret_mount->options) == 2;
}

static bool writable(const char *folder, const char *name)
{
	cleanup_free char *path = alloc_format("%s/%s", folder, name);

	return faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0;
}

/* A folder of the user's own, without processes: only such a one can pass controllers on. The keeper takes it for a
 * pattern, so it must not look like one. */
static bool folder_is_delegated(const char *folder)
{
	cleanup_free char *path = alloc_format("%s/cgroup.procs", folder);
	cleanup_free char *processes = file_read(path, NULL, NULL);

	return !strpbrk(folder, "*?[\\") && processes && !processes[strspn(processes, " \n")] &&
	       writable(folder, "") && writable(folder, "cgroup.procs") &&
	       writable(folder, "cgroup.subtree_control");
}

/* The nearest such folder at or above the cgroup of `membership`. */
static bool delegated_find(const char *mount, const char *membership, char ret_folder[PATH_MAX - 256])
{
	cleanup_free char *text = file_read(membership, NULL, NULL);
	char *own = text ? strstr(text, "0::/") : NULL;

	if (!own || (own != text && own[-1] != '\n'))
		return false;
	own += strlen("0::");
	own[strcspn(own, "\n")] = '\0';
	if (snprintf(ret_folder, PATH_MAX - 256, "%s%s", mount, own) >= PATH_MAX - 256)
		return false;
	while (strlen(ret_folder) > strlen(mount) && !folder_is_delegated(ret_folder))
		*strrchr(ret_folder, '/') = '\0';
	return strlen(ret_folder) > strlen(mount);
}

static struct cgroup_hierarchy *hierarchy_add(struct cgroups *cgroups, const char *name, const char *mount)
{
	struct cgroup_hierarchy *h = &cgroups->at[cgroups->count++];

	*h = (struct cgroup_hierarchy){.name = name, .fd = -1};
	(void)snprintf(h->mount, sizeof(h->mount), "%s", mount);
	return h;
}

static void hierarchy_find_unified(struct cgroups *cgroups, const char *mount, const char *membership)
{
	char folder[PATH_MAX - 256];
	bool delegated = membership && delegated_find(mount, membership, folder);
	cleanup_free char *path = alloc_format("%s/cgroup.controllers", delegated ? folder : mount);
	char controllers[512];

	if (file_read_line(path, controllers, sizeof(controllers), NULL) < 0)
		return;
	bool memory = cgroup_list_has(controllers, "memory", " "), pids = cgroup_list_has(controllers, "pids", " ");

	if (!memory && !pids)
		return; /* the empty v2 tree of a hybrid host */
	if (membership && !delegated) {
		cgroups->reason = REASON_V2;
		return;
	}
	cgroups->count = 0;
	struct cgroup_hierarchy *h = hierarchy_add(cgroups, CGROUP_UNIFIED, delegated ? folder : mount);

	h->memory = memory;
	h->pids = pids;
}

static bool cgroups_have(const struct cgroups *cgroups, const char *name)
{
	for (size_t i = 0; i < cgroups->count; i++)
		if (!strcmp(cgroups->at[i].name, name))
			return true;
	return false;
}

static void hierarchy_find_v1(struct cgroups *cgroups, const struct mount_line *mount, const char *membership)
{
	for (size_t i = 0; i < 2; i++) {
		const char *name = cgroup_controllers[i];

		if (cgroups_have(cgroups, name) || !cgroup_list_has(mount->options, name, ","))
			continue;
		if (membership && !writable(mount->point, "")) {
			cgroups->reason = REASON_V1;
			continue;
		}
		struct cgroup_hierarchy *h = hierarchy_add(cgroups, name, mount->point);

		h->memory = !strcmp(name, "memory");
		h->pids = !h->memory;
		return;
	}
}

/* Takes what a mount offers; the first mount of a hierarchy counts. */
static void hierarchy_consider(struct cgroups *cgroups, const struct mount_line *mount, const char *membership)
{
	if (cgroups_have(cgroups, CGROUP_UNIFIED))
		return;
	if (!strcmp(mount->type, "cgroup2"))
		hierarchy_find_unified(cgroups, mount->point, membership);
	else if (!strcmp(mount->type, "cgroup"))
		hierarchy_find_v1(cgroups, mount, membership);
}

int cgroup_find(struct cgroups *ret_cgroups, const char *mountinfo, const char *membership, struct error *err)
{
	cleanup_free char *text = file_read(mountinfo, NULL, err);
	struct mount_line mount;

	ret_cgroups->count = 0;
	ret_cgroups->reason = NULL;
	if (!text)
		return -EIO;
	for (char *line = text; line && *line; line = text_behind(line, '\n'))
		if (mount_parse(line, &mount))
			hierarchy_consider(ret_cgroups, &mount, membership);
	return 0;
}

int cgroup_find_own(struct cgroups *ret_cgroups, struct error *err)
{
	return cgroup_find(ret_cgroups, "/proc/self/mountinfo", geteuid() ? "/proc/self/cgroup" : NULL, err);
}

bool cgroup_has(const struct cgroups *cgroups, const char *controller)
{
	bool has = false;

	for (size_t i = 0; i < cgroups->count; i++)
		has = has || (strcmp(controller, "memory") ? cgroups->at[i].pids : cgroups->at[i].memory);
	return has;
}

const char *cgroup_missing(const struct cgroups *cgroups)
{
	if (cgroup_has(cgroups, "memory"))
		return cgroup_has(cgroups, "pids") ? NULL : "pids";
	return cgroup_has(cgroups, "pids") ? "memory" : "memory and pids";
}

const char *cgroup_reason(const struct cgroups *cgroups)
{
	return cgroups->reason ? cgroups->reason : REASON_ABSENT;
}

const char *cgroup_remedy(const struct cgroups *cgroups)
{
	static const struct {
		const char *reason, *remedy;
	} rows[] = {
	    {REASON_V1, "Run tare as root; or boot with systemd.unified_cgroup_hierarchy=1 and start it with "
			"`systemd-run --user --scope`."},
	    {REASON_V2, "Run tare as root, or start it with `systemd-run --user --scope`."},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!strcmp(cgroup_reason(cgroups), rows[i].reason))
			return rows[i].remedy;
	return cgroup_missing(cgroups) ? "Mount cgroup v2 with these controllers." : "Run tare as root for the rest.";
}

bool cgroup_is_mixed(void)
{
	cleanup_free char *controllers = file_read("/sys/fs/cgroup/unified/cgroup.controllers", NULL, NULL);

	return controllers && controllers[strspn(controllers, " \n")];
}
