/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One file from begin to end in blocks of 1 MiB, as many as there are operations. file_write: written new, and synced.
 * file_read_cold: read after this kernel was told to forget it (a guest's host is told by the harness).
 * file_read_warm: read while this kernel holds it.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "scenarios/payload/work-file.h"

#define BLOCK (1u << 20)
#define NAME "tare-seq"

static uint64_t block[BLOCK / sizeof(uint64_t)];
static int file = -1;

static int write_file(struct work *work)
{
	for (uint64_t i = 0; i < work->count; i++) {
		block[0] = i;
		errno = ENOSPC; /* of a part that still fitted */
		if (write(file, block, BLOCK) != BLOCK)
			return work_failed(work, "write");
	}
	return fsync(file) < 0 ? work_failed(work, "fsync") : 0;
}

static int write_reset(struct work *work)
{
	if (file >= 0)
		close(file);
	work_file_fill(block, sizeof(block), 1);
	file = work_file_open(work, NAME, O_CREAT | O_TRUNC | O_RDWR);
	if (file < 0)
		return file;
	return fsync(file) < 0 ? work_failed(work, "fsync") : 0;
}

static int write_run(struct work *work)
{
	work->bytes = work->count * BLOCK;
	work->checksum = work->expected = work->count;
	return write_file(work);
}

/* The file is there from an earlier order, or it is made now: the same blocks either way. */
static int read_prepare(struct work *work)
{
	work_file_fill(block, sizeof(block), 1);
	file = work_file_open(work, NAME, O_CREAT | O_RDWR);
	if (file < 0)
		return file;
	if (lseek(file, 0, SEEK_END) == (off_t)(work->count * BLOCK))
		return 0;
	if (ftruncate(file, 0) < 0 || lseek(file, 0, SEEK_SET) < 0)
		return work_failed(work, "truncate");
	return write_file(work);
}

static int rewind_file(struct work *work)
{
	return lseek(file, 0, SEEK_SET) < 0 ? work_failed(work, "seek") : 0;
}

static int cold_reset(struct work *work)
{
	if (fsync(file) < 0)
		return work_failed(work, "fsync");
	if (posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED))
		return work_failed(work, "fadvise");
	return rewind_file(work);
}

static int read_run(struct work *work)
{
	work->checksum = 0;
	for (uint64_t i = 0; i < work->count; i++) {
		if (read(file, block, BLOCK) != BLOCK)
			return work_failed(work, "read");
		work->checksum += block[0] == i;
	}
	work->bytes = work->count * BLOCK;
	work->expected = work->count;
	return 0;
}

static int warm_run(struct work *work)
{
	int rc = read_run(work);

	work->bytes = 0; /* nothing has to come from storage */
	return rc;
}

const struct work_kind work_file_write = {"file_write", NULL, write_reset, write_run, NULL};
const struct work_kind work_file_read_cold = {"file_read_cold", read_prepare, cold_reset, read_run, NULL};
const struct work_kind work_file_read_warm = {"file_read_warm", read_prepare, rewind_file, warm_run, NULL};
