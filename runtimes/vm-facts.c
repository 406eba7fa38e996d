/* SPDX-License-Identifier: Apache-2.0 */
/* What is said of a VM subject: its description for the report, and the files that it stands on. */
#include "runtimes/vm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/digest.h"
#include "harness/base/file.h"
#include "harness/base/program.h"

char *vm_driver_path(void)
{
	const char *own = getenv("LIBVIRT_DRIVER_DIR");

	return program_search(own ? own
				 : "/usr/lib/x86_64-linux-gnu/libvirt/connection-driver:"
				   "/usr/lib64/libvirt/connection-driver:/usr/lib/libvirt/connection-driver",
			     "libvirt_driver_qemu.so");
}

char *vm_program_path(const char *name)
{
	return program_find(name);
}

/** What QEMU reads beside the kernel, by machine (observed from its open calls). */
static const struct firmware_row {
	enum domain_machine machine;
	bool acpi;
	const char *files[2];
} firmware_rows[] = {
	{DOMAIN_MICROVM, false, {"qboot.rom"}},
	{DOMAIN_MICROVM, true, {"bios-microvm.bin"}},
	{DOMAIN_Q35, true, {"bios-256k.bin", "kvmvapic.bin"}},
	{DOMAIN_PC, true, {"bios-256k.bin", "kvmvapic.bin"}},
};

static void firmware_add(struct costs *costs, const char *name)
{
	cleanup_free char *path = program_search("/usr/share/qemu:/usr/share/seabios:/usr/share/qemu-firmware", name);

	if (path)
		costs_add_path(costs, DISK_BOOT, path);
}

static void path_add(struct costs *costs, enum disk_row row, const char *path)
{
	if (path)
		costs_add_path(costs, row, path);
}

void vm_costs(const struct vm *vm, const struct subject *subject, struct costs *costs)
{
	path_add(costs, DISK_BASE, vm->base);
	/* What each layer is copied from; a file system with reflinks makes the copy share its blocks. */
	path_add(costs, DISK_BASE, vm->image && vm->image->disk ? vm->image->disk : vm->template);
	path_add(costs, DISK_BOOT, vm->kernel);
	path_add(costs, DISK_BOOT, vm->initrd);
	if (vm->image)
		path_add(costs, DISK_BOOT, vm->image->file);
	firmware_add(costs, vm->bare || vm_option_is(subject, "kernel", "pvh") ? "pvh.bin" : "linuxboot_dma.bin");
	for (size_t i = 0; i < sizeof(firmware_rows) / sizeof(firmware_rows[0]); i++) {
		const struct firmware_row *row = &firmware_rows[i];

		if (row->machine != vm->domain.machine || row->acpi != vm->domain.acpi)
			continue;
		for (size_t j = 0; j < 2 && row->files[j]; j++)
			firmware_add(costs, row->files[j]);
	}
	path_add(costs, DISK_PLATFORM, vm->qemu);
	path_add(costs, DISK_PLATFORM, vm->driver);
}

static void value_add(struct json *object, const char *key, const char *xml, const char *path, const char *attribute)
{
	cleanup_free char *value = domain_xml_value(xml, path, attribute);

	json_add_text(object, key, value);
}

static struct json *disk_facts(const struct vm *vm)
{
	struct json *disk = json_object();

	json_add_text(disk, "format", vm->domain.raw_disk ? "raw" : "qcow2");
	if (!vm->domain.raw_disk)
		json_add_int(disk, "cluster_bytes", 65536);
	json_add_text(disk, "cache", vm->domain.cache);
	json_add_text(disk, "bus", vm->domain.machine == DOMAIN_MICROVM ? "virtio-mmio" : "virtio-pci");
	json_add_text(disk, "base_format", "raw");
	json_add_text(disk, "overlay_create", vm->domain.raw_disk ? "disk-copy" : "template-copy");
	return disk;
}

/** What was done ahead of every start. */
static struct json *image_facts(const struct vm_image *image)
{
	struct json *ahead = json_object();

	json_add_text(ahead, "what",
		      "booted to just before the ready byte, then saved; every instance is restored from it");
	json_add_int(ahead, "made_ns", (int64_t)image->made_ns);
	json_add_int(ahead, "file_bytes", (int64_t)image->file_bytes);
	return ahead;
}

/** As the guest sees its CPUs; nothing where libvirt does not say: each is a package then. */
static void topology_facts(struct json *config, const struct vm *vm, const char *expanded)
{
	static const char *const keys[] = {"sockets", "cores", "threads"};
	struct json *topology = json_object();

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		cleanup_free char *value = domain_xml_value(expanded, "cpu/topology", keys[i]);

		json_add_int(topology, keys[i], value ? strtol(value, NULL, 10) : i ? 1 : (long)vm->domain.vcpus);
	}
	json_add(config, "topology", topology);
}

static void domain_facts(struct json *config, const char *expanded)
{
	cleanup_free char *normal = domain_xml_normalise(expanded, NULL);
	char digest[DIGEST_HEX];

	value_add(config, "machine", expanded, "os/type", "machine");
	cleanup_free char *model = domain_xml_value(expanded, "cpu/model", NULL);

	if (model)
		json_add_text(config, "cpu_model", model);
	else
		value_add(config, "cpu_model", expanded, "cpu", "mode");
	json_add_text(config, "domain_xml", normal);
	if (normal)
		digest_text(normal, digest);
	json_add_text(config, "domain_xml_norm_sha256", normal ? digest : NULL);
}

static struct json *config_facts(const struct vm *vm, const struct subject *subject, const char *expanded)
{
	static const char *const options[] = {"libvirt", "cmdline", "kernel", "guest", "start",
					      "balloon", "ksm",	    "thp"};
	struct json *config = json_object();

	json_add_text(config, "accel", vm->domain.kvm ? "kvm" : "tcg");
	json_add_text(config, "kvm_class", vm->domain.kvm ? kvm_class_name(vm->kvm.class) : NULL);
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		json_add_text(config, options[i], subject_setting(subject, options[i]));
	json_add_int(config, "vcpus", vm->domain.vcpus);
	json_add_int(config, "memory_bytes", (int64_t)vm->domain.memory_bytes);
	json_add_text(config, "kernel_path", vm->kernel);
	json_add_text(config, "initrd_path", vm->initrd);
	json_add_text(config, "kernel_cmdline", vm->cmdline);
	json_add_bool(config, "acpi", vm->domain.acpi);
	if (vm->template)
		json_add(config, "disk", disk_facts(vm));
	else
		json_add_null(config, "disk");
	if (vm->image)
		json_add(config, "ahead", image_facts(vm->image));
	else
		json_add_null(config, "ahead");
	json_add_text(config, "network", subject_setting(subject, "network"));
	json_add_text(config, "channel", "ready: isa-debugcon, commands: isa-serial");
	json_add_bool(config, "relabel", !vm->domain.keep_owners);
	topology_facts(config, vm, expanded);
	domain_facts(config, expanded);
	return config;
}

/** Digest of a file, null where it cannot be read. */
static void digest_add(struct json *object, const char *key, const char *path)
{
	char digest[DIGEST_HEX];

	json_add_text(object, key, path && !digest_file(path, digest, NULL) ? digest : NULL);
}

struct json *vm_facts(const struct vm *vm, const struct subject *subject, const char *expanded)
{
	struct json *facts = json_object(), *engine = libvirt_facts(vm->libvirt);

	digest_add(engine, "qemu_sha256", vm->qemu);
	json_add(facts, "engine", engine);
	json_add(facts, "config", config_facts(vm, subject, expanded));
	if (vm->guest)
		json_add(facts, "guest", json_copy(vm->guest));
	else
		json_add_null(facts, "guest");
	return facts;
}
