/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory latency: each load's address is the result of the one before, along one random cycle through all cache lines
 * of the memory (Sattolo, 1986), so that neither the CPU nor its prefetchers see the next. One operation is one load.
 */
#include <stddef.h>
#include <sys/mman.h>

#include "scenarios/payload/work.h"

#define LINE 64
#define HUGE_PAGE (2ul << 20)

/* One cache line. */
struct line {
	struct line *next;
	uint64_t unused[LINE / 8 - 1];
};

struct chase {
	struct line *lines, *at;
	size_t count;
};

static void link_cycle(struct chase *chase)
{
	struct line *lines = chase->lines;
	uint64_t state = 1;

	for (size_t i = 0; i < chase->count; i++)
		lines[i].next = &lines[i];
	for (size_t i = chase->count - 1; i > 0; i--) {
		size_t j = (size_t)(work_random(&state) % i);
		struct line *other = lines[i].next;

		lines[i].next = lines[j].next;
		lines[j].next = other;
	}
}

static int prepare(struct work *work, size_t bytes, int advice)
{
	static struct chase chase;
	char *memory = mmap(NULL, bytes + HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return work_failed(work, "mmap");
	memory += HUGE_PAGE - (uintptr_t)memory % HUGE_PAGE;
	/* A kernel without huge pages refuses the advice and has small ones. */
	if (madvise(memory, bytes, advice) < 0 && advice == MADV_HUGEPAGE)
		return work_failed(work, "huge pages");
	chase = (struct chase){.lines = (struct line *)memory, .count = bytes / LINE};
	link_cycle(&chase);
	work->state = &chase;
	return 0;
}

static int prepare_16k(struct work *work)
{
	return prepare(work, 16 << 10, MADV_NOHUGEPAGE);
}

static int prepare_1m(struct work *work)
{
	return prepare(work, 1 << 20, MADV_NOHUGEPAGE);
}

static int prepare_64m(struct work *work)
{
	return prepare(work, 64 << 20, MADV_NOHUGEPAGE);
}

static int prepare_huge(struct work *work)
{
	return prepare(work, 64 << 20, MADV_HUGEPAGE);
}

static int run(struct work *work)
{
	struct chase *chase = work->state;
	const struct line *at = chase->lines;

	for (uint64_t i = 0; i < work->count; i++)
		at = at->next;
	work->checksum = (uint64_t)(at - chase->lines);
	return 0;
}

/* The cycle is one: from where it ended, the rest of the way leads back to the start. */
static int check(struct work *work)
{
	const struct chase *chase = work->state;
	const struct line *at = &chase->lines[work->checksum];
	uint64_t rest = (chase->count - work->count % chase->count) % chase->count;

	for (uint64_t i = 0; i < rest; i++)
		at = at->next;
	work->expected = at == chase->lines ? work->checksum : ~work->checksum;
	return 0;
}

const struct work_kind work_mem_lat_16k = {"mem_lat_16k", prepare_16k, NULL, run, check};
const struct work_kind work_mem_lat_1m = {"mem_lat_1m", prepare_1m, NULL, run, check};
const struct work_kind work_mem_lat_64m = {"mem_lat_64m", prepare_64m, NULL, run, check};
const struct work_kind work_mem_lat_huge = {"mem_lat_huge", prepare_huge, NULL, run, check};
