/* SPDX-License-Identifier: Apache-2.0 */
/* Images made of guests' disks: each is a qcow2 file that names the one below as its backing file. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "runtimes/qcow2.h"
#include "runtimes/vm.h"

const char *vm_template(const struct vm *vm)
{
	return vm->layer_count ? vm->layers[vm->layer_count - 1].template : vm->template;
}

int vm_layer_add(struct vm *vm, const struct subject *subject, const char *disk, bool whole, struct error *err)
{
	cleanup_free char *template = alloc_format("%s.empty", disk);
	int rc = vm->domain.raw_disk
			 ? error_set(err, -ENOTSUP, "%s: layer=raw is no layer, and makes no image", subject->name)
		 : vm->layer_count == VM_LAYERS_MAX
			 ? error_set(err, -E2BIG, "%s: no more than %d layers", subject->name, VM_LAYERS_MAX)
			 : qcow2_create(vm->run->keeper, disk, "qcow2", template, vm_layer_options(subject), err);

	if (rc < 0) {
		(void)unlink(disk);
		return rc;
	}
	vm->layers[vm->layer_count++] = (struct vm_layer){alloc_text(disk), steal_ptr(template), whole};
	return 0;
}

int vm_commit(struct instance *in, const char *disk, struct error *err)
{
	struct vm *vm = in->subject->state;

	if (!disk || vm->image)
		return error_set(err, -ENOTSUP, "%s: %s", in->name,
				 disk ? "a saved guest goes with the disk that it was saved with" : "it has no disk");
	cleanup_free char *layer = alloc_format("%s/image-%s.qcow2", in->run->storage, in->name);

	if (rename(disk, layer) < 0)
		return error_errno(err, errno, "%s: cannot become %s", disk, layer);
	return vm_layer_add(vm, in->subject, layer, false, err);
}

int vm_layer_costs(const struct subject *subject, size_t number, struct costs *ret_costs, struct error *err)
{
	const struct vm *vm = subject->state;
	const char *path = number > vm->layer_count ? NULL : number ? vm->layers[number - 1].disk : vm->base;

	if (!path)
		return error_set(err, -ENOENT, "%s: there is no image %zu", subject->name, number);
	costs_add_path(ret_costs, DISK_BASE, path);
	return 0;
}

void vm_layers_clear(struct vm *vm)
{
	while (vm->layer_count) {
		struct vm_layer *layer = &vm->layers[--vm->layer_count];

		(void)unlink(layer->template);
		(void)unlink(layer->disk);
		free(layer->template);
		free(layer->disk);
	}
}
