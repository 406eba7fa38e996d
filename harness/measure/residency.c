/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/measure/residency.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"

#ifndef SYS_cachestat
#define SYS_cachestat 451
#endif

struct cachestat_range {
	uint64_t offset, length;
};

struct cachestat_answer {
	uint64_t cache, dirty, writeback, evicted, recently_evicted;
};

/* What is done to one regular file; 0 or a negative errno. */
typedef int (*file_work)(int fd, int64_t size, void *data);

static int64_t pages_of(int64_t size)
{
	int64_t page = sysconf(_SC_PAGESIZE);

	return (size + page - 1) / page;
}

/* Old kernels: the pages of a mapping that are there. */
static int64_t count_by_mincore(int fd, int64_t size)
{
	size_t pages = (size_t)pages_of(size);
	cleanup_free unsigned char *present = alloc_zero(pages, 1);
	void *map = mmap(NULL, (size_t)size, PROT_READ, MAP_SHARED, fd, 0);
	int64_t count = 0;

	if (map == MAP_FAILED)
		return -errno;
	int rc = mincore(map, (size_t)size, present) < 0 ? -errno : 0;

	(void)munmap(map, (size_t)size);
	for (size_t i = 0; !rc && i < pages; i++)
		count += present[i] & 1;
	return rc < 0 ? rc : count;
}

static int work_count(int fd, int64_t size, void *data)
{
	struct residency *residency = data;
	struct cachestat_range range = {0};
	struct cachestat_answer answer = {0};
	int64_t resident = syscall(SYS_cachestat, fd, &range, &answer, 0) ? count_by_mincore(fd, size)
									   : (int64_t)answer.cache;

	if (resident < 0)
		return (int)resident;
	residency->pages += pages_of(size);
	residency->resident += resident < pages_of(size) ? resident : pages_of(size);
	return 0;
}

static int work_evict(int fd, int64_t size, void *data)
{
	(void)size;
	(void)data;
	(void)fdatasync(fd); /* a dirty page cannot be dropped; where nothing may be written nothing is dirty */
	return -posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
}

static int work_fill(int fd, int64_t size, void *data)
{
	char bytes[65536];
	ssize_t got;

	(void)size;
	(void)data;
	while ((got = read(fd, bytes, sizeof(bytes))) > 0)
		;
	return got < 0 ? -errno : 0;
}

static int file_do(const char *path, file_work work, void *data, struct error *err)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOATIME);
	struct stat st;

	if (fd < 0 && errno == EPERM) /* somebody else's file */
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || fstat(fd, &st) < 0)
		return error_errno(err, errno, "%s: cannot look at its page cache", path);
	int rc = st.st_size ? work(fd, st.st_size, data) : 0;

	return rc < 0 ? error_errno(err, -rc, "%s: page cache", path) : 0;
}

static int tree_do(const char *path, file_work work, void *data, struct error *err)
{
	cleanup_free char *real = realpath(path, NULL);
	char *const paths[] = {real, NULL};
	int rc = 0;

	if (!real)
		return error_errno(err, errno, "%s", path);
	FTS *tree = fts_open(paths, FTS_PHYSICAL | FTS_XDEV | FTS_NOCHDIR, NULL);

	if (!tree)
		return error_errno(err, errno, "%s", real);
	for (const FTSENT *entry; !rc && (entry = fts_read(tree));)
		if (entry->fts_info == FTS_F)
			rc = file_do(entry->fts_path, work, data, err);
	(void)fts_close(tree);
	return rc;
}

int residency_add(const char *path, struct residency *residency, struct error *err)
{
	return tree_do(path, work_count, residency, err);
}

int residency_evict(const char *path, struct error *err)
{
	return tree_do(path, work_evict, NULL, err);
}

int residency_fill(const char *path, struct error *err)
{
	return tree_do(path, work_fill, NULL, err);
}
