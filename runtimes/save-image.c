/* SPDX-License-Identifier: Apache-2.0 */
#include "runtimes/save-image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"

#define MAGIC "LibvirtQemudSave"
#define VERSION 2
#define DATA_MAX (16u << 20)

/** What the file begins with, in the host's byte order. Behind it come `data_length` bytes: the description, a second
 * text ("cookie") at an offset of its own, and room for longer ones; then what QEMU wrote. */
struct header {
	char magic[16];
	uint32_t version, data_length, was_running, compressed, cookie_offset, unused[14];
};

struct image {
	int fd;
	struct header header;
	char *data; /**< header.data_length bytes and a NUL */
};

static void image_close(struct image *image)
{
	if (image->fd >= 0)
		(void)close(image->fd);
	free(image->data);
}

static int header_check(const char *path, const struct header *h, struct error *err)
{
	if (memcmp(h->magic, MAGIC, sizeof(h->magic)) != 0)
		return error_set(err, -EINVAL, "%s: not a saved domain", path);
	if (h->version != VERSION || !h->data_length || h->data_length > DATA_MAX || h->cookie_offset >= h->data_length)
		return error_host(err, "%s: saved by a libvirt whose format is not known (version %u)", path,
				  h->version);
	return 0;
}

static int image_open(const char *path, int flags, struct image *image, struct error *err)
{
	*image = (struct image){.fd = open(path, flags | O_CLOEXEC)};
	if (image->fd < 0)
		return error_errno(err, errno, "%s", path);
	if (pread(image->fd, &image->header, sizeof(image->header), 0) != sizeof(image->header))
		return error_set(err, -EINVAL, "%s: not a saved domain: too short", path);
	int rc = header_check(path, &image->header, err);

	if (rc < 0)
		return rc;
	image->data = alloc_zero(1, (size_t)image->header.data_length + 1);
	if (pread(image->fd, image->data, image->header.data_length, sizeof(image->header)) !=
	    (ssize_t)image->header.data_length)
		return error_set(err, -EINVAL, "%s: not a saved domain: it ends in its description", path);
	return 0;
}

char *save_image_read(const char *path, struct error *err)
{
	struct image image;
	char *xml = image_open(path, O_RDONLY, &image, err) < 0 ? NULL : alloc_text(image.data);

	image_close(&image);
	return xml;
}

/** The description, the cookie behind it, and zeros. */
static int data_write(const char *path, struct image *image, const char *xml, struct error *err)
{
	const char *old_cookie = image->header.cookie_offset ? image->data + image->header.cookie_offset : "";
	cleanup_free char *cookie = alloc_text(old_cookie);
	size_t xml_size = strlen(xml) + 1, cookie_size = *cookie ? strlen(cookie) + 1 : 0;
	size_t size = image->header.data_length;

	if (xml_size + cookie_size > size)
		return error_set(err, -E2BIG, "%s: no room for a description of %zu bytes", path, xml_size);
	(void)memset(image->data, 0, size);
	(void)memcpy(image->data, xml, xml_size);
	(void)memcpy(image->data + xml_size, cookie, cookie_size);
	image->header.cookie_offset = cookie_size ? (uint32_t)xml_size : 0;
	if (pwrite(image->fd, &image->header, sizeof(image->header), 0) != sizeof(image->header) ||
	    pwrite(image->fd, image->data, size, sizeof(image->header)) != (ssize_t)size)
		return error_errno(err, errno ? errno : EIO, "%s", path);
	return 0;
}

int save_image_write(const char *path, const char *xml, struct error *err)
{
	struct image image;
	int rc = image_open(path, O_RDWR, &image, err);

	if (!rc)
		rc = data_write(path, &image, xml, err);
	image_close(&image);
	return rc;
}
