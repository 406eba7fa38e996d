/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/measure/leftovers.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/clock.h"
#include "harness/base/file.h"
#include "harness/base/mounts.h"
#include "harness/base/places.h"
#include "harness/base/sweep.h"
#include "harness/measure/traces.h"

#define RUN_ID_DIGITS 16u
#define SWEEP_TIME_NS 2000000000u
#define CLAIM_TIME_NS 3000000000u /* longer than somebody who cleans needs for it */
#define CLAIM_PAUSE_NS 10000000u
#define END_TIMEOUT_MS 2000 /* for a process to end after SIGKILL */
#define END_ROUNDS 4
#define END_PAUSE_NS 50000000u

/* One dead run while it is being cleaned. */
struct leftover {
	const char *name; /* "tare-ID" */
	const char *runtime; /* the folder of its private folder */
	bool dry_run;
	leftovers_tell tell;
	void *data;
	size_t count;
};

static void cleanup_closedir(DIR **dir)
{
	if (*dir)
		(void)closedir(*dir);
}

/* The folder as one of the caller's own; negative errno. */
static int folder_open(int at, const char *path, unsigned long resolve)
{
	struct open_how how = {.flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, .resolve = resolve};
	cleanup_close int fd = (int)syscall(SYS_openat2, at, path, &how, sizeof(how));
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	return st.st_uid == geteuid() ? steal_fd(&fd) : -EPERM;
}

/* Locks it; -EAGAIN where somebody holds it, or has removed it meanwhile. */
static int folder_lock(int fd)
{
	struct stat st;

	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? -EAGAIN : -errno;
	return fstat(fd, &st) < 0 ? -errno : st.st_nlink ? 0 : -EAGAIN;
}

int leftovers_claim(const char *private_folder, struct error *err)
{
	uint64_t deadline_ns = clock_now_ns() + CLAIM_TIME_NS;

	do {
		struct stat locked, there;

		if (file_make_dirs(private_folder, 0711, err) < 0)
			return err ? err->code : -EIO;
		cleanup_close int fd = folder_open(AT_FDCWD, private_folder, 0);

		if (fd == -ENOENT)
			continue;
		if (fd < 0)
			return error_errno(err, -fd, "%s: cannot open", private_folder);
		if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
			clock_sleep_until(clock_now_ns() + CLAIM_PAUSE_NS);
			continue;
		}
		if (fchmod(fd, 0711) < 0 || fstat(fd, &locked) < 0)
			return error_errno(err, errno, "%s", private_folder);
		if (!lstat(private_folder, &there) && there.st_ino == locked.st_ino && there.st_dev == locked.st_dev)
			return steal_fd(&fd);
	} while (clock_now_ns() < deadline_ns);
	return error_input(err, "%s is locked: the run is still alive", private_folder);
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

/* Its id may have become another's since it was found: once the descriptor is there, it cannot any more. */
static void process_end(const struct leftover *l, pid_t pid)
{
	cleanup_close int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd ended = {.fd = pidfd, .events = POLLIN};

	if (pidfd < 0 || !traces_has_process(pid, l->name, l->runtime))
		return;
	(void)syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
	(void)poll(&ended, 1, END_TIMEOUT_MS);
}

static void clean_traces(struct leftover *l)
{
	struct traces traces = {0};

	traces_find_processes(l->name, l->runtime, &traces);
	traces_find_cgroups(l->name, TRACES_CGROUP_ROOT, &traces);
	for (size_t i = 0; i < traces.count; i++) {
		const struct trace *t = &traces.all[i];

		if (!take(l, t->kind == TRACE_PROCESS ? "process" : "cgroup", t->which))
			continue;
		if (t->kind == TRACE_PROCESS)
			process_end(l, t->pid);
		else
			sweep_cgroup(t->which, clock_now_ns() + SWEEP_TIME_NS);
	}
	free(traces.all);
}

/* Where the run noted its storage, in `path`; false: no note that the run would have written. */
static bool note_read(const struct leftover *l, int folder, char path[PATH_MAX])
{
	cleanup_close int fd = openat(folder, LEFTOVERS_NOTE, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid())
		return false;
	ssize_t length = read(fd, path, PATH_MAX - 1);

	if (length <= 0)
		return false;
	path[length] = '\0';
	const char *last = strrchr(path, '/');

	return path[0] == '/' && last > path && !strcmp(last + 1, l->name);
}

static void clean_folder(struct leftover *l, const char *path)
{
	if (!take(l, "folder", path))
		return;
	mounts_detach_below(path);
	(void)file_remove_tree(path, NULL);
}

/* Instances' folders by name, then the storage folder itself where nothing else is in it. */
static void clean_storage(struct leftover *l, const char *path)
{
	int fd = folder_open(AT_FDCWD, path, RESOLVE_NO_SYMLINKS);
	cleanup_free char *prefix = alloc_format("%s-", l->name);
	__attribute__((cleanup(cleanup_closedir))) DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	size_t others = 0;

	for (struct dirent *e; dir && (e = readdir(dir));) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		cleanup_free char *open_path = alloc_format("/proc/self/fd/%d/%s", fd, e->d_name);
		cleanup_free char *shown = alloc_format("%s/%s", path, e->d_name);

		if (strncmp(e->d_name, prefix, strlen(prefix)))
			others++;
		else if (take(l, "folder", shown)) {
			mounts_detach_below(shown);
			(void)file_remove_tree(open_path, NULL);
		}
	}
	if (dir && !others && take(l, "folder", path))
		(void)rmdir(path);
}

static void clean_run(struct leftover *l, int folder, const char *private_folder)
{
	char storage[PATH_MAX];

	clean_traces(l);
	if (note_read(l, folder, storage))
		clean_storage(l, storage);
	/* With the note, so it comes last: what is interrupted here is found again. */
	clean_folder(l, private_folder);
}

size_t leftovers_clean(bool dry_run, leftovers_tell tell, void *data)
{
	__attribute__((cleanup(cleanup_closedir))) DIR *dir = opendir(places_runtime());
	size_t count = 0;

	for (struct dirent *e; dir && (e = readdir(dir));) {
		struct leftover l = {
			.name = e->d_name, .runtime = places_runtime(), .dry_run = dry_run, .tell = tell, .data = data};

		if (!leftovers_is_run(e->d_name))
			continue;
		cleanup_free char *path = alloc_format("%s/%s", places_runtime(), e->d_name);
		cleanup_close int folder = folder_open(dirfd(dir), e->d_name, 0);

		if (folder < 0 || folder_lock(folder) < 0)
			continue; /* a stranger's, or it lives */
		clean_run(&l, folder, path);
		count += l.count;
	}
	return count;
}

void leftovers_end(const char *private_folder)
{
	const char *name = strrchr(private_folder, '/');
	struct leftover l = {.name = name ? name + 1 : "", .runtime = places_runtime()};
	cleanup_close int folder = folder_open(AT_FDCWD, private_folder, 0);

	if (!leftovers_is_run(l.name) || folder < 0)
		return;
	/* What was about to become a QEMU of the run is one a moment later. */
	for (int round = 0; round < END_ROUNDS; round++) {
		clean_traces(&l);
		clock_sleep_until(clock_now_ns() + END_PAUSE_NS);
	}
	clean_run(&l, folder, private_folder);
}
