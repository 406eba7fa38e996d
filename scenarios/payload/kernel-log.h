/* SPDX-License-Identifier: Apache-2.0 */
/* What the log of a guest's kernel says of its boot, read after ready, so that it costs nothing before. */
#pragma once

#include <stdint.h>

/** Instants of the log's own clock, and what ties it to CLOCK_BOOTTIME (method R1.20). */
struct kernel_log {
	uint64_t init_ns;             /**< the record that says that the kernel runs init */
	uint64_t sync_ns;             /**< a record that was written between the next two */
	uint64_t before_ns, after_ns; /**< CLOCK_BOOTTIME */
};

/** 0; negative errno: this is no guest, whose log is nobody else's, or the log does not hold the records. */
int kernel_log_read(struct kernel_log *ret_log);
