/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The description of a container, as a keeper gets it. The input overwrites parts of a right one: two bytes
 * with the size that is claimed (0: the right one), one with the number of descriptors, then patches of two
 * bytes with the offset, one with the length, the bytes. Whatever passes is walked as a starter does.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/box.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/box-sample.h"

static void must(bool condition)
{
	if (!condition)
		abort();
}

static void walk_text(const struct box *box, uint32_t offset)
{
	must(offset + strlen(box->text + offset) < box->text_size);
}

static void walk_options(const struct box *box, uint32_t offset)
{
	for (walk_text(box, offset); box->text[offset];)
		for (int i = 0; i < 2; i++) {
			offset += (uint32_t)strlen(box->text + offset) + 1;
			walk_text(box, offset);
		}
}

static void walk_target(const struct box *box, uint32_t offset)
{
	const char *text = box->text + offset;

	walk_text(box, offset);
	must(*text && *text != '/' && strncmp(text, "../", 3) && !strstr(text, "/../") && strcmp(text, ".."));
}

static void walk(const struct box *box, size_t fds)
{
	must(box->root.attached < (int)fds);
	if (box->root.attached < 0) {
		walk_options(box, box->root.options);
		walk_options(box, box->root.tmpfs);
		must(box->root.upper < (int)fds && box->root.work < (int)fds);
	}
	for (uint32_t i = 0; i < box->cgroup_count; i++)
		for (uint32_t n = 0; n < box->cgroups[i].file_count; n++)
			walk_text(box, box->cgroup_files[box->cgroups[i].file_first + n].value);
	for (uint32_t i = 0; i < box->mount_count; i++) {
		walk_target(box, box->mounts[i].target);
		if (box->mounts[i].kind == BOX_MOUNT_NEW)
			walk_options(box, box->mounts[i].options);
		must(box->mounts[i].kind != BOX_MOUNT_ATTACH || (size_t)box->mounts[i].fd < fds);
	}
	for (uint32_t i = 0; i < box->argument_count; i++)
		walk_text(box, box->arguments[i]);
	for (uint32_t i = 0; i < box->variable_count; i++)
		walk_text(box, box->variables[i]);
	walk_text(box, box->hostname);
	walk_text(box, box->path);
	must(!(box->permitted & ~box->bounding) && box->user_namespace < (int)fds);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct box right, box;
	struct error err = {0};

	if (size < 3)
		return 0;
	if (!right.version)
		box_sample(&right);
	box = right;
	size_t claimed = data[0] | (size_t)data[1] << 8, fds = data[2] % (BOX_FDS_MAX + 2);

	for (data += 3, size -= 3; size >= 3;) {
		size_t at = (data[0] | (size_t)data[1] << 8) % sizeof(box), room = sizeof(box) - at;
		size_t length = data[2] < size - 3 ? data[2] : size - 3;

		(void)memcpy((char *)&box + at, data + 3, length < room ? length : room);
		data += 3 + length;
		size -= 3 + length;
	}
	if (!claimed && box.filter_count <= BOX_FILTER_MAX)
		claimed = box_size(&box);
	if (claimed > sizeof(box))
		return 0;
	/* what was not claimed must not be looked at */
	struct box *exact = malloc(claimed ? claimed : 1);

	must(exact != NULL);
	(void)memcpy(exact, &box, claimed);
	if (!box_check(exact, claimed, fds, &err))
		walk(exact, fds);
	free(exact);
	return 0;
}
