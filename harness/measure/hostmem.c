/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/measure/hostmem.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/model/sample.h"

#define KSM_SHARING "/sys/kernel/mm/ksm/pages_sharing"

static int64_t field_bytes(const char *text, const char *key)
{
	uint64_t kib;

	return text && file_text_field(text, key, &kib) ? (int64_t)kib * 1024 : UNKNOWN;
}

static int64_t known_or_0(int64_t number)
{
	return number == UNKNOWN ? 0 : number;
}

static double pressure_read(void)
{
	cleanup_free char *text = file_read("/proc/pressure/memory", NULL, NULL);
	double avg10;

	return text && sscanf(text, "some avg10=%lf", &avg10) == 1 ? avg10 : NAN;
}

void hostmem_read(struct hostmem *ret_memory)
{
	static const char *const kernel[] = {"Slab", "PageTables", "KernelStack", "Percpu"};
	cleanup_free char *text = file_read("/proc/meminfo", NULL, NULL);
	int64_t swap_total = field_bytes(text, "SwapTotal"), swap_free = field_bytes(text, "SwapFree");
	uint64_t ksm = 0, swapped_out = 0;

	ret_memory->total = field_bytes(text, "MemTotal");
	ret_memory->available = field_bytes(text, "MemAvailable");
	ret_memory->kernel = 0;
	for (size_t i = 0; i < sizeof(kernel) / sizeof(kernel[0]); i++)
		ret_memory->kernel += known_or_0(field_bytes(text, kernel[i]));
	ret_memory->sec_pagetables = field_bytes(text, "SecPageTables");
	ret_memory->swap_used = known_or_0(swap_total) - known_or_0(swap_free);
	(void)file_read_field("/proc/vmstat", "pswpout", &swapped_out, NULL);
	ret_memory->swapped_out = (int64_t)swapped_out * sysconf(_SC_PAGESIZE);
	ret_memory->ksm_shared = file_read_u64(KSM_SHARING, &ksm, NULL) < 0
					 ? UNKNOWN
					 : (int64_t)ksm * sysconf(_SC_PAGESIZE);
	ret_memory->pressure = pressure_read();
}

static int64_t rollup_bytes(int pid, const char *key)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", pid);
	cleanup_free char *text = file_read(path, NULL, NULL);

	return known_or_0(field_bytes(text, key));
}

int64_t hostmem_process_pss(int pid)
{
	return rollup_bytes(pid, "Pss");
}

int64_t hostmem_process_anon(int pid)
{
	return rollup_bytes(pid, "Anonymous");
}

int64_t hostmem_process_cpu_ns(int pid)
{
	clockid_t clock;
	struct timespec time;

	if (clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &time) < 0)
		return 0;
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}
