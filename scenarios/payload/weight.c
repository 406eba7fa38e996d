/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/payload/weight.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <unistd.h>

#include "scenarios/payload/channel.h"
#include "scenarios/payload/ready.h"
#include "scenarios/payload/syscall.h"
#include "scenarios/payload/text.h"

#define PAGE_BYTES 4096u

static struct {
	char *start;
	uint64_t bytes;
} held;

/* Small pages, written one by one: just what was asked for becomes resident. */
static int hold(uint64_t bytes)
{
	if (held.bytes)
		munmap(held.start, held.bytes);
	held.bytes = 0;
	if (!bytes)
		return 0;
	void *start = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (start == MAP_FAILED)
		return errno;
	(void)madvise(start, bytes, MADV_NOHUGEPAGE);
	held.start = start;
	held.bytes = bytes;
	for (uint64_t at = 0; at < bytes; at += PAGE_BYTES)
		*(volatile uint64_t *)(held.start + at) = at + 1; /* no two pages alike: nothing to merge */
	return 0;
}

int weight_touch(const char *arguments)
{
	uint64_t bytes = 0;
	int error = text_read_number(arguments, &bytes) ? hold(bytes) : EINVAL;

	return error ? channel_answer(PROTOCOL_FACT_ERROR, (uint64_t)error)
		     : channel_answer(PROTOCOL_FACT_TOUCHED, held.bytes);
}

#define WRITE_FLAGS (O_WRONLY | O_CREAT | O_CLOEXEC)

/* A guest's root may wait for its first write read-only: to make it writable is no part of a write. */
static void allow_writing(const char *path)
{
	int fd = ready.root_mode ? open(path, WRITE_FLAGS, 0644) : -1;

	if (ready.root_mode && fd < 0 && errno == EROFS)
		(void)mount(NULL, "/", NULL, MS_REMOUNT, NULL);
	if (fd >= 0)
		close(fd);
}

static int write_and_sync(const char *path, uint64_t offset, uint64_t bytes)
{
	static char data[PAGE_BYTES];
	int fd = open(path, WRITE_FLAGS, 0644);

	if (fd < 0)
		return errno;
	memset(data, 'x', sizeof(data));
	int error = 0;

	for (uint64_t done = 0; !error && done < bytes;) {
		uint64_t left = bytes - done, some = left < sizeof(data) ? left : sizeof(data);
		ssize_t put = pwrite(fd, data, some, (off_t)(offset + done));

		error = put < 0 ? errno : put ? 0 : ENOSPC;
		done += put > 0 ? (uint64_t)put : 0;
	}

	if (!error && fsync(fd) < 0)
		error = errno;
	close(fd);
	return error;
}

int weight_write(char *arguments)
{
	const char *path = text_take_word(&arguments);
	uint64_t offset, bytes;

	if (!text_read_number(text_take_word(&arguments), &offset) ||
	    !text_read_number(text_take_word(&arguments), &bytes) ||
	    bytes > WEIGHT_WRITE_MAX)
		return channel_answer(PROTOCOL_FACT_ERROR, EINVAL);
	allow_writing(path);

	uint64_t begin_ns = syscall_clock_ns(CLOCK_MONOTONIC);
	int error = write_and_sync(path, offset, bytes);
	uint64_t end_ns = syscall_clock_ns(CLOCK_MONOTONIC);

	return error ? channel_answer(PROTOCOL_FACT_ERROR, (uint64_t)error)
		     : channel_answer(PROTOCOL_FACT_WRITE_NS, end_ns - begin_ns);
}
