/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory bandwidth, beyond the caches. mem_bw: a[i] = b[i] + 3 c[i] over three arrays of 24 MiB, the triad of STREAM
 * (McCalpin, 1995); one operation moves 3 MiB. mem_write: 8-byte stores over 64 MiB, as the memory test of sysbench
 * does with one block of that size; one operation writes 1 MiB.
 */
#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>

#include "scenarios/payload/work.h"

#define MIB (1u << 20)
#define STEP (MIB / sizeof(double)) /* elements of one array that an operation takes */
#define STEPS 24u
#define WRITE_BLOCKS 64u
#define WORDS (MIB / sizeof(uint64_t))

static int take_memory(struct work *work, size_t bytes)
{
	work->state = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	return work->state == MAP_FAILED ? work_failed(work, "mmap") : 0;
}

static int triad_prepare(struct work *work)
{
	size_t count = (size_t)STEPS * STEP;
	int rc = take_memory(work, 3 * count * sizeof(double));

	if (rc < 0)
		return rc;
	double *b = (double *)work->state + count, *c = b + count;

	for (size_t i = 0; i < count; i++) {
		b[i] = (double)(i & 1023);
		c[i] = (double)(i >> 3 & 511);
	}
	return 0;
}

static int triad_run(struct work *work)
{
	size_t count = (size_t)STEPS * STEP, at = 0;
	double *restrict a = work->state;
	const double *restrict b = a + count, *restrict c = b + count;

	for (uint64_t i = 0; i < work->count; i++) {
		for (size_t j = at; j < at + STEP; j++)
			a[j] = b[j] + 3 * c[j];
		WORK_OPAQUE(a);
		at = at + STEP == count ? 0 : at + STEP;
	}
	work->checksum = work->count;
	return 0;
}

static int triad_check(struct work *work)
{
	double *a = work->state;
	size_t count = (size_t)(work->count < STEPS ? work->count : STEPS) * STEP;

	work->expected = work->count;
	for (size_t i = 0; i < count; i++) {
		if (a[i] != (double)(i & 1023) + 3 * (double)(i >> 3 & 511))
			work->checksum = ~work->count;
		a[i] = 0;
	}
	return 0;
}

static int write_prepare(struct work *work)
{
	return take_memory(work, (size_t)WRITE_BLOCKS * MIB);
}

static int write_run(struct work *work)
{
	volatile uint64_t *words = work->state;

	for (uint64_t i = 0; i < work->count; i++)
		for (size_t j = 0, at = i % WRITE_BLOCKS * WORDS; j < WORDS; j++)
			words[at + j] = i;
	work->checksum = work->count;
	return 0;
}

static int write_check(struct work *work)
{
	const uint64_t *words = work->state;
	uint64_t first = work->count > WRITE_BLOCKS ? work->count - WRITE_BLOCKS : 0;

	work->expected = work->count;
	for (uint64_t i = first; i < work->count; i++)
		for (size_t j = 0; j < WORDS; j++)
			if (words[i % WRITE_BLOCKS * WORDS + j] != i)
				work->checksum = ~work->count;
	return 0;
}

const struct work_kind work_mem_bw = {"mem_bw", triad_prepare, NULL, triad_run, triad_check};
const struct work_kind work_mem_write = {"mem_write", write_prepare, NULL, write_run, write_check};
