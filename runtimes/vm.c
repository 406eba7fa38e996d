/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The runtime `vm`: a guest under QEMU, started by libvirt. Plain `vm` is the fastest one with the
 * subject's root: a microvm, its uncompressed kernel entered directly, and libvirt kept from asking
 * what nobody needs. The ready byte comes over the debug port to INSTANCE.socket, everything
 * else goes over the serial port on INSTANCE.socket + ".s"; the harness listens on both.
 */
#include "runtimes/vm.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/base/log.h"
#include "harness/model/protocol.h"
#include "runtimes/huge-pages.h"

const struct runtime_option vm_options[] = {
	{"machine", "microvm|q35|pc", "microvm", "QEMU's machine type", NULL},
	{"accel", "auto|kvm|tcg", "auto", "auto: KVM where the CPU itself runs the guest, else QEMU's emulation", NULL},
	{"libvirt", "tuned|stock", "tuned", "tuned: no query of some 400 CPU flags at every start", NULL},
	{"kernel", "pvh|bzimage", "pvh", "pvh: the uncompressed kernel, entered directly", NULL},
	{"cmdline", "tuned|stock", "tuned",
	 "tuned: kernel parameters that leave out needless work (without it a microvm with a disk may hang)", NULL},
	{"layer", "default|4k|subclusters|raw", "default",
	 "the instance's qcow2 layer: clusters of 64 KiB, of 4 KiB, of 64 KiB with subclusters of 2 KiB; raw: a "
	 "whole copy of the disk instead",
	 NULL},
	{"disk-cache", "writeback|none|unsafe", DOMAIN_DISK_CACHE,
	 "the disk: through the host's page cache, past it, or through it with the guest's flushes ignored", NULL},
	{"balloon", "none|virtio|reporting", "none",
	 "a balloon device with its driver; reporting: and pages that the guest frees go back to the host", NULL},
	{"ksm", "on|off", "on", "off: the guest's memory is not offered to be merged with equal pages", NULL},
	{"thp", "on|off", "on",
	 "off: no transparent huge pages behind the guest, which QEMU asks for (libvirt's embedded driver only)", NULL},
	{"guest", "linux|bare", "linux", "bare: no system, a few kilobytes that send the ready byte: a control", NULL},
	{"network", "none|bridge|user", "none",
	 "bridge: virtio-net, a tap and a bridge in a network namespace of the run's own, with the workloads' peer "
	 "on it; user: virtio-net and QEMU's user network (libslirp), with the peer behind it",
	 NULL},
	{"start", "boot|restore", "boot", "restore: go on from a guest that was saved just before it was ready", NULL},
	{0},
};

/** instance->state. */
struct vm_instance {
	struct libvirt_domain *domain;
	char *xml, *disk;
	char uuid[37];
	char hardware_address[18];
};

static struct vm *vm_of(const struct instance *in)
{
	return in->subject->state;
}

struct domain vm_domain(const struct vm *vm, const char *name, const char *socket, const char *disk)
{
	struct domain domain = vm->domain;

	domain.name = name;
	domain.disk = disk;
	domain.socket_ready = socket;
	domain.socket_serial = alloc_format("%s" VM_SERIAL_SUFFIX, socket);
	return domain;
}

/** Of a QEMU that is this process' child, and of no other, can be said what memory it gets. */
static int huge_pages_check(const struct subject *subject, const struct vm *vm, struct error *err)
{
	if (vm_option_is(subject, "thp", "on"))
		return 0;
	if (!libvirt_is_embedded(vm->libvirt))
		return error_input(err, "%s: thp=off: a libvirtd's QEMU has them; it takes the embedded driver",
				   subject->name);
	return huge_pages_try(err);
}

/** From its name in the run; in a user network, which is its own, it is everybody's. */
static void hardware_address_set(const struct vm *vm, const char *name, char text[18])
{
	if (vm->domain.user_net)
		(void)snprintf(text, 18, PROTOCOL_NETWORK_USER_HARDWARE);
	else
		bridge_hardware_address(name, text);
}

/** Lets libvirt check and complete a sample of the subject's domain: a mistake is found here and not in a sample. */
static int facts_fill(const struct run *run, struct subject *subject, struct error *err)
{
	struct vm *vm = subject->state;
	char name[48], socket[128], hardware_address[18];

	(void)snprintf(name, sizeof(name), "tare-%s-check", run->id);
	(void)snprintf(socket, sizeof(socket), "%s/check", run->private_folder);
	struct domain domain = vm_domain(vm, name, socket, vm->template);
	hardware_address_set(vm, name, hardware_address);
	domain.hardware_address = hardware_address;
	cleanup_free const char *serial = domain.socket_serial;
	cleanup_free char *xml = domain_xml_build(&domain);
	cleanup_free char *expanded = libvirt_expand(vm->libvirt, xml, err);

	if (!expanded)
		return error_wrap(err, err ? err->code : -EIO, "%s", subject->name);
	subject->facts = vm_facts(vm, subject, expanded);
	return 0;
}

/** libvirt and QEMU have to be in the run's network, where only who starts them here can be. */
static int network_check(const struct subject *subject, const struct vm *vm, struct error *err)
{
	if (!vm->bridge || libvirt_is_embedded(vm->libvirt))
		return 0;
	return error_input(err, "%s: network=%s works with the embedded driver alone, without --connect", subject->name,
			   subject_setting(subject, "network"));
}

int vm_prepare(const struct run *run, struct subject *subject, struct error *err)
{
	struct vm *vm = subject->state;

	vm->run = run;
	int rc = vm_choose_accelerator(vm, subject, err);
	if (!rc)
		rc = vm_plan(run, subject, vm, err);
	if (!rc)
		rc = libvirt_open(run, LIBVIRT_QEMU, &vm->libvirt, err);
	if (rc < 0)
		return rc;
	rc = huge_pages_check(subject, vm, err);
	if (rc < 0)
		return rc;
	/* A libvirtd's QEMU has a user of its own, who must get the disk. */
	vm->domain.keep_owners = libvirt_is_embedded(vm->libvirt) && !geteuid();
	if (vm->bare)
		(void)snprintf(subject->class, sizeof(subject->class), SUBJECT_CONTROL);
	rc = network_check(subject, vm, err);
	if (!rc && vm_option_is(subject, "start", "restore"))
		rc = vm_image_make(run, subject, vm, err);
	return rc ? rc : facts_fill(run, subject, err);
}

static int prepare(const struct run *run, struct subject *subject, struct error *err)
{
	subject->state = alloc_zero(1, sizeof(struct vm));
	return vm_prepare(run, subject, err);
}

int vm_storage_make(struct instance *in, char **ret_disk, struct error *err)
{
	const struct vm *vm = vm_of(in);
	const char *template = vm->image && vm->image->disk ? vm->image->disk : vm_template(vm);

	if (!template)
		return 0;
	*ret_disk = alloc_format("%s/disk.%s", in->storage, vm->domain.raw_disk ? "raw" : "qcow2");
	int rc = file_make_dirs(in->storage, 0711, err);

	return rc ? rc : file_copy(template, *ret_disk, err);
}

/** The run's id and the sample's number in the form of a uuid: no two guests have the same. */
static void uuid_make(const struct instance *in, char uuid[37])
{
	const char *id = in->run->id, *number = strrchr(in->name, '-');

	(void)snprintf(uuid, 37, "%.8s-%.4s-4%.3s-8%.1s00-%012llx", id, id + 8, id + 12, id + 15,
		       strtoull(number ? number + 1 : "", NULL, 10) & 0xffffffffffffull);
}

void vm_artefacts(const struct run *run, const struct subject *subject, struct costs *ret_costs)
{
	(void)run;
	vm_costs(subject->state, subject, ret_costs);
}

static int vm_create(struct instance *in, struct error *err)
{
	const struct vm *vm = vm_of(in);
	struct vm_instance *own = alloc_zero(1, sizeof(*own));

	in->state = own;
	int rc = vm_storage_make(in, &own->disk, err);

	if (rc < 0)
		return rc;
	if (vm->image) {
		in->greeting = PROTOCOL_GREETING;
		uuid_make(in, own->uuid);
		return 0;
	}
	struct domain domain = vm_domain(vm, in->name, in->socket, own->disk);
	cleanup_free const char *serial = domain.socket_serial;

	if (vm->bridge) {
		hardware_address_set(vm, in->name, own->hardware_address);
		domain.hardware_address = own->hardware_address;
	}
	own->xml = domain_xml_build(&domain);
	return 0;
}

static int restore(struct instance *in, struct error *err)
{
	const struct vm *vm = vm_of(in);
	struct vm_instance *own = in->state;
	struct domain domain = vm_domain(vm, in->name, in->socket, own->disk);
	cleanup_free const char *serial = domain.socket_serial;

	domain.uuid = own->uuid;
	return vm_image_start(vm->image, own->domain, &domain, err);
}

/** libvirt makes the tap where its caller is, and QEMU is born there. */
static int start_connected(const struct bridge *bridge, struct vm_instance *own, struct error *err)
{
	int home = bridge_enter(bridge, err);

	if (home < 0)
		return home;
	int rc = libvirt_domain_start(own->domain, own->xml, err);
	int back = bridge_leave(home, err);

	return rc ? rc : back;
}

static int launch(struct instance *in, struct error *err)
{
	struct vm_instance *own = in->state;

	if (vm_of(in)->bridge && bridge_is_private(vm_of(in)->bridge))
		return start_connected(vm_of(in)->bridge, own, err);
	return own->xml ? libvirt_domain_start(own->domain, own->xml, err) : restore(in, err);
}

static int vm_start(struct instance *in, struct error *err)
{
	struct vm_instance *own = in->state;
	bool huge_pages = vm_option_is(in->subject, "thp", "on");

	own->domain = libvirt_domain_new(vm_of(in)->libvirt, in);
	huge_pages_enter(huge_pages);
	int rc = launch(in, err);

	huge_pages_leave(huge_pages);
	return rc;
}

/** True if libvirt gave QEMU a cgroup of its own: its name holds the driver's. */
static bool cgroup_is_own(pid_t pid)
{
	cleanup_free char *path = alloc_format("/proc/%d/cgroup", (int)pid);
	cleanup_free char *text = file_read(path, NULL, NULL);

	return text && (strstr(text, ".libvirt-qemu") || strstr(text, "machine-qemu"));
}

/** Where the disk goes on behind its file system. */
static void spare_find(const struct vm *vm, struct costs *costs)
{
	struct stat base;

	if (stat(vm->base, &base) < 0 || base.st_size <= (off_t)VM_SPARE_BYTES)
		return;
	(void)snprintf(costs->device, sizeof(costs->device), VM_ROOT_DEVICE);
	costs->device_offset = (uint64_t)base.st_size - VM_SPARE_BYTES;
}

int vm_inspect(struct instance *in, struct costs *ret_costs, struct error *err)
{
	const struct vm *vm = vm_of(in);

	(void)memset(ret_costs, 0, sizeof(*ret_costs));
	if (in->pid <= 0)
		return error_set(err, -ESRCH, "%s: QEMU's process is not known", in->name);
	costs_add_process(ret_costs, in->pid);
	ret_costs->guest_ram_bytes = vm->domain.memory_bytes;
	ret_costs->own_cgroup = cgroup_is_own(in->pid);
	/* With the folder, as for a container. */
	if (vm->template)
		costs_add_path(ret_costs, DISK_INSTANCE, in->storage);
	vm_costs(vm, in->subject, ret_costs);
	if (in->subject->root == ROOT_LARGE)
		spare_find(vm, ret_costs);
	return 0;
}

static int vm_stop(struct instance *in, struct error *err)
{
	struct vm_instance *own = in->state;

	return own && own->domain ? libvirt_domain_stop(own->domain, err) : 0;
}

void vm_storage_remove(struct instance *in)
{
	struct error err;

	if (in && in->storage[0] && file_remove_tree(in->storage, &err) < 0)
		log_debug("%s", err.text);
}

static void vm_destroy(struct instance *in)
{
	struct vm_instance *own = in ? in->state : NULL;

	if (own) {
		libvirt_domain_free(own->domain);
		free(own->xml);
		free(own->disk);
		free(own);
		in->state = NULL;
	}
	vm_storage_remove(in);
}

static int vm_commit_disk(struct instance *in, struct error *err)
{
	const struct vm_instance *own = in->state;

	return vm_commit(in, own ? own->disk : NULL, err);
}

static void vm_revert(struct subject *subject)
{
	vm_layers_clear(subject->state);
	vm_parts_clear(subject->state);
}

void vm_finish(struct subject *subject)
{
	if (!subject)
		return;
	vm_release(subject->state);
	subject->state = NULL;
}

const struct runtime runtime_vm = {
	.name = "vm",
	.summary = "a KVM guest through libvirt",
	.kind = RUNTIME_VM,
	.options = vm_options,
	.probe = vm_probe,
	.prepare = prepare,
	.artefacts = vm_artefacts,
	.create = vm_create,
	.start = vm_start,
	.inspect = vm_inspect,
	.stop = vm_stop,
	.destroy = vm_destroy,
	.commit = vm_commit_disk,
	.image_costs = vm_layer_costs,
	.revert = vm_revert,
	.pack = vm_pack,
	.push = vm_push,
	.pull = vm_pull,
	.finish = vm_finish,
};
