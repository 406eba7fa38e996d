/* SPDX-License-Identifier: Apache-2.0 */
/* What a database waits for: 4 KiB written, then fsync; one operation is both. The file has 1 MiB at most. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "scenarios/payload/work-file.h"

#define BLOCK 4096u
#define BLOCKS 256u

static int prepare(struct work *work)
{
	static int fd;

	fd = work_file_open(work, "tare-fsync", O_CREAT | O_TRUNC | O_RDWR);
	work->state = &fd;
	return fd < 0 ? fd : 0;
}

static int run(struct work *work)
{
	static uint64_t block[BLOCK / sizeof(uint64_t)];
	const int *fd = work->state;

	for (uint64_t i = 0; i < work->count; i++) {
		work_file_fill(block, sizeof(block), i);
		errno = ENOSPC; /* of a part that still fitted */
		if (pwrite(*fd, block, BLOCK, (off_t)(i % BLOCKS * BLOCK)) != BLOCK)
			return work_failed(work, "write");
		if (fsync(*fd) < 0)
			return work_failed(work, "fsync");
	}
	work->bytes = work->count * BLOCK;
	work->checksum = work->count;
	return 0;
}

/* The last block is what was written last. */
static int check(struct work *work)
{
	static uint64_t block[BLOCK / sizeof(uint64_t)], wanted[BLOCK / sizeof(uint64_t)];
	const int *fd = work->state;
	uint64_t last = work->count - 1;

	if (pread(*fd, block, BLOCK, (off_t)(last % BLOCKS * BLOCK)) != BLOCK)
		return work_failed(work, "read");
	work_file_fill(wanted, sizeof(wanted), last);
	for (uint64_t i = 0; i < BLOCK / sizeof(uint64_t); i++)
		if (block[i] != wanted[i])
			work->checksum = ~work->count;
	work->expected = work->count;
	return 0;
}

const struct work_kind work_file_fsync = {"file_fsync", prepare, NULL, run, check};
