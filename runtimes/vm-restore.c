/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guests that go on from where another one was saved, just before it was ready: made once in prepare, restored for
 * every sample. What libvirt restores has the name, the uuid and the places that are in the file, so these are put in
 * for each instance.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/clock.h"
#include "harness/base/file.h"
#include "harness/model/protocol.h"
#include "runtimes/save-image.h"
#include "runtimes/vm.h"

#define HOLD_TIMEOUT_NS 120000000000u /* of the one boot that is done ahead */

/** The guest that gets saved, and this program's ends of its channel. */
struct keeping {
	struct instance in;
	struct timeline timeline;
	int ready, serial; /**< listening */
};

static int listen_at(const char *path, int *ret_fd, struct error *err)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof(address.sun_path))
		return error_set(err, -ENAMETOOLONG, "%s: too long for a socket", path);
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	*ret_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (*ret_fd < 0 || bind(*ret_fd, (struct sockaddr *)&address, sizeof(address)) < 0 || chmod(path, 0666) < 0 ||
	    listen(*ret_fd, 1) < 0)
		return error_errno(err, errno, "%s: cannot listen", path);
	return 0;
}

/** Waits for input, or for the guest's failure, or for the end of patience. */
static int await(struct keeping *k, int fd, uint64_t deadline_ns, struct error *err)
{
	struct pollfd fds[] = {{.fd = fd, .events = POLLIN}, {.fd = k->in.failure_fd, .events = POLLIN}};
	int rc;

	do {
		uint64_t now_ns = clock_now_ns();

		rc = poll(fds, 2, now_ns < deadline_ns ? (int)((deadline_ns - now_ns) / 1000000u) : 0);
	} while (rc < 0 && errno == EINTR);
	if (rc > 0 && fds[1].revents)
		return error_set(err, -EIO, "%s", k->in.failure.text);
	return rc > 0 ? 0 : error_set(err, -ETIMEDOUT, "it did not come to the place where it is saved");
}

static int await_held(struct keeping *k, uint64_t deadline_ns, struct error *err)
{
	cleanup_close int connection = -1;
	char byte = 0;
	int rc = await(k, k->ready, deadline_ns, err);

	if (rc < 0)
		return rc;
	connection = accept4(k->ready, NULL, NULL, SOCK_CLOEXEC);
	rc = connection < 0 ? error_errno(err, errno, "cannot accept") : await(k, connection, deadline_ns, err);
	if (rc < 0)
		return rc;
	return read(connection, &byte, 1) == 1 && byte == PROTOCOL_HELD
		       ? 0
		       : error_set(err, -EPROTO, "it said something else than that it can be saved");
}

/** Boots, waits, saves: the file is whole, or there is an error. */
static int boot_and_save(struct keeping *k, struct vm *vm, struct error *err)
{
	struct vm_image *image = vm->image;
	cleanup_free char *xml = domain_xml_build(&image->domain);
	uint64_t begin_ns = clock_now_ns();
	struct libvirt_domain *domain = libvirt_domain_new(vm->libvirt, &k->in);
	int rc = libvirt_domain_start(domain, xml, err);

	if (!rc)
		rc = await_held(k, begin_ns + HOLD_TIMEOUT_NS, err);
	if (!rc)
		rc = libvirt_domain_save(domain, image->file, err);
	image->made_ns = clock_now_ns() - begin_ns;
	libvirt_domain_free(domain);
	return rc;
}

static void image_name(const struct run *run, const struct subject *subject, const struct vm *vm,
		       struct vm_image *image)
{
	static unsigned images;

	/* A name of its own: libvirt's events of one that is gone may come late. */
	image->name = alloc_format("tare-%s-saved%u", run->id, images++);
	image->socket = alloc_format("%s/saved", run->private_folder);
	image->file = alloc_format("%s/saved-%s", run->storage, subject->name);
	if (vm->template)
		image->disk = alloc_format("%s/saved-%s.qcow2", run->storage, subject->name);
	image->domain = vm_domain(vm, image->name, image->socket, image->disk);
	image->serial = alloc_format("%s", image->domain.socket_serial);
	free((char *)(uintptr_t)image->domain.socket_serial);
	image->domain.socket_serial = image->serial;
}

/** What the instances are made from. */
static int image_read(struct vm_image *image, struct error *err)
{
	struct file_usage usage;
	int rc = file_usage(image->file, &usage, err);

	if (rc < 0)
		return rc;
	image->file_bytes = usage.allocated_bytes;
	image->xml = save_image_read(image->file, err);
	return image->xml ? 0 : err ? err->code : -EINVAL;
}

int vm_image_make(const struct run *run, struct subject *subject, struct vm *vm, struct error *err)
{
	struct vm_image *image = vm->image = alloc_zero(1, sizeof(*image));
	struct keeping k = {.in = {.run = run, .subject = subject, .pidfd = -1}, .ready = -1, .serial = -1};
	int rc = 0;

	(void)snprintf(subject->class, sizeof(subject->class), SUBJECT_PREPARED);
	image_name(run, subject, vm, image);
	(void)snprintf(k.in.name, sizeof(k.in.name), "%s", image->name);
	k.in.timeline = &k.timeline;
	timeline_init(&k.timeline);
	k.in.failure_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (image->disk)
		rc = file_copy(vm->template, image->disk, err);
	if (!rc)
		rc = listen_at(image->socket, &k.ready, err);
	if (!rc)
		rc = listen_at(image->serial, &k.serial, err);
	if (!rc)
		rc = boot_and_save(&k, vm, err);
	if (!rc)
		rc = image_read(image, err);
	(void)unlink(image->socket);
	(void)unlink(image->serial);
	const int fds[] = {k.ready, k.serial, k.in.failure_fd};

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			(void)close(fds[i]);
	timeline_destroy(&k.timeline);
	return rc ? error_wrap(err, rc, "%s: the guest to restore", subject->name) : 0;
}

int vm_image_start(struct vm_image *image, struct libvirt_domain *domain, const struct domain *to, struct error *err)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	cleanup_free char *xml = domain_xml_rename(image->xml, &image->domain, to, err);

	if (!xml)
		return err ? err->code : -EINVAL;
	(void)pthread_mutex_lock(&lock);
	int rc = save_image_write(image->file, xml, err);

	if (!rc)
		rc = libvirt_domain_restore(domain, image->file, err);
	(void)pthread_mutex_unlock(&lock);
	return rc;
}

void vm_image_free(struct vm_image *image)
{
	if (!image)
		return;
	if (image->file)
		(void)unlink(image->file);
	if (image->disk)
		(void)unlink(image->disk);
	char *const texts[] = {image->file, image->xml, image->name, image->socket, image->serial, image->disk};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		free(texts[i]);
	free(image);
}
