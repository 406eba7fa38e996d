/* SPDX-License-Identifier: Apache-2.0 */
/* A guest of a few bytes for the KVM probe: one vCPU in 64-bit mode, 2 MiB of memory, no devices. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "harness/base/error.h"

struct kvm_run;

struct kvm_guest {
	int vm_fd, vcpu_fd; /**< -1: not there */
	uint8_t *memory;
	struct kvm_run *run;
	size_t run_bytes;
	uint32_t features_ecx; /**< CPUID leaf 1, as this KVM offers it to guests */
};

#define KVM_GUEST_CX16 (1u << 13)
#define KVM_GUEST_XSAVE (1u << 26)

/** Machine code for the guest, entered in ring 0 with rsp unset and rbx = a writable, aligned address. */
struct kvm_program {
	const char *name; /**< as in errors */
	uint8_t code[16];
	size_t length;
};

/** Makes the guest; `kvm_fd` is an open /dev/kvm. On failure nothing is left and `guest` may be closed as
 * well. */
int kvm_guest_open(int kvm_fd, struct kvm_guest *guest, struct error *err);
/** Takes anything that kvm_guest_open() saw. */
void kvm_guest_close(struct kvm_guest *guest);
/** Puts a program and its rcx in place; the next run starts at its first instruction. */
int kvm_guest_load(struct kvm_guest *guest, const struct kvm_program *program, uint64_t rcx,
		   struct error *err);
/**
 * Enters the guest once. 0 when it came back by `exit_reason` (KVM_EXIT_*), with the time from entry to exit
 * in `ret_ns`; -ETIME after one second; -ENOTSUP when KVM gave up on an instruction; -EIO for every other
 * exit.
 */
int kvm_guest_run(struct kvm_guest *guest, uint32_t exit_reason, uint64_t *ret_ns, struct error *err);
