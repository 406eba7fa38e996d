/* SPDX-License-Identifier: Apache-2.0 */
/*
 * First touch of anonymous memory in pages of 4 KiB, up to 64 MiB at a time; one operation is one page. In a guest
 * the warm-up iteration also makes the host find memory; later ones get pages that the host has given already.
 */
#include <sys/mman.h>
#include <sys/resource.h>

#include "scenarios/payload/work.h"

#define PAGE 4096u
#define PAGES_AT_ONCE 16384u

static uint64_t faults_so_far(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (uint64_t)usage.ru_minflt;
}

static int touch(struct work *work, uint64_t pages)
{
	volatile char *memory = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return work_failed(work, "mmap");
	madvise((void *)(uintptr_t)memory, pages * PAGE, MADV_NOHUGEPAGE);
	for (uint64_t i = 0; i < pages; i++)
		memory[i * PAGE] = 1;
	munmap((void *)(uintptr_t)memory, pages * PAGE);
	return 0;
}

static int run(struct work *work)
{
	uint64_t before = faults_so_far();

	for (uint64_t left = work->count; left;) {
		uint64_t pages = left < PAGES_AT_ONCE ? left : PAGES_AT_ONCE;
		int rc = touch(work, pages);

		if (rc < 0)
			return rc;
		left -= pages;
	}
	work->expected = work->count;
	work->checksum = faults_so_far() - before >= work->count ? work->count : ~work->count;
	return 0;
}

const struct work_kind work_page_fault = {"page_fault", NULL, NULL, run, NULL};
