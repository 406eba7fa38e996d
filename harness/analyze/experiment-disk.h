/* SPDX-License-Identifier: Apache-2.0 */
/* What the experiment `disk` found (measure/experiment-disk.c): the rows of method R3.3, and what N instances take. */
#pragma once

#include "harness/analyze/analysis.h"

/* id, name in the records, what it is */
#define DISK_KINDS(X)                                                                                              \
	X(TRANSFER, "image_transfer", "image, packed")                                               \
	X(BASE, "image_base", "image, shared")                                                              \
	X(BOOT, "boot_artefacts", "boot files, shared")                                            \
	X(PLATFORM, "platform", "the runtime itself")                                                  \
	X(CREATED, "instance_created", "instance, ready")                                                 \
	X(IDLE, "instance_idle", "instance, idle")                                                             \
	X(WORKED, "instance_after_work", "instance, worked")

enum disk_kind {
#define DISK_ENUM(id, name, text) DISK_KIND_##id,
	DISK_KINDS(DISK_ENUM)
#undef DISK_ENUM
	DISK_KIND_COUNT
};

/** One row of one subject; n = 0: not known. */
struct disk_figures {
	struct stats_summary allocated_bytes, apparent_bytes, shared_bytes, filesystem_bytes;
	/** What adds up: of the blocks, those that no row before it has. */
	struct stats_summary unique_bytes;
};

/** A subject. */
struct disk_costs {
	size_t subject;
	struct disk_figures rows[DISK_KIND_COUNT];
	double written_bytes; /**< by the payload's work; NAN: it did none */
	/** Image and boot files, and what each instance adds when ready and after work: N of them take the first plus N
	 * times one of the others. NAN: not known. */
	double base_bytes, ready_bytes, worked_bytes;
};

/** Those that have records, for free(). */
struct disk_costs *disk_costs_make(const struct analysis *analysis, size_t *ret_count);
const char *disk_kind_key(enum disk_kind kind);
const char *disk_kind_text(enum disk_kind kind);
