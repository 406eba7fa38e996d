/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/measure/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/clock.h"
#include "harness/base/file.h"
#include "harness/measure/counters.h"
#include "harness/measure/daemons.h"

#define SETTLE_STEP_NS 250000000u
#define SETTLE_WINDOW 5
#define SETTLE_BYTES (256 << 10)
#define REPLY_WAIT_NS 2000000000u

static int64_t resident_bytes(const struct costs *costs)
{
	int64_t total = 0;

	for (size_t i = 0; i < costs->process_count; i++) {
		char path[64], text[128];
		long long pages = 0;

		(void)snprintf(path, sizeof(path), "/proc/%d/statm", (int)costs->processes[i]);
		if (!file_read_line(path, text, sizeof(text), NULL) && sscanf(text, "%*d %lld", &pages) == 1)
			total += pages * sysconf(_SC_PAGESIZE);
	}
	return total;
}

static bool window_is_flat(const int64_t *window)
{
	int64_t least = window[0], most = window[0];

	for (int i = 1; i < SETTLE_WINDOW; i++) {
		least = window[i] < least ? window[i] : least;
		most = window[i] > most ? window[i] : most;
	}
	return most - least <= (most / 100 > SETTLE_BYTES ? most / 100 : SETTLE_BYTES);
}

/* Method R2.4: settled when the least time has passed and the last five readings lie close together. */
static void memory_settle(const struct memory_task *task, struct memory_reading *reading)
{
	int64_t window[SETTLE_WINDOW] = {0};
	uint64_t now = clock_now_ns();
	int count = 0;

	for (;; count++) {
		window[count % SETTLE_WINDOW] = resident_bytes(task->costs);
		now = clock_now_ns();
		if (now - task->ready_ns >= task->settle_min_ns && count + 1 >= SETTLE_WINDOW && window_is_flat(window))
			break;
		reading->unsettled = now - task->ready_ns >= task->settle_max_ns;
		if (reading->unsettled)
			break;
		unsigned news = channel_wait(task->channel, CHANNEL_INTERRUPTED | CHANNEL_EXITED, now + SETTLE_STEP_NS);

		if (news & (CHANNEL_INTERRUPTED | CHANNEL_EXITED))
			break;
	}
	reading->settle_ns = (int64_t)(now - task->ready_ns);
}

static void add_field(const char *text, const char *key, int64_t *sum)
{
	uint64_t kib;

	if (file_text_field(text, key, &kib))
		*sum = (*sum == UNKNOWN ? 0 : *sum) + (int64_t)kib * 1024;
}

static void read_processes(const struct costs *costs, struct memory_reading *r)
{
	const struct {
		const char *key;
		int64_t *sum;
	} rows[] = {
		{"Pss", &r->pss},	     {"Pss_Anon", &r->pss_anon},   {"Pss_File", &r->pss_file},
		{"Pss_Shmem", &r->pss_shmem}, {"Rss", &r->rss},		   {"Private_Clean", &r->uss},
		{"Private_Dirty", &r->uss},  {"AnonHugePages", &r->anon_huge}, {"SwapPss", &r->swap_pss},
	};

	r->process_count = (int64_t)costs->process_count;
	for (size_t i = 0; i < costs->process_count; i++) {
		char path[64];

		(void)snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)costs->processes[i]);
		cleanup_free char *text = file_read(path, NULL, NULL);

		for (size_t row = 0; text && row < sizeof(rows) / sizeof(rows[0]); row++)
			add_field(text, rows[row].key, rows[row].sum);
	}
	if (r->pss == UNKNOWN)
		(void)snprintf(r->unknown_reason, sizeof(r->unknown_reason),
			       "smaps_rollup of the processes cannot be read");
}

/* Method R2.9: the guest's RAM is the largest mapping of just its configured size. */
static void read_guest_mapping(const struct memory_task *task, struct memory_reading *r)
{
	char path[64];
	unsigned long long from, to, kib;
	bool inside = false;
	int64_t pss = UNKNOWN;

	(void)snprintf(path, sizeof(path), "/proc/%d/smaps", (int)task->in->pid);
	cleanup_free char *text = file_read(path, NULL, NULL);

	for (char *rest = text, *line; (line = strsep(&rest, "\n"));) {
		if (sscanf(line, "%llx-%llx %*4s", &from, &to) == 2)
			inside = to - from == task->costs->guest_ram_bytes;
		else if (inside && sscanf(line, "Rss: %llu", &kib) == 1)
			r->guest_touched = (int64_t)kib * 1024;
		else if (inside && sscanf(line, "Pss: %llu", &kib) == 1)
			pss = (int64_t)kib * 1024;
	}
	if (pss != UNKNOWN && r->pss != UNKNOWN)
		r->vmm_overhead = r->pss - pss;
}

/* Pages on the lists of single CPUs are free, though none of /proc/meminfo's figures says so: a guest that touches
 * 64 MiB would seem to use up to 2 % more or less than that. */
static void read_guest_view(const struct memory_task *task, struct memory_reading *r)
{
	char total[32], available[32], lists[32];

	if (channel_send(task->channel, PROTOCOL_COMMAND_MEMORY, NULL) < 0)
		return;
	unsigned news = channel_wait(task->channel, CHANNEL_REPLY | CHANNEL_CLOSED | CHANNEL_INTERRUPTED,
				     clock_now_ns() + REPLY_WAIT_NS);
	const char *text = channel_text(task->channel);

	if (news & CHANNEL_REPLY && channel_fact(text, PROTOCOL_FACT_MEM_TOTAL, total, sizeof(total)) &&
	    channel_fact(text, PROTOCOL_FACT_MEM_AVAILABLE, available, sizeof(available)) &&
	    channel_fact(text, PROTOCOL_FACT_MEM_LISTS, lists, sizeof(lists)))
		r->guest_used = strtoll(total, NULL, 10) - strtoll(available, NULL, 10) - strtoll(lists, NULL, 10);
}

struct cachestat_range {
	uint64_t offset, length;
};

struct cachestat_result {
	uint64_t cache, dirty, writeback, evicted, recently_evicted;
};

static __thread int64_t cached_pages; /* nftw has no argument for its callback */

/* Before Linux 6.5: by the page table that a mapping would get. */
static int64_t mincore_pages(int fd, uint64_t bytes)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), pages = (bytes + page - 1) / page;
	int64_t resident = 0;

	if (!pages)
		return 0;
	void *map = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, 0);
	cleanup_free unsigned char *in_core = alloc_zero(pages, 1);

	if (map == MAP_FAILED)
		return UNKNOWN;
	if (mincore(map, bytes, in_core) < 0)
		resident = UNKNOWN;
	for (uint64_t i = 0; resident != UNKNOWN && i < pages; i++)
		resident += in_core[i] & 1;
	(void)munmap(map, bytes);
	return resident;
}

static int cached_visit(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	struct cachestat_range all = {0, 0};
	struct cachestat_result result;

	(void)walk;
	if (type != FTW_F || !S_ISREG(st->st_mode))
		return 0;
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return 0;
	int64_t pages = syscall(451, fd, &all, &result, 0) < 0 ? mincore_pages(fd, (uint64_t)st->st_size)
							       : (int64_t)result.cache; /* cachestat */

	if (pages == UNKNOWN)
		return 1;
	cached_pages += pages;
	return 0;
}

int64_t memory_cached_bytes(const char *path)
{
	cached_pages = 0;
	if (nftw(path, cached_visit, 16, FTW_PHYS | FTW_MOUNT) == 1)
		return UNKNOWN;
	return cached_pages * sysconf(_SC_PAGESIZE);
}

static int64_t known_or_0(int64_t number)
{
	return number == UNKNOWN ? 0 : number;
}

static void read_cgroup(const struct memory_task *task, struct memory_reading *r)
{
	struct counters counters;
	struct counters_memory memory;

	counters_find(task->in->pid, *task->in->group ? task->in->group : task->in->name, &counters);
	counters_read_memory(&counters, &memory);
	r->cgroup_current = memory.current;
	r->cgroup_peak = memory.peak;
	r->cgroup_kernel = memory.kernel;
	r->cgroup_file = memory.file;
	if (memory.kernel == UNKNOWN)
		(void)snprintf(r->unknown_reason, sizeof(r->unknown_reason),
			       "kernel memory: the instance has no memory cgroup of its own");
}

static void read_daemons(const struct memory_task *task, struct memory_reading *r)
{
	int64_t now = daemons_pss_bytes(task->in->subject);

	if (now != UNKNOWN && task->daemons_before != UNKNOWN)
		r->daemon_growth = now - task->daemons_before;
}

void memory_weigh(const struct memory_task *task, struct memory_reading *ret_reading)
{
	struct memory_reading *r = ret_reading;

	(void)snprintf(r->point, sizeof(r->point), "idle");
	memory_settle(task, r);
	read_cgroup(task, r);
	read_processes(task->costs, r);
	read_daemons(task, r);
	if (task->costs->guest_ram_bytes) {
		r->guest_configured = (int64_t)task->costs->guest_ram_bytes;
		read_guest_mapping(task, r);
		read_guest_view(task, r);
	}
	for (size_t i = 0; i < task->costs->path_count; i++)
		if (task->costs->paths[i].row == DISK_INSTANCE) {
			int64_t bytes = memory_cached_bytes(task->costs->paths[i].path);

			if (bytes != UNKNOWN)
				r->private_cache = known_or_0(r->private_cache) + bytes;
		}
	if (r->pss != UNKNOWN)
		r->footprint = r->pss + known_or_0(r->cgroup_kernel) + known_or_0(r->private_cache) +
			       known_or_0(r->daemon_growth);
}
