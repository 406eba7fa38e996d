/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the runtime `vm` share: a subject resolved to the guest that it is on this host. */
#pragma once

#include "harness/host/kvm.h"
#include "harness/model/runtime.h"
#include "runtimes/bridge.h"
#include "runtimes/domain-xml.h"
#include "runtimes/libvirt.h"

#define VM_SERIAL_SUFFIX ".s" /* the guest's serial port is on INSTANCE.socket with this behind it */
#define VM_BARE "bare" /* below RUN.artifacts */
#define VM_MEMORY_DEFAULT_BYTES (256ull << 20)
#define VM_MEMORY_MIN_BYTES (96ull << 20) /* 72 MiB is the least that boots; below 96 nothing is left to the payload */
#define VM_MEMORY_MAX_BYTES (1ull << 40)
#define VM_ROOT_DEVICE "/dev/vda"
#define VM_SPARE_BYTES (64ull << 20) /* behind the file system of root=large */
#define VM_CPUS_MAX 64u

/** A guest that was saved just before it was ready; its file is started from again and again. */
struct vm_image {
	struct domain domain; /**< as it was saved: name and places in its description */
	char *file, *xml, *name, *socket, *serial;
	char *disk;	      /**< the root's layer as it was then; NULL: no disk */
	uint64_t made_ns;     /**< from the start of the guest until it was saved */
	uint64_t file_bytes;
};

/** A disk that an instance left or that was packed or pulled, and the empty layer on it that instances copy. */
struct vm_layer {
	char *disk, *template;
	bool whole; /**< it lies on no other */
};

/** A file that came from a registry. */
struct vm_part {
	char digest[DIGEST_HEX];
	char *path;
};

#define VM_LAYERS_MAX 32
#define VM_PARTS_MAX (VM_LAYERS_MAX + 2)

/** subject->state. */
struct vm {
	const struct run *run;
	struct libvirt *libvirt;
	struct bridge *bridge;	/**< NULL: the guest has no network */
	struct domain domain;	/**< everything but name, disk and sockets, which are the instance's */
	struct json *guest;	/**< artifacts/guest/guest.json */
	struct kvm_report kvm;
	char *kernel, *initrd, *cmdline;
	char *base, *template;	/**< root disk, and the empty layer on it that instances copy; NULL: no disk */
	bool template_is_own;	/**< made for this subject in RUN.storage */
	struct vm_layer layers[VM_LAYERS_MAX]; /**< committed ones, the lowest first */
	size_t layer_count;
	struct vm_part parts[VM_PARTS_MAX]; /**< disks of layers, kernel and initramfs, as far as they were pulled */
	size_t part_count;
	bool bare;		/**< no operating system: the guest is artifacts/bare */
	struct vm_image *image; /**< NULL: every instance boots */
	char *qemu, *driver;	/**< QEMU, and libvirt's driver for it; NULL: not found */
};

/** The options of every runtime that starts such a guest; those of `vm` alone begin the table. */
extern const struct runtime_option vm_options[];

bool vm_option_is(const struct subject *subject, const char *option, const char *value);

/**
 * Decides the accelerator: fills vm->kvm, vm->domain.kvm and subject->label.
 * error_host(): KVM was asked for and is not there.
 */
int vm_choose_accelerator(struct vm *vm, struct subject *subject, struct error *err);
/** Fills the rest from the options, the limits and the guest's artifacts; opens at most the network of the run, starts
 * at most qemu-img. */
int vm_plan(const struct run *run, struct subject *subject, struct vm *vm, struct error *err);
void vm_release(struct vm *vm);

/** runtime.prepare on subject->state, which the caller has made, of zeros and with a struct vm at its begin. */
int vm_prepare(const struct run *run, struct subject *subject, struct error *err);
/** The subject's guest with a name and places of its own. The texts are borrowed, but for socket_serial: for free(). */
struct domain vm_domain(const struct vm *vm, const char *name, const char *socket, const char *disk);
/** The instance's folder and its disk, whose path is for free(). NULL path: the subject has none. */
int vm_storage_make(struct instance *in, char **ret_disk, struct error *err);
/** runtime.inspect, and what is common to the two runtimes' destroy. */
void vm_artefacts(const struct run *run, const struct subject *subject, struct costs *ret_costs);
int vm_inspect(struct instance *in, struct costs *ret_costs, struct error *err);
void vm_storage_remove(struct instance *in);
void vm_finish(struct subject *subject);

/** qemu-img's options for the layers that the subject asks for. */
const char *vm_layer_options(const struct subject *subject);
/** runtime.commit, .image_costs and .revert: a chain of qcow2 files. */
int vm_commit(struct instance *in, const char *disk, struct error *err);
int vm_layer_costs(const struct subject *subject, size_t number, struct costs *ret_costs, struct error *err);
void vm_layers_clear(struct vm *vm);
/** A disk of RUN.storage is the newest layer from now on; where that fails it is gone. */
int vm_layer_add(struct vm *vm, const struct subject *subject, const char *disk, bool whole, struct error *err);
/** runtime.pack, .push and .pull. */
int vm_pack(struct subject *subject, struct error *err);
int vm_push(struct subject *subject, const struct remote_image *image, struct error *err);
int vm_pull(struct subject *subject, const struct remote_image *image, struct error *err);
/** Removes what was pulled: the guest is started with the host's kernel again. */
void vm_parts_clear(struct vm *vm);
/** The empty layer that instances copy now. NULL: no disk. */
const char *vm_template(const struct vm *vm);

/** Starts a guest, waits until it holds before the ready byte, saves it: vm->image. */
int vm_image_make(const struct run *run, struct subject *subject, struct vm *vm, struct error *err);
/** Restores the saved guest as the domain `to`. One at a time: the name is in the file. */
int vm_image_start(struct vm_image *image, struct libvirt_domain *domain, const struct domain *to, struct error *err);
void vm_image_free(struct vm_image *image);
/** Absolute path of a guest.json entry ("initrd.none"), for free(). NULL: not there; the error has the remedy. */
char *vm_artifact(const struct run *run, const struct json *guest, const char *entry, struct error *err);
int vm_guest_load(const struct run *run, struct json **ret_guest, struct error *err);

/** subject->facts; needs the open connection. `expanded`: libvirt's description of a sample domain. */
struct json *vm_facts(const struct vm *vm, const struct subject *subject, const char *expanded);
/** Adds kernel, initramfs, firmware, base disk, QEMU and libvirt's driver. */
void vm_costs(const struct vm *vm, const struct subject *subject, struct costs *costs);
/** libvirt's driver for QEMU, for free(). NULL: not installed. */
char *vm_driver_path(void);
/** A program's path, for free(), found as execvp would. NULL: not installed. */
char *vm_program_path(const char *name);

void vm_probe(const struct run *run, const struct subject *subject, struct finding *ret_finding);
