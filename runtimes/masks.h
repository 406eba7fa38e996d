/* SPDX-License-Identifier: Apache-2.0 */
/* What a container may not change or not see of the host's /proc and /sys: the same for every runtime that can be told.
 * A path counts only where this kernel has it. */
#pragma once

enum mask_kind {
	MASK_READONLY,
	MASK_FILE,   /**< hidden behind /dev/null */
	MASK_FOLDER, /**< hidden behind an empty folder */
};

static const struct mask {
	enum mask_kind kind;
	const char *path;
} masks[] = {
    {MASK_READONLY, "/proc/bus"},
    {MASK_READONLY, "/proc/fs"},
    {MASK_READONLY, "/proc/irq"},
    {MASK_READONLY, "/proc/sys"},
    {MASK_READONLY, "/proc/sysrq-trigger"},
    {MASK_FILE, "/proc/kcore"},
    {MASK_FILE, "/proc/keys"},
    {MASK_FILE, "/proc/latency_stats"},
    {MASK_FILE, "/proc/timer_list"},
    {MASK_FILE, "/proc/sched_debug"},
    {MASK_FOLDER, "/proc/scsi"},
    {MASK_FOLDER, "/proc/acpi"},
    {MASK_FOLDER, "/proc/asound"},
    {MASK_FOLDER, "/sys/firmware"},
};

#define MASK_COUNT (sizeof(masks) / sizeof(masks[0]))
