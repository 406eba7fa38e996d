/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/measure/extents.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <search.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/model/sample.h"

#define BATCH 128u
/* Their place is not known yet, or is no place: they count by their inode alone. */
#define NOWHERE                                                                                                    \
	(FIEMAP_EXTENT_UNKNOWN | FIEMAP_EXTENT_DELALLOC | FIEMAP_EXTENT_ENCODED | FIEMAP_EXTENT_DATA_INLINE)

/* One walk: what it adds to. */
struct walk {
	struct extents *extents;
	struct extents_usage *usage;
	struct extent *found; /* the extents of this walk, as they come */
	size_t found_count;
	int64_t mapped; /* their length, as often as they come */
	bool told;	/* the file system has told the extents of every file */
};

struct inode {
	dev_t device;
	ino_t number;
};

static int inode_compare(const void *a, const void *b)
{
	const struct inode *x = a, *y = b;

	if (x->device != y->device)
		return x->device < y->device ? -1 : 1;
	return x->number == y->number ? 0 : x->number < y->number ? -1 : 1;
}

/* Also where it has one name: two paths may lead to it. */
static bool inode_is_new(struct extents *extents, const struct stat *st)
{
	struct inode *inode = alloc_zero(1, sizeof(*inode));

	*inode = (struct inode){st->st_dev, st->st_ino};
	struct inode *const *found = tsearch(inode, &extents->inodes, inode_compare);
	bool is_new = !found || *found == inode;

	if (!is_new)
		free(inode);
	return is_new;
}

static void walk_take(struct walk *walk, const struct fiemap_extent *one, dev_t device)
{
	if (one->fe_flags & NOWHERE)
		return;
	walk->found = alloc_grow(walk->found, walk->found_count + 1, sizeof(*walk->found));
	walk->found[walk->found_count++] =
		(struct extent){device, one->fe_physical, one->fe_physical + one->fe_length};
	walk->mapped += (int64_t)one->fe_length;
	if (one->fe_flags & FIEMAP_EXTENT_SHARED)
		walk->usage->shared += (int64_t)one->fe_length;
}

/* False: the file system does not tell. */
static bool walk_map(struct walk *walk, int fd, dev_t device)
{
	cleanup_free struct fiemap *map = alloc_zero(1, sizeof(*map) + BATCH * sizeof(map->fm_extents[0]));

	for (uint64_t from = 0;;) {
		map->fm_start = from;
		map->fm_length = FIEMAP_MAX_OFFSET - from;
		map->fm_flags = FIEMAP_FLAG_SYNC;
		map->fm_extent_count = BATCH;
		if (ioctl(fd, FS_IOC_FIEMAP, map) < 0)
			return false;
		for (unsigned i = 0; i < map->fm_mapped_extents; i++)
			walk_take(walk, &map->fm_extents[i], device);
		if (!map->fm_mapped_extents)
			return true;
		const struct fiemap_extent *last = &map->fm_extents[map->fm_mapped_extents - 1];

		if (last->fe_flags & FIEMAP_EXTENT_LAST)
			return true;
		from = last->fe_logical + last->fe_length;
	}
}

static int walk_visit(int folder, const char *name, const struct stat *st, void *data)
{
	struct walk *walk = data;

	walk->usage->files++;
	if (!inode_is_new(walk->extents, st))
		return 0;
	walk->usage->apparent += st->st_size;
	walk->usage->allocated += st->st_blocks * 512;
	if (!S_ISREG(st->st_mode) || !st->st_blocks)
		return 0;
	cleanup_close int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	walk->told &= fd >= 0 && walk_map(walk, fd, st->st_dev);
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct extent *x = a, *y = b;

	if (x->device != y->device)
		return x->device < y->device ? -1 : 1;
	return x->first == y->first ? 0 : x->first < y->first ? -1 : 1;
}

static int64_t total(const struct extents *extents)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < extents->count; i++)
		bytes += extents->all[i].end - extents->all[i].first;
	return (int64_t)bytes;
}

/* The union with what the walk found. */
static void extents_join(struct extents *extents, const struct walk *walk)
{
	size_t count = 0;

	extents->all = alloc_grow(extents->all, extents->count + walk->found_count, sizeof(*extents->all));
	for (size_t i = 0; i < walk->found_count; i++)
		extents->all[extents->count++] = walk->found[i];
	if (extents->count)
		qsort(extents->all, extents->count, sizeof(*extents->all), compare);
	for (size_t i = 0; i < extents->count; i++) {
		struct extent *last = count ? &extents->all[count - 1] : NULL, one = extents->all[i];

		if (last && last->device == one.device && one.first <= last->end)
			last->end = one.end > last->end ? one.end : last->end;
		else
			extents->all[count++] = one;
	}
	extents->count = count;
}

int extents_add(struct extents *extents, const char *path, struct extents_usage *usage)
{
	int64_t allocated = usage->allocated, before = total(extents), known = usage->shared;
	struct walk walk = {.extents = extents, .usage = usage, .told = true};

	usage->shared = known == UNKNOWN ? 0 : known;
	int rc = file_walk(path, walk_visit, &walk);

	extents_join(extents, &walk);
	/* What is allocated beside the extents (folders, the file system's notes) nobody shares. */
	int64_t repeated = walk.mapped - (total(extents) - before);

	usage->unique += usage->allocated - allocated - repeated;
	if (!walk.told || known == UNKNOWN)
		usage->shared = UNKNOWN;
	free(walk.found);
	return rc;
}

void extents_release(struct extents *extents)
{
	free(extents->all);
	tdestroy(extents->inodes, free);
	*extents = (struct extents){0};
}
