/* SPDX-License-Identifier: Apache-2.0 */
/* The walks over a folder tree of file.h: what it takes, and away with it. No walk leaves its file system. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"

static void cleanup_closedir(DIR **dir)
{
	if (*dir)
		(void)closedir(*dir);
}

static int tree_unlink(int folder, const char *name, const struct stat *st, void *data)
{
	(void)data;
	if (unlinkat(folder, name, S_ISDIR(st->st_mode) ? AT_REMOVEDIR : 0) < 0 && errno != ENOENT)
		return -errno;
	return 0;
}

/* The kernel makes an overlay's work folder without permissions: its owner, if not root, first has to take some. */
static int folder_open(int folder, const char *name, bool unlock)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(folder, name, flags);

	if (fd >= 0 || errno != EACCES || !unlock || fchmodat(folder, name, 0700, 0) < 0)
		return fd;
	return openat(folder, name, flags);
}

static int tree_walk(int folder, const char *name, dev_t device, file_visit visit, void *data)
{
	struct stat st;

	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (st.st_dev != device)
		return 0;
	if (S_ISDIR(st.st_mode)) {
		__attribute__((cleanup(cleanup_closedir))) DIR *dir = NULL;
		int fd = folder_open(folder, name, visit == tree_unlink);

		/* Only looked at, a locked folder counts itself: the kernel keeps nothing in it. */
		if (fd < 0 && errno == EACCES && !(st.st_mode & S_IRWXU) && visit != tree_unlink)
			return visit(folder, name, &st, data);
		if (fd < 0 || !(dir = fdopendir(fd)))
			return errno == ENOENT ? 0 : -errno;
		for (struct dirent *entry; (entry = readdir(dir));) {
			if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
				continue;
			int rc = tree_walk(fd, entry->d_name, device, visit, data);

			if (rc < 0)
				return rc;
		}
	}
	return visit(folder, name, &st, data);
}

int file_walk(const char *path, file_visit visit, void *data)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0 : -errno;
	return tree_walk(AT_FDCWD, path, st.st_dev, visit, data);
}

int file_remove_tree(const char *path, struct error *err)
{
	int rc = file_walk(path, tree_unlink, NULL);

	return rc < 0 ? error_errno(err, -rc, "%s: cannot remove", path) : 0;
}

struct tree_sum {
	struct file_usage usage;
	ino_t *linked; /* inodes with more than one name that were counted already */
	size_t count;
};

static int tree_add(int folder, const char *name, const struct stat *st, void *data)
{
	struct tree_sum *sum = data;

	(void)folder;
	(void)name;
	sum->usage.files++;
	if (!S_ISDIR(st->st_mode) && st->st_nlink > 1) {
		for (size_t i = 0; i < sum->count; i++)
			if (sum->linked[i] == st->st_ino)
				return 0;
		sum->linked = alloc_grow(sum->linked, sum->count + 1, sizeof(*sum->linked));
		sum->linked[sum->count++] = st->st_ino;
	}
	sum->usage.inodes++;
	sum->usage.apparent_bytes += (uint64_t)st->st_size;
	sum->usage.allocated_bytes += (uint64_t)st->st_blocks * 512u;
	return 0;
}

int file_usage(const char *path, struct file_usage *ret_usage, struct error *err)
{
	struct tree_sum sum = {0};
	int rc = file_walk(path, tree_add, &sum);

	free(sum.linked);
	if (rc < 0)
		return error_errno(err, -rc, "%s: cannot measure", path);
	*ret_usage = sum.usage;
	return 0;
}
