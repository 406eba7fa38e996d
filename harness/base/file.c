/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/base/file.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/text.h"

#define FILE_CHUNK 65536u

char *file_read(const char *path, size_t *ret_length, struct error *err)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	cleanup_free char *text = NULL;
	size_t length = 0, room = 0;

	if (fd < 0) {
		(void)error_errno(err, errno, "%s: cannot open", path);
		return NULL;
	}
	for (;;) {
		if (room - length < FILE_CHUNK) {
			room = room * 2 + 2 * FILE_CHUNK;
			text = alloc_grow(text, room, 1);
		}
		ssize_t got = read(fd, text + length, room - length - 1);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			(void)error_errno(err, errno, "%s: cannot read", path);
			return NULL;
		}
		if (!got)
			break;
		length += (size_t)got;
	}
	text[length] = '\0';
	if (ret_length)
		*ret_length = length;
	return steal_ptr(text);
}

int file_read_line(const char *path, char *text, size_t size, struct error *err)
{
	cleanup_free char *whole = file_read(path, NULL, err);

	if (!whole)
		return err && err->code ? err->code : -EIO;
	size_t length = strcspn(whole, "\n");

	if (length >= size)
		length = size - 1;
	(void)memcpy(text, whole, length);
	text[length] = '\0';
	return 0;
}

int file_read_u64(const char *path, uint64_t *ret_value, struct error *err)
{
	char text[64], *end;
	int rc = file_read_line(path, text, sizeof(text), err);

	if (rc < 0)
		return rc;
	errno = 0;
	unsigned long long value = strtoull(text, &end, 10);

	if (errno || end == text || (*end && !isspace((unsigned char)*end)))
		return error_set(err, -EINVAL, "%s: '%s' is not a number", path, text);
	*ret_value = value;
	return 0;
}

bool file_text_field(const char *text, const char *key, uint64_t *ret_value)
{
	size_t length = strlen(key);

	for (const char *line = text; line && *line; line = text_behind(line, '\n')) {
		if (strncmp(line, key, length) || (line[length] != ':' && !isspace((unsigned char)line[length])))
			continue;
		*ret_value = strtoull(line + length + strspn(line + length, ": \t"), NULL, 10);
		return true;
	}
	return false;
}

int file_read_field(const char *path, const char *key, uint64_t *ret_value, struct error *err)
{
	cleanup_free char *text = file_read(path, NULL, err);

	if (!text)
		return err && err->code ? err->code : -EIO;
	if (!file_text_field(text, key, ret_value))
		return error_set(err, -ENOENT, "%s: has no field '%s'", path, key);
	return 0;
}

int file_put(const char *path, const char *text, struct error *err)
{
	cleanup_close int fd = open(path, O_WRONLY | O_CLOEXEC);
	size_t length = strlen(text);

	if (fd < 0)
		return error_errno(err, errno, "%s: cannot open for writing", path);
	ssize_t put = write(fd, text, length);

	if (put < 0 || (size_t)put != length)
		return error_errno(err, put < 0 ? errno : EIO, "%s: cannot write '%s'", path, text);
	return 0;
}

static int file_write_all(int fd, const char *bytes, size_t length)
{
	while (length) {
		ssize_t put = write(fd, bytes, length);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		bytes += put;
		length -= (size_t)put;
	}
	return 0;
}

static void file_sync_folder_of(const char *path)
{
	cleanup_free char *folder = alloc_text(path);
	char *slash = strrchr(folder, '/');

	if (slash)
		slash[slash == folder] = '\0';
	cleanup_close int fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0)
		(void)fsync(fd);
}

int file_write(const char *path, const void *bytes, size_t length, struct error *err)
{
	cleanup_free char *temporary = alloc_format("%s.XXXXXX", path);
	cleanup_close int fd = mkostemp(temporary, O_CLOEXEC);

	if (fd < 0)
		return error_errno(err, errno, "%s: cannot create", path);
	int rc = file_write_all(fd, bytes, length);

	if (!rc && (fchmod(fd, 0644) < 0 || fsync(fd) < 0 || rename(temporary, path) < 0))
		rc = -errno;
	if (rc < 0) {
		(void)unlink(temporary);
		return error_errno(err, -rc, "%s: cannot write", path);
	}
	file_sync_folder_of(path);
	return 0;
}

int file_make_dirs(const char *path, mode_t mode, struct error *err)
{
	cleanup_free char *copy = alloc_text(path);
	struct stat st;

	for (char *slash = copy + 1; *slash; slash++) {
		if (*slash != '/')
			continue;
		*slash = '\0';
		if (mkdir(copy, mode) < 0 && errno != EEXIST)
			return error_errno(err, errno, "%s: cannot create the folder", copy);
		*slash = '/';
	}
	if (mkdir(copy, mode) < 0 && errno != EEXIST)
		return error_errno(err, errno, "%s: cannot create the folder", path);
	if (stat(copy, &st) < 0 || !S_ISDIR(st.st_mode))
		return error_errno(err, ENOTDIR, "%s: cannot create the folder", path);
	return 0;
}

int file_copy(const char *from, const char *to, struct error *err)
{
	cleanup_close int in = open(from, O_RDONLY | O_CLOEXEC);
	cleanup_close int out = -1;
	ssize_t moved;

	if (in < 0)
		return error_errno(err, errno, "%s: cannot open", from);
	out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (out < 0)
		return error_errno(err, errno, "%s: cannot create", to);
	/* Within one file system the kernel may share the blocks; between two of them it has to move the bytes. */
	while ((moved = copy_file_range(in, NULL, out, NULL, 1u << 30, 0)) > 0)
		;
	if (moved < 0 && (errno == EXDEV || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP))
		while ((moved = sendfile(out, in, NULL, 1u << 30)) > 0)
			;
	if (moved < 0)
		return error_errno(err, errno, "%s: cannot copy to %s", from, to);
	return 0;
}

bool file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}
