/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/measure/leftovers.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/clock.h"
#include "harness/base/file.h"
#include "harness/base/places.h"
#include "harness/base/sweep.h"

#define RUN_ID_DIGITS 16u
#define SWEEP_TIME_NS 2000000000u

/* One dead run while it is being cleaned. */
struct leftover {
	const char *name; /* "tare-ID" */
	bool dry_run;
	leftovers_tell tell;
	void *data;
	size_t count;
};

static __thread struct leftover *visiting; /* nftw has no argument for its callback */

static void cleanup_closedir(DIR **dir)
{
	if (*dir)
		(void)closedir(*dir);
}

static int leftovers_lock(const char *private_folder, struct error *err)
{
	cleanup_close int fd = open(private_folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0)
		return error_errno(err, errno, "%s: cannot lock", private_folder);
	return steal_fd(&fd);
}

int leftovers_claim(const char *private_folder, struct error *err)
{
	for (int attempt = 0; attempt < 100; attempt++) {
		struct stat locked, there;

		if (file_make_dirs(private_folder, 0711, err) < 0)
			return err ? err->code : -EIO;
		cleanup_close int fd = open(private_folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		if (fd < 0 && errno == ENOENT)
			continue;
		if (fd < 0 || fchmod(fd, 0711) < 0 || flock(fd, LOCK_EX) < 0 || fstat(fd, &locked) < 0)
			return error_errno(err, errno, "%s: cannot lock", private_folder);
		if (!lstat(private_folder, &there) && there.st_ino == locked.st_ino && there.st_dev == locked.st_dev)
			return steal_fd(&fd);
	}
	return error_set(err, -EAGAIN, "%s: somebody removes it again and again", private_folder);
}

bool leftovers_is_run(const char *name)
{
	if (strncmp(name, LEFTOVERS_PREFIX, strlen(LEFTOVERS_PREFIX)))
		return false;
	const char *id = name + strlen(LEFTOVERS_PREFIX);

	return strlen(id) == RUN_ID_DIGITS && strspn(id, "0123456789abcdef") == RUN_ID_DIGITS;
}

static bool take(struct leftover *l, const char *what, const char *which)
{
	l->count++;
	if (l->tell)
		l->tell(l->data, what, which);
	return !l->dry_run;
}

/* A process of the run: a QEMU whose domain is called so, or a member of one of its cgroups. */
static bool process_is_of(const char *pid, const char *name)
{
	cleanup_free char *command_path = alloc_format("/proc/%s/cmdline", pid);
	cleanup_free char *cgroup_path = alloc_format("/proc/%s/cgroup", pid);
	cleanup_free char *guest = alloc_format("guest=%s-", name);
	size_t length = 0;
	cleanup_free char *command = file_read(command_path, &length, NULL);
	cleanup_free char *cgroup = file_read(cgroup_path, NULL, NULL);

	return (command && memmem(command, length, guest, strlen(guest))) || (cgroup && strstr(cgroup, name));
}

static void clean_processes(struct leftover *l)
{
	__attribute__((cleanup(cleanup_closedir))) DIR *dir = opendir("/proc");

	for (struct dirent *e; dir && (e = readdir(dir));) {
		pid_t pid = (pid_t)strtol(e->d_name, NULL, 10);

		if (pid > 1 && pid != getpid() && pid != getppid() && process_is_of(e->d_name, l->name) &&
		    take(l, "process", e->d_name))
			(void)kill(pid, SIGKILL);
	}
}

static int visit_cgroup(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	(void)st;
	if (type != FTW_D || walk->level > 4)
		return walk->level > 4 ? FTW_SKIP_SUBTREE : FTW_CONTINUE;
	if (!strstr(path + walk->base, visiting->name))
		return FTW_CONTINUE;
	if (take(visiting, "cgroup", path))
		sweep_cgroup(path, clock_now_ns() + SWEEP_TIME_NS);
	return FTW_SKIP_SUBTREE;
}

static void clean_run(struct leftover *l, const char *folder)
{
	cleanup_free char *note = alloc_format("%s/storage", folder);
	cleanup_free char *storage = file_read(note, NULL, NULL);
	/* The note is only believed where it ends as the harness would have written it. */
	const char *end = storage ? strrchr(storage, '/') : NULL;

	clean_processes(l);
	visiting = l;
	(void)nftw("/sys/fs/cgroup", visit_cgroup, 16, FTW_PHYS | FTW_ACTIONRETVAL);
	if (end && !strcmp(end, "/instances") && file_exists(storage) && take(l, "folder", storage))
		(void)file_remove_tree(storage, NULL);
	if (take(l, "folder", folder))
		(void)file_remove_tree(folder, NULL);
}

size_t leftovers_clean(bool dry_run, leftovers_tell tell, void *data)
{
	__attribute__((cleanup(cleanup_closedir))) DIR *dir = opendir(places_runtime());
	size_t count = 0;

	for (struct dirent *e; dir && (e = readdir(dir));) {
		struct leftover l = {.name = e->d_name, .dry_run = dry_run, .tell = tell, .data = data};

		if (!leftovers_is_run(e->d_name))
			continue;
		cleanup_free char *folder = alloc_format("%s/%s", places_runtime(), e->d_name);
		struct stat st;
		cleanup_close int lock = -1;

		if (lstat(folder, &st) < 0 || !S_ISDIR(st.st_mode) || st.st_uid != geteuid())
			continue;
		lock = leftovers_lock(folder, NULL);
		if (lock < 0)
			continue; /* it lives */
		clean_run(&l, folder);
		count += l.count;
	}
	return count;
}
