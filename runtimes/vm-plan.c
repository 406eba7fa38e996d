/* SPDX-License-Identifier: Apache-2.0 */
/* From a subject's options to the guest that it is on this host: accelerator, kernel, parameters, disk. */
#include "runtimes/vm.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/clock.h"
#include "harness/base/file.h"
#include "harness/model/protocol.h"
#include "runtimes/qcow2.h"

#define REMEDY_GUEST "run `make guest`"

bool vm_option_is(const struct subject *subject, const char *option, const char *value)
{
	return !strcmp(subject_setting(subject, option), value);
}

int vm_choose_accelerator(struct vm *vm, struct subject *subject, struct error *err)
{
	bool wanted = vm_option_is(subject, "accel", "kvm");

	if (!vm_option_is(subject, "accel", "tcg"))
		kvm_probe(&vm->kvm);
	vm->domain.kvm = wanted || (vm_option_is(subject, "guest", "bare") ? vm->kvm.class >= KVM_SOFTWARE
									    : kvm_usable_for_linux(&vm->kvm));
	if (vm_option_is(subject, "accel", "tcg"))
		vm->domain.kvm = false;
	if (wanted && vm->kvm.class < KVM_SOFTWARE)
		return error_host(err, "%s: accel=kvm: %s; %s", subject->name, vm->kvm.reason,
				  vm->kvm.remedy[0] ? vm->kvm.remedy : "use accel=tcg");
	/* A KVM in software shows features of the host's CPU that it then cannot set. */
	vm->domain.host_cpu = vm->domain.kvm && vm->kvm.class > KVM_SOFTWARE;
	const char *label = !vm->domain.kvm	       ? "tcg"
			    : vm->kvm.class < KVM_HARDWARE ? kvm_class_name(vm->kvm.class)
							   : "";

	(void)snprintf(subject->label, sizeof(subject->label), "%s", label);
	return 0;
}

int vm_guest_load(const struct run *run, struct json **ret_guest, struct error *err)
{
	cleanup_free char *path = alloc_format("%s/guest/guest.json", run->artifacts);

	if (!file_exists(path))
		return error_host(err, "%s: the guest was not built; " REMEDY_GUEST, path);
	*ret_guest = json_parse_file(path, err);
	return *ret_guest ? 0 : err ? err->code : -EINVAL;
}

char *vm_artifact(const struct run *run, const struct json *guest, const char *entry, struct error *err)
{
	const char *relative = json_get_text(json_path(guest, entry), "path", NULL);

	if (!relative) {
		(void)error_host(err, "guest.json: %s: not built on this host; " REMEDY_GUEST, entry);
		return NULL;
	}
	cleanup_free char *path = alloc_format("%s/%s", run->artifacts, relative);
	char *absolute = realpath(path, NULL);

	if (!absolute)
		(void)error_host(err, "%s: no such file; " REMEDY_GUEST, path);
	return absolute;
}

static int limits_apply(const struct subject *subject, struct domain *domain, struct error *err)
{
	const struct limits *limits = &subject->limits;

	domain->memory_bytes = limits->memory_bytes ? limits->memory_bytes : VM_MEMORY_DEFAULT_BYTES;
	domain->vcpus = (unsigned)(limits->cpus_count ? limits->cpus_count : 1);
	if ((domain->memory_bytes < VM_MEMORY_MIN_BYTES && !subject->limit_is_tried) ||
	    domain->memory_bytes > VM_MEMORY_MAX_BYTES)
		return error_input(err, "%s: memory_bytes %" PRIu64 ": a guest takes %llu (96 MiB) to %llu (1 TiB)",
				   subject->name, domain->memory_bytes, VM_MEMORY_MIN_BYTES, VM_MEMORY_MAX_BYTES);
	if (limits->cpus_count > VM_CPUS_MAX)
		return error_input(err, "%s: cpus_count %" PRIu64 ": a guest takes 1 to %u", subject->name,
				   limits->cpus_count, VM_CPUS_MAX);
	return 0;
}

/** Adds one kernel parameter. */
static void parameter_add(char **cmdline, const char *text)
{
	char *longer = *cmdline ? alloc_format("%s %s", *cmdline, text) : alloc_text(text);

	free(*cmdline);
	*cmdline = longer;
}

/**
 * What "tuned" adds (each measured): no self tests of the crypto code, no folder of several thousand files about the
 * kernel's own trace points, which nobody in the guest reads and which take 8 % of the boot, no patching of lock
 * prefixes where there is one CPU anyway, and the rate of the time stamp counter, without which a microvm with ACPI
 * may hang on a busy host. That counter stays the clock: checked against a timer of the busy host, it lost to jiffies
 * in 2 of 10 boots. Not acpi=off for a machine without ACPI: the boot is 5 % shorter, but the guest has no timer then,
 * and who sleeps never wakes.
 */
static void parameters_tune(char **cmdline, unsigned vcpus)
{
	uint64_t tsc_hz = clock_tsc_hz();
	char text[48];

	parameter_add(cmdline, "cryptomgr.notests");
	parameter_add(cmdline, "initcall_blacklist=tracer_init_tracefs,trace_eval_init");
	if (vcpus == 1)
		parameter_add(cmdline, "noreplace-smp");
	if (!tsc_hz)
		return;
	(void)snprintf(text, sizeof(text), "tsc_early_khz=%" PRIu64, (tsc_hz + 500) / 1000);
	parameter_add(cmdline, text);
	parameter_add(cmdline, "tsc=reliable");
}

static int parameters_make(const struct subject *subject, struct vm *vm, struct error *err)
{
	/* No console: printing costs time. reboot=t: a microvm has no other way to reset. */
	vm->cmdline = alloc_text("quiet panic=-1 reboot=t");
	/* A guest of KVM does that by itself; under TCG on a busy host a kernel that checks its timer finds that it
	 * does not tick, and panics. */
	if (!vm->domain.kvm)
		parameter_add(&vm->cmdline, "no_timer_check");
	if (vm_option_is(subject, "cmdline", "tuned"))
		parameters_tune(&vm->cmdline, vm->domain.vcpus);
	parameter_add(&vm->cmdline, PROTOCOL_ENV_CHANNEL "=" PROTOCOL_ISA);
	if (subject->root != ROOT_NONE)
		parameter_add(&vm->cmdline, PROTOCOL_ENV_ROOT "=" VM_ROOT_DEVICE);
	if (subject->root == ROOT_LARGE) /* the first write to the layer is to be the experiment's */
		parameter_add(&vm->cmdline, PROTOCOL_ENV_ROOT_MODE "=ro");
	if (vm_option_is(subject, "start", "restore"))
		parameter_add(&vm->cmdline, PROTOCOL_ENV_HOLD "=1");
	if (vm->bridge) {
		cleanup_free char *peer = bridge_peer(vm->bridge, vm->domain.user_net);
		cleanup_free char *text = alloc_format(PROTOCOL_ENV_PEER "=%s", peer);

		parameter_add(&vm->cmdline, text);
	}
	for (size_t i = 0; i < subject->variable_count; i++) {
		const char *text = subject->variables[i].text;

		for (const char *c = text; *c; c++)
			if (!isgraph((unsigned char)*c) || *c == '"')
				return error_input(err, "%s: variable '%s': no spaces, quotes or control characters",
						   subject->name, text);
		parameter_add(&vm->cmdline, text);
	}
	return 0;
}

/** A part of the root disk, which is described in guest.json below the name of its tree. */
static char *disk_artifact(const struct run *run, const struct subject *subject, const struct vm *vm, const char *part,
			   struct error *err)
{
	cleanup_free char *entry = alloc_format("%s.%s", root_folder(subject->root), part);

	return vm_artifact(run, vm->guest, entry, err);
}

const char *vm_layer_options(const struct subject *subject)
{
	return vm_option_is(subject, "layer", "4k")	       ? "cluster_size=4k"
	       : vm_option_is(subject, "layer", "subclusters") ? "extended_l2=on"
							       : "cluster_size=64k";
}

/** An empty layer that is not as the build's: made once for the subject. */
static int template_make(const struct run *run, const struct subject *subject, struct vm *vm, struct error *err)
{
	vm->template = alloc_format("%s/empty-%s.qcow2", run->storage, subject->name);
	vm->template_is_own = true;
	return qcow2_create(run->keeper, vm->base, "raw", vm->template, vm_layer_options(subject), err);
}

/** The empty layer of the build names the base disk by its path: where that has moved, makes a corrected copy. */
static int template_find(const struct run *run, const struct subject *subject, struct vm *vm, struct error *err)
{
	cleanup_free char *built = disk_artifact(run, subject, vm, "overlay_template", err);
	char backing[PATH_MAX];
	int rc;

	if (!built)
		return err ? err->code : -ENOTSUP;
	rc = qcow2_backing(built, backing, err);
	if (rc < 0)
		return error_wrap(err, rc, REMEDY_GUEST);
	if (!strcmp(backing, vm->base)) {
		vm->template = steal_ptr(built);
		return 0;
	}
	vm->template = alloc_format("%s/empty-%s.qcow2", run->storage, subject->name);
	vm->template_is_own = true;
	return qcow2_rebase(run->keeper, built, vm->template, vm->base, err);
}

static int disk_plan(const struct run *run, const struct subject *subject, struct vm *vm, struct error *err)
{
	vm->base = disk_artifact(run, subject, vm, "ext4", err);
	if (!vm->base)
		return err ? err->code : -ENOTSUP;
	if (vm_option_is(subject, "layer", "raw")) {
		vm->domain.raw_disk = true;
		vm->template = alloc_text(vm->base);
		return 0;
	}
	return vm_option_is(subject, "layer", "default") ? template_find(run, subject, vm, err)
							 : template_make(run, subject, vm, err);
}

/** The entry of guest.json for the guest's set of drivers, for free(): as scripts/guest-images calls it. */
static char *initrd_entry(const struct subject *subject, const struct domain *domain)
{
	const struct {
		const char *name;
		bool wanted;
	} devices[] = {
	    {"-net", domain->bridge || domain->user_net},
	    {"-balloon", domain->balloon != DOMAIN_BALLOON_NONE},
	};
	char *entry;

	if (subject->root == ROOT_NONE)
		return alloc_text("initrd.none");
	entry = alloc_format("initrd.%s", domain->machine == DOMAIN_MICROVM ? "mmio" : "pci");
	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
		char *shorter = entry;

		if (!devices[i].wanted)
			continue;
		entry = alloc_format("%s%s", shorter, devices[i].name);
		free(shorter);
	}
	return entry;
}

/** Its driver is a module, which a guest has that has a root tree. */
static int balloon_plan(const struct subject *subject, struct domain *domain, struct error *err)
{
	const char *balloon = subject_setting(subject, "balloon");

	domain->balloon = !strcmp(balloon, "reporting") ? DOMAIN_BALLOON_REPORTING
			  : !strcmp(balloon, "virtio")	? DOMAIN_BALLOON_VIRTIO
							: DOMAIN_BALLOON_NONE;
	if (domain->balloon != DOMAIN_BALLOON_NONE && subject->root == ROOT_NONE)
		return error_input(err, "%s: balloon=%s: a guest with root=none loads no driver; it takes root=image",
				   subject->name, balloon);
	return 0;
}

/** Opens the network of the run. The drivers are in the initramfs of a guest with a disk. */
static int network_plan(struct subject *subject, struct vm *vm, struct error *err)
{
	const char *network = subject_setting(subject, "network");

	if (!strcmp(network, "none"))
		return 0;
	if (subject->root == ROOT_NONE)
		return error_input(err, "%s: network=%s takes a root tree, not root \"none\"", subject->name, network);
	if (vm_option_is(subject, "start", "restore"))
		return error_input(err, "%s: a saved guest has no network; network=%s takes start=boot", subject->name,
				   network);
	vm->domain.user_net = !strcmp(network, "user");
	if (!vm->domain.user_net)
		vm->domain.bridge = BRIDGE_NAME;
	subject->connected = true;
	return bridge_open(&vm->bridge, err);
}

/** A guest without an operating system: nothing but its own few bytes. */
static int bare_plan(const struct run *run, const struct subject *subject, struct vm *vm, struct error *err)
{
	if (subject->root != ROOT_NONE)
		return error_input(err, "%s: guest=bare has no root tree; it takes root=none", subject->name);
	if (vm_option_is(subject, "start", "restore"))
		return error_input(err, "%s: guest=bare cannot be saved; it takes start=boot", subject->name);
	vm->bare = true;
	vm->kernel = alloc_format("%s/" VM_BARE, run->artifacts);
	if (!file_exists(vm->kernel))
		return error_host(err, "%s: no such file; run `make`", vm->kernel);
	return 0;
}

static int linux_plan(const struct run *run, const struct subject *subject, struct vm *vm, struct error *err)
{
	cleanup_free char *initrd = initrd_entry(subject, &vm->domain);
	int rc = vm_guest_load(run, &vm->guest, err);

	if (!rc)
		rc = parameters_make(subject, vm, err);
	if (rc < 0)
		return rc;
	vm->kernel = vm_artifact(run, vm->guest, vm_option_is(subject, "kernel", "pvh") ? "vmlinux" : "vmlinuz", err);
	if (vm->kernel)
		vm->initrd = vm_artifact(run, vm->guest, initrd, err);
	if (!vm->kernel || !vm->initrd)
		return err ? err->code : -ENOTSUP;
	return subject->root != ROOT_NONE ? disk_plan(run, subject, vm, err) : 0;
}

int vm_plan(const struct run *run, struct subject *subject, struct vm *vm, struct error *err)
{
	struct domain *domain = &vm->domain;
	int rc = limits_apply(subject, domain, err);

	domain->machine = domain_machine_find(subject_setting(subject, "machine"));
	/* a microvm tells of virtio devices, and of a second CPU, only there */
	domain->acpi = domain->machine != DOMAIN_MICROVM || subject->root != ROOT_NONE || domain->vcpus > 1;
	domain->cpus = run->subject_cpus;
	domain->cache = subject_setting(subject, "disk-cache");
	domain->skip_flag_query = vm_option_is(subject, "libvirt", "tuned");
	domain->no_merge = vm_option_is(subject, "ksm", "off");
	vm->qemu = vm_program_path("qemu-system-x86_64");
	vm->driver = vm_driver_path();
	if (!rc)
		rc = network_plan(subject, vm, err);
	if (!rc)
		rc = balloon_plan(subject, domain, err);
	if (!rc)
		rc = vm_option_is(subject, "guest", "bare") ? bare_plan(run, subject, vm, err)
							    : linux_plan(run, subject, vm, err);
	domain->kernel = vm->kernel;
	domain->initrd = vm->initrd;
	domain->cmdline = vm->cmdline;
	return rc;
}

void vm_release(struct vm *vm)
{
	if (!vm)
		return;
	vm_layers_clear(vm);
	vm_parts_clear(vm);
	libvirt_close(vm->libvirt);
	bridge_close(vm->bridge);
	vm_image_free(vm->image);
	json_free(vm->guest);
	if (vm->template_is_own)
		(void)unlink(vm->template);
	char *const texts[] = {vm->kernel, vm->initrd, vm->cmdline, vm->base, vm->template, vm->qemu, vm->driver};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		free(texts[i]);
	free(vm);
}
