/* SPDX-License-Identifier: Apache-2.0 */
/* What no reading can be: durations, sizes and counts below zero come from nobody's clock. */
#include <stddef.h>

#include "harness/model/sample.h"

struct check_row {
	const char *key; /* as people find it in the journal */
	size_t offset;
};

#define ROW(member, key) {key, offsetof(struct sample, member)}
#define DISK(row, key)                                                                                       \
	ROW(disk.rows[row].allocated_bytes, "disk." key ".allocated_bytes"),                                 \
		ROW(disk.rows[row].apparent_bytes, "disk." key ".apparent_bytes"),                           \
		ROW(disk.rows[row].files_count, "disk." key ".files_count")

/* Not here is what may be below zero: steal time, which some kernels count down, and differences of readings. */
static const struct check_row rows[] = {
	ROW(position, "position"),
	ROW(timeout_ns, "timeout_ns"),
	ROW(gap_ns, "gap_ns"),
	ROW(maxrss_bytes, "maxrss_bytes"),
	ROW(refill_ns, "refill_ns"),
	ROW(cpu_subject_ns, "cpu_time_ns.subject"),
	ROW(cpu_harness_ns, "cpu_time_ns.harness"),
	ROW(psi_cpu_some_us, "noise.psi_cpu_some_us"),
	ROW(involuntary_switches, "noise.invol_switches_count"),
	ROW(major_faults, "noise.major_faults_count"),
	ROW(memory.settle_ns, "memory.settle_ns"),
	ROW(memory.pss, "memory.pss_bytes"),
	ROW(memory.uss, "memory.uss_bytes"),
	ROW(memory.rss, "memory.rss_bytes"),
	ROW(memory.private_cache, "memory.private_cache_bytes"),
	ROW(memory.cgroup_current, "memory.cgroup_current_bytes"),
	ROW(memory.cgroup_kernel, "memory.cgroup_kernel_bytes"),
	ROW(memory.guest_configured, "memory.guest_configured_bytes"),
	ROW(memory.guest_touched, "memory.guest_ram_touched_bytes"),
	DISK(DISK_INSTANCE, "instance"),
	DISK(DISK_BASE, "base"),
	DISK(DISK_BOOT, "boot_artefacts"),
	DISK(DISK_PLATFORM, "platform"),
};

const char *sample_negative(const struct sample *sample)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t number = *(const int64_t *)((const char *)sample + rows[i].offset);

		if (number < 0 && number != UNKNOWN)
			return rows[i].key;
	}
	return NULL;
}
