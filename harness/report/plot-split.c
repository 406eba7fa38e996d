/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/report/plot-split.h"

#include <math.h>

#include "harness/base/alloc.h"
#include "harness/base/units.h"

static double known_or_none(int64_t bytes)
{
	return bytes == UNKNOWN ? 0 : (double)bytes;
}

enum {
	PART_GUEST,
	PART_VMM,
	PART_ANON,
	PART_FILE,
	PART_SHMEM,
	PART_KERNEL,
	PART_CACHE,
	PART_REST,
	MEMORY_PARTS
};

static const struct split_part memory_parts[MEMORY_PARTS] = {
	[PART_GUEST] = {"guest RAM that was touched", "guest RAM", 2},
	[PART_VMM] = {"QEMU itself", "QEMU", 6},
	[PART_ANON] = {"anonymous memory", "anonymous", 1},
	[PART_FILE] = {"program files", "files", 5},
	[PART_SHMEM] = {"shared memory", "shared", 4},
	[PART_KERNEL] = {"kernel (cgroup)", "kernel", 3},
	[PART_CACHE] = {"private page cache", "page cache", 7},
	[PART_REST] = {"not told apart", "rest", 8},
};

static bool memory_weighed(const struct brief *sample)
{
	return sample->weights && sample->weights->has_memory;
}

/* The footprint of method 2.1: a guest's RAM and its VMM where these can be told apart, else the kinds
 * of Pss. */
static double memory_fill(const struct brief *sample, double *parts)
{
	const struct weights *memory = sample->weights;

	if (memory->footprint == UNKNOWN || memory->pss == UNKNOWN)
		return NAN;
	double total = (double)memory->footprint, rest = total;

	for (size_t i = 0; i < MEMORY_PARTS; i++)
		parts[i] = 0;
	if (memory->vmm_overhead != UNKNOWN) {
		parts[PART_VMM] = (double)memory->vmm_overhead;
		parts[PART_GUEST] = (double)(memory->pss - memory->vmm_overhead);
	} else {
		parts[PART_ANON] = known_or_none(memory->pss_anon);
		parts[PART_FILE] = known_or_none(memory->pss_file);
		parts[PART_SHMEM] = known_or_none(memory->pss_shmem);
	}
	parts[PART_KERNEL] = known_or_none(memory->cgroup_kernel);
	parts[PART_CACHE] = known_or_none(memory->private_cache);
	for (size_t i = 0; i < PART_REST; i++)
		rest -= parts[i];
	parts[PART_REST] = rest > 0 ? rest : 0;
	return total;
}

static char *memory_remark(const struct brief *sample)
{
	const struct weights *memory = sample->weights;

	return alloc_format("%s%s", memory->cgroup_kernel == UNKNOWN ? "kernel memory not known" : "",
			    !memory->unsettled		       ? ""
			    : memory->cgroup_kernel == UNKNOWN ? "; still moving when weighed"
							       : "still moving when weighed");
}

const struct split split_memory = {
	.title = "On one axis from zero",
	.magnified = "The short bars",
	.parts = memory_parts,
	.part_count = MEMORY_PARTS,
	.weighed = memory_weighed,
	.fill = memory_fill,
	.remark = memory_remark,
};

enum { PART_INSTANCE, PART_BOOT, PART_BASE, DISK_PARTS };

static const struct split_part disk_parts[DISK_PARTS] = {
	[PART_INSTANCE] = {"the instance's own layer", "own layer", 1},
	[PART_BOOT] = {"kernel, initramfs, firmware", "boot files", 2},
	[PART_BASE] = {"base image (shared)", "base", 3},
};

static bool disk_weighed(const struct brief *sample)
{
	return sample->weights && sample->weights->has_disk;
}

static double disk_row(const struct brief *sample, enum disk_row row)
{
	int64_t bytes = sample->weights->disk[row].allocated_bytes;

	return bytes == UNKNOWN ? NAN : (double)bytes;
}

static double disk_first_fill(const struct brief *sample, double *parts)
{
	parts[PART_INSTANCE] = disk_row(sample, DISK_INSTANCE);
	parts[PART_BOOT] = disk_row(sample, DISK_BOOT);
	parts[PART_BASE] = disk_row(sample, DISK_BASE);
	return parts[PART_INSTANCE] + parts[PART_BOOT] + parts[PART_BASE];
}

static double disk_further_fill(const struct brief *sample, double *parts)
{
	parts[PART_INSTANCE] = disk_row(sample, DISK_INSTANCE);
	parts[PART_BOOT] = parts[PART_BASE] = 0;
	return parts[PART_INSTANCE];
}

/* The platform serves everything else on the host too: it is told, but is no part of a bar. */
static char *disk_first_remark(const struct brief *sample)
{
	double platform = disk_row(sample, DISK_PLATFORM);
	char text[UNITS_MAX];

	if (isnan(platform))
		return alloc_text("the runtime's own programs: not known");
	return platform > 0 ? alloc_format("besides, not in the bar: the runtime's own programs, %s",
					   units_text(UNITS_BYTES, platform, text))
			    : alloc_text("");
}

static char *disk_further_remark(const struct brief *sample)
{
	return alloc_text(sample->weights->disk[DISK_INSTANCE].allocated_bytes ? ""
									   : "has no layer of its own");
}

const struct split split_disk_first = {
	.title = "The first instance needs: base image, boot files and its own layer",
	.magnified = "The first instance, short bars",
	.parts = disk_parts,
	.part_count = DISK_PARTS,
	.weighed = disk_weighed,
	.fill = disk_first_fill,
	.remark = disk_first_remark,
};

const struct split split_disk_further = {
	.title = "Each further instance needs: its own layer only",
	.magnified = "Each further instance, short bars",
	.parts = disk_parts,
	.part_count = DISK_PARTS,
	.weighed = disk_weighed,
	.fill = disk_further_fill,
	.remark = disk_further_remark,
};
