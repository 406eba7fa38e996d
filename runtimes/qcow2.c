/* SPDX-License-Identifier: Apache-2.0 */
#include "runtimes/qcow2.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/cleanup.h"
#include "harness/base/clock.h"
#include "harness/base/file.h"
#include "harness/base/program.h"

#define QEMU_IMG "/usr/bin/qemu-img"
#define QEMU_IMG_TIMEOUT_NS 30000000000u
#define QCOW2_MAGIC 0x514649fbu

/** The header's first fields, big-endian (QEMU, docs/interop/qcow2.txt). */
struct qcow2_header {
	uint32_t magic, version;
	uint64_t backing_offset;
	uint32_t backing_length;
} __attribute__((packed));

int qcow2_backing(const char *path, char backing[PATH_MAX], struct error *err)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct qcow2_header header;

	if (fd < 0)
		return error_errno(err, errno, "%s: cannot open", path);
	if (pread(fd, &header, sizeof(header), 0) != sizeof(header) || be32toh(header.magic) != QCOW2_MAGIC)
		return error_set(err, -EINVAL, "%s: not a qcow2 file", path);
	uint64_t offset = be64toh(header.backing_offset);
	uint32_t length = be32toh(header.backing_length);

	if (!offset || offset > INT64_MAX || !length || length >= PATH_MAX ||
	    pread(fd, backing, length, (off_t)offset) != (ssize_t)length)
		return error_set(err, -EINVAL, "%s: it does not name the disk that it is a layer on", path);
	backing[length] = '\0';
	return 0;
}

/** Runs qemu-img with these words (NULL ends them). */
static int qemu_img(struct start_client *keeper, const char *const *words, struct error *err)
{
	return keeper ? program_run(keeper, words, clock_now_ns() + QEMU_IMG_TIMEOUT_NS, err)
		      : error_set(err, -ENOTSUP, "there is no keeper");
}

int qcow2_rebase(struct start_client *keeper, const char *from, const char *to, const char *base, struct error *err)
{
	const char *const words[] = {QEMU_IMG, "rebase", "-u", "-f", "qcow2", "-F", "raw", "-b", base, to, NULL};
	int rc = file_copy(from, to, err);

	if (!rc)
		rc = qemu_img(keeper, words, err);
	return rc < 0 ? error_wrap(err, rc, "%s: cannot be made a layer on %s", to, base) : 0;
}

int qcow2_create(struct start_client *keeper, const char *base, const char *format, const char *to,
		 const char *options, struct error *err)
{
	const char *const words[] = {QEMU_IMG, "create", "-q", "-f",	  "qcow2", "-F", format,
				     "-b",	 base,	   "-o", options, to,	   NULL};
	int rc = qemu_img(keeper, words, err);

	return rc < 0 ? error_wrap(err, rc, "%s: cannot be made as a layer on %s with %s", to, base, options) : 0;
}

int qcow2_pack(struct start_client *keeper, const char *from, const char *format, const char *to, struct error *err)
{
	const char *const words[] = {QEMU_IMG, "convert", "-q", "-c", "-f", format, "-O", "qcow2", from, to, NULL};
	int rc = qemu_img(keeper, words, err);

	return rc < 0 ? error_wrap(err, rc, "%s: cannot be packed as %s", from, to) : 0;
}
