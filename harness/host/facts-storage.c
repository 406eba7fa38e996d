/* SPDX-License-Identifier: Apache-2.0 */
/* host.cgroup and host.storage: what is mounted where. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/host/facts-parts.h"
#include "harness/host/hostfs.h"

/* One line of /proc/self/mountinfo; the texts lie in the caller's copy of the file. */
struct mount {
	char *device, *point, *options, *fs, *source, *fs_options;
};

/* "\040" and its like, in place. */
static void unescape(char *text)
{
	char *to = text;

	for (const char *from = text; *from;) {
		unsigned code;

		if (from[0] == '\\' && sscanf(from + 1, "%3o", &code) == 1) {
			*to++ = (char)code;
			from += 4;
		} else {
			*to++ = *from++;
		}
	}
	*to = '\0';
}

static bool mount_parse(char *line, struct mount *ret)
{
	char *fields[6], *rest = line, *dash = strstr(line, " - ");

	if (!dash)
		return false;
	*dash = '\0';
	for (int i = 0; i < 6; i++) {
		fields[i] = strsep(&rest, " ");
		if (!fields[i])
			return false;
	}
	rest = dash + 3;
	*ret = (struct mount){.device = fields[2], .point = fields[4], .options = fields[5]};
	ret->fs = strsep(&rest, " ");
	ret->source = strsep(&rest, " ");
	ret->fs_options = rest;
	if (!ret->source || !ret->fs_options)
		return false;
	unescape(ret->point);
	unescape(ret->source);
	return true;
}

/* The next mount in `*cursor`, which starts as the text of mountinfo and is taken apart. */
static bool mount_next(char **cursor, struct mount *ret)
{
	for (char *line; (line = strsep(cursor, "\n"));)
		if (mount_parse(line, ret))
			return true;
	return false;
}

static bool is_below(const char *path, const char *point)
{
	size_t length = strlen(point);

	if (!strcmp(point, "/"))
		return true;
	return !strncmp(path, point, length) && (!path[length] || path[length] == '/');
}

/* --- cgroup ------------------------------------------------------------------------------------------------
 */

/* Adds the controllers of the v1 lines ("4:cpu,cpuacct:/path") of /proc/self/cgroup; "" is v2, "name=" has
 * none. */
static void add_v1_controllers(const char *membership, struct json *controllers)
{
	cleanup_free char *copy = alloc_text(membership);

	for (char *cursor = copy, *line; (line = strsep(&cursor, "\n"));) {
		(void)strsep(&line, ":");
		char *names = strsep(&line, ":");

		for (char *name;
		     names && *names && strncmp(names, "name=", 5) && (name = strsep(&names, ","));)
			json_append(controllers, json_new_text(name));
	}
}

static void add_v2_group(const char *membership, const char *point, struct json *cgroup)
{
	const char *line = strstr(membership, "0::");
	cleanup_free char *own =
		line ? alloc_format("%.*s", (int)strcspn(line + 3, "\n"), line + 3) : alloc_text("/");
	cleanup_free char *folder = hostfs_path("%s%s", point, own);
	char delegated[256];

	json_add_text(cgroup, "own", own);
	if (hostfs_line(delegated, sizeof(delegated), "%s%s/cgroup.subtree_control", point, own))
		json_add(cgroup, "delegated", facts_words(delegated));
	if (hostfs_is_live())
		json_add_bool(cgroup, "own_writable", access(folder, W_OK) == 0);
}

struct json *facts_cgroup(void)
{
	cleanup_free char *mounts = hostfs_read("/proc/self/mountinfo");
	cleanup_free char *membership = hostfs_read("/proc/self/cgroup");
	struct json *cgroup = json_object(), *controllers = json_array();
	char *cursor = mounts, *v2_point = NULL, list[256];
	struct mount mount;
	bool v1 = false;

	while (cursor && mount_next(&cursor, &mount)) {
		v1 = v1 || !strcmp(mount.fs, "cgroup");
		if (!strcmp(mount.fs, "cgroup2"))
			v2_point = mount.point;
	}
	json_add_text(cgroup, "version", v1 && v2_point ? "hybrid" : v1 ? "v1" : v2_point ? "v2" : "none");
	if (v2_point && hostfs_line(list, sizeof(list), "%s/cgroup.controllers", v2_point)) {
		json_free(controllers);
		controllers = facts_words(list);
	}
	if (membership)
		add_v1_controllers(membership, controllers);
	json_add(cgroup, "controllers", controllers);
	if (v2_point && membership)
		add_v2_group(membership, v2_point, cgroup);
	return cgroup;
}

/* --- storage -----------------------------------------------------------------------------------------------
 */

/* The folder itself or the nearest parent that is there, without links. In a recorded tree the path as it is.
 */
static char *existing_folder(const char *path)
{
	char *real = NULL, *slash;
	cleanup_free char *folder = alloc_text(path);

	if (!hostfs_is_live())
		return steal_ptr(folder);
	while (!(real = realpath(folder, NULL)) && (slash = strrchr(folder, '/')) && slash != folder)
		*slash = '\0';
	return real ? real : realpath(path[0] == '/' ? "/" : ".", NULL);
}

static void add_block_device(const struct mount *mount, struct json *row)
{
	const char *slash = strrchr(mount->source, '/'), *name = slash ? slash + 1 : mount->source;
	char rotational[8] = "", queue[512], scheduler[128] = "";

	json_add(row, "device",
		 !strncmp(mount->source, "/dev/", 5) ? json_new_text(name) : json_new_text(NULL));
	/* A partition's queue is its disk's. The number is right also for mapped devices, the name for btrfs.
	 */
	for (int i = 0; i < 4 && !rotational[0]; i++) {
		(void)snprintf(queue, sizeof(queue), "/sys/%s/%s%s/queue",
			       i < 2 ? "dev/block" : "class/block", i < 2 ? mount->device : name,
			       i % 2 ? "/.." : "");
		(void)hostfs_line(rotational, sizeof(rotational), "%s/rotational", queue);
		(void)hostfs_line(scheduler, sizeof(scheduler), "%s/scheduler", queue);
	}
	if (rotational[0])
		json_add_bool(row, "rotational", !strcmp(rotational, "1"));
	else
		facts_add_unknown(row, "rotational", "no block device is behind this file system");
	hostfs_choose(scheduler);
	json_add(row, "scheduler", facts_text_or_null(scheduler));
}

/* By the file system's name: asking for a clone would have to write. */
static void add_reflink(const char *fs, struct json *row)
{
	static const char *const can[] = {"btrfs", "bcachefs"}, *const may[] = {"xfs", "zfs", "nfs4",
										"overlay"};

	for (size_t i = 0; i < sizeof(may) / sizeof(may[0]); i++)
		if (!strcmp(fs, may[i])) {
			facts_add_unknown(row, "reflink", "depends on how this file system was made");
			return;
		}
	json_add_bool(row, "reflink", !strcmp(fs, can[0]) || !strcmp(fs, can[1]));
}

static void add_space(const char *path, struct json *row)
{
	struct statvfs space;

	if (!hostfs_is_live()) {
		facts_add_unknown(row, "free_bytes", FACTS_RECORDED);
	} else if (statvfs(path, &space) < 0) {
		facts_add_unknown(row, "free_bytes", strerror(errno));
	} else {
		json_add_int(row, "free_bytes", (int64_t)(space.f_bavail * space.f_frsize));
		json_add_int(row, "total_bytes", (int64_t)(space.f_blocks * space.f_frsize));
		json_add_bool(row, "writable", access(path, W_OK) == 0);
	}
}

/* Mounting loads the module, so a module file counts as well. */
static bool has_overlay(void)
{
	cleanup_free char *filesystems = hostfs_read("/proc/filesystems");
	char release[128];

	if (filesystems && hostfs_has_word(filesystems, "overlay"))
		return true;
	(void)hostfs_line(release, sizeof(release), "/proc/sys/kernel/osrelease");
	cleanup_free char *modules = hostfs_read("/lib/modules/%s/modules.dep", release);

	return modules && strstr(modules, "/overlay.ko");
}

struct json *facts_storage(const char *path)
{
	cleanup_free char *folder = existing_folder(path);
	cleanup_free char *mounts = hostfs_read("/proc/self/mountinfo");
	struct json *row = json_object();
	char *cursor = mounts;
	struct mount mount, best = {0};

	/* The last of equals wins: it lies on top. */
	while (cursor && mount_next(&cursor, &mount))
		if (is_below(folder, mount.point) &&
		    (!best.point || strlen(mount.point) >= strlen(best.point)))
			best = mount;
	json_add_text(row, "path", folder);
	if (!best.point) {
		facts_add_unknown(row, "fs", "no mount is known for it");
	} else {
		json_add_text(row, "fs", best.fs);
		json_add_text(row, "mount_options", best.options);
		json_add_text(row, "fs_options", best.fs_options);
		add_block_device(&best, row);
		add_reflink(best.fs, row);
	}
	json_add_bool(row, "overlay_supported", has_overlay());
	add_space(folder, row);
	return row;
}
