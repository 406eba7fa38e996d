/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest's image on its way through a registry: kernel, initramfs and the chain of its disks, each a file named by its
 * digest, listed by a manifest. The first disk of an image is whole and compressed, as distributions offer theirs; one
 * upon it holds the change alone. Files are fetched to where they lay when they were pushed, so that a disk still finds
 * the one below.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "runtimes/qcow2.h"
#include "runtimes/registry-api.h"
#include "runtimes/vm.h"

#define TITLE "org.opencontainers.image.title"
#define EMPTY_CONFIG "{}"
#define DISK "disk"

/* Where the disk of that layer lies. */
static char *disk_path(const struct vm *vm, const struct subject *subject, size_t layer)
{
	return alloc_format("%s/image-%s-%zu.qcow2", vm->run->storage, subject->name, layer);
}

int vm_pack(struct subject *subject, struct error *err)
{
	struct vm *vm = subject->state;
	const char *newest = vm->layer_count ? vm->layers[vm->layer_count - 1].disk : vm->base;

	if (!vm->base || vm->image)
		return error_set(err, -ENOTSUP, vm->base ? "a saved guest goes with the disk that it was saved with"
							 : "it has no disk");
	cleanup_free char *disk = disk_path(vm, subject, vm->layer_count);
	int rc = qcow2_pack(vm->run->keeper, newest, vm->layer_count ? "qcow2" : "raw", disk, err);

	return rc ? rc : vm_layer_add(vm, subject, disk, true, err);
}

/* --- there --- */

static struct json *descriptor(const char *type, const char *digest, int64_t size)
{
	cleanup_free char *named = alloc_format("sha256:%s", digest);
	struct json *object = json_object();

	json_add_text(object, "mediaType", type);
	json_add_text(object, "digest", named);
	json_add_int(object, "size", size);
	return object;
}

static int file_send(struct registry_api *api, struct json *layers, const char *title, const char *path,
		     struct error *err)
{
	char digest[DIGEST_HEX];
	struct stat st = {0};
	int rc = digest_file(path, digest, err);

	if (!rc && stat(path, &st) < 0)
		rc = error_errno(err, errno, "%s", path);
	if (!rc)
		rc = registry_api_send(api, path, digest, err);
	if (rc < 0)
		return rc;
	struct json *layer = descriptor("application/octet-stream", digest, st.st_size), *notes = json_object();

	json_add_text(notes, TITLE, title);
	json_add(layer, "annotations", notes);
	json_append(layers, layer);
	return 0;
}

static int files_send(struct registry_api *api, const struct vm *vm, struct json *layers, struct error *err)
{
	size_t first = vm->layer_count;
	int rc = file_send(api, layers, "kernel", vm->domain.kernel, err);

	if (!rc)
		rc = file_send(api, layers, "initrd", vm->domain.initrd, err);
	while (first > 0 && !vm->layers[--first].whole) /* from the whole disk on */
		;
	for (size_t i = first; !rc && i < vm->layer_count; i++)
		rc = file_send(api, layers, DISK, vm->layers[i].disk, err);
	return rc;
}

int vm_push(struct subject *subject, const struct remote_image *image, struct error *err)
{
	const struct vm *vm = subject->state;
	struct json *manifest = json_object(), *layers = json_array();
	struct registry_api *api = NULL;
	char digest[DIGEST_HEX];
	int rc = registry_api_open(&api, image, err);

	digest_text(EMPTY_CONFIG, digest);
	json_add_int(manifest, "schemaVersion", 2);
	json_add_text(manifest, "mediaType", "application/vnd.oci.image.manifest.v1+json");
	json_add(manifest, "config",
		 descriptor("application/vnd.oci.image.config.v1+json", digest, strlen(EMPTY_CONFIG)));
	json_add(manifest, "layers", layers);
	if (!rc)
		rc = registry_api_send_text(api, EMPTY_CONFIG, err);
	if (!rc)
		rc = files_send(api, vm, layers, err);
	if (!rc)
		rc = registry_api_put_manifest(api, manifest, err);
	json_free(manifest);
	registry_api_close(api);
	return rc;
}

/* --- and back --- */

static bool has_part(const struct vm *vm, const char *digest)
{
	for (size_t i = 0; i < vm->part_count; i++)
		if (!strcmp(vm->parts[i].digest, digest))
			return true;
	return false;
}

/* Fetches a file unless it is there; `ret_path` is borrowed from the parts. */
static int part_fetch(struct registry_api *api, struct vm *vm, const char *digest, const char *path,
		      const char **ret_path, struct error *err)
{
	if (vm->part_count == VM_PARTS_MAX)
		return error_set(err, -E2BIG, "no more than %d files", VM_PARTS_MAX);
	int rc = registry_api_fetch(api, digest, path, err);

	if (rc < 0)
		return rc;
	struct vm_part *part = &vm->parts[vm->part_count++];

	(void)snprintf(part->digest, sizeof(part->digest), "%s", digest);
	part->path = alloc_text(path);
	*ret_path = part->path;
	return 0;
}

static int disk_fetch(struct registry_api *api, struct subject *subject, const char *digest, bool whole,
		      struct error *err)
{
	struct vm *vm = subject->state;
	cleanup_free char *path = disk_path(vm, subject, vm->layer_count);
	char below[PATH_MAX] = "";
	const char *fetched;
	int rc = part_fetch(api, vm, digest, path, &fetched, err);

	if (!rc && !whole)
		rc = qcow2_backing(path, below, err);
	if (!rc && !whole && (!vm->layer_count || strcmp(below, vm->layers[vm->layer_count - 1].disk) != 0))
		rc = error_set(err, -EPROTO, "%s: it lies on %s, which is not the newest disk", path, below);
	return rc ? rc : vm_layer_add(vm, subject, path, whole, err);
}

/* Kernel or initramfs. */
static int boot_fetch(struct registry_api *api, struct subject *subject, const char *title, const char *digest,
		      struct error *err)
{
	struct vm *vm = subject->state;
	bool kernel = !strcmp(title, "kernel");
	cleanup_free char *path =
		alloc_format("%s/%s-%s", vm->run->storage, kernel ? "kernel" : "initrd", subject->name);

	return part_fetch(api, vm, digest, path, kernel ? &vm->domain.kernel : &vm->domain.initrd, err);
}

static int layers_fetch(struct registry_api *api, struct subject *subject, const struct json *manifest,
			struct error *err)
{
	const struct vm *vm = subject->state;
	size_t disks = 0;
	int rc = 0;

	for (const struct json *l = json_first(json_get(manifest, "layers")); l && !rc; l = json_next(l)) {
		const char *title = json_get_text(json_get(l, "annotations"), TITLE, "");
		const char *digest = json_get_text(l, "digest", ""), *hex = strchr(digest, ':');
		bool disk = !strcmp(title, DISK);

		if (strncmp(digest, "sha256:", 7) || strlen(hex + 1) != DIGEST_HEX - 1 ||
		    strspn(hex + 1, "0123456789abcdef") != DIGEST_HEX - 1)
			return error_set(err, -EPROTO, "%s: the manifest names no digest", subject->name);
		if (!has_part(vm, hex + 1))
			rc = disk ? disk_fetch(api, subject, hex + 1, !disks, err)
				  : boot_fetch(api, subject, title, hex + 1, err);
		disks += disk;
	}
	return rc || disks ? rc : error_set(err, -EPROTO, "%s: the manifest names no disk", subject->name);
}

int vm_pull(struct subject *subject, const struct remote_image *image, struct error *err)
{
	struct registry_api *api = NULL;
	struct json *manifest = NULL;
	int rc = registry_api_open(&api, image, err);

	if (!rc)
		rc = registry_api_get_manifest(api, &manifest, err);
	if (!rc)
		rc = layers_fetch(api, subject, manifest, err);
	json_free(manifest);
	registry_api_close(api);
	return rc;
}

void vm_parts_clear(struct vm *vm)
{
	while (vm->part_count) {
		struct vm_part *part = &vm->parts[--vm->part_count];

		(void)unlink(part->path);
		free(part->path);
	}
	vm->domain.kernel = vm->kernel;
	vm->domain.initrd = vm->initrd;
}
