/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is /dev/kvm what a guest needs? Decided by running instructions in a guest, never by names or flags:
 * a KVM that emulates the guest in software answers every ioctl as real hardware does (method D-KVM).
 */
#pragma once

#include <stdbool.h>

/** In order of use: everything from KVM_NESTED on is "KVM" in a label, everything below is not. */
enum kvm_class {
	KVM_ABSENT, /**< no /dev/kvm, or nothing behind it */
	KVM_DENIED, /**< it is there, this user may not open it */
	KVM_BROKEN, /**< it opens, but a guest of three instructions does not run (or the probe does not know
		       this CPU) */
	KVM_SOFTWARE, /**< the host's kernel emulates the guest's instructions; slower than TCG */
	KVM_NESTED,   /**< the CPU runs the guest; this host is a guest itself */
	KVM_HARDWARE, /**< the CPU runs the guest */
};

struct kvm_report {
	enum kvm_class class;
	double instr_per_s;	   /**< of a two-instruction loop in a 64-bit guest; NaN: not measured */
	double native_instr_per_s; /**< the same loop on the host; NaN: not measured */
	double exit_rtt_p50_ns;	   /**< guest `out` to the host and back into the guest; NaN: not measured */
	bool linux_boots; /**< false: an instruction that every Linux needs stops the guest, or nothing ran */
	char reason[256]; /**< one line without a full stop: why it is no better; empty for a usable KVM */
	char remedy[256]; /**< a sentence, or a shell line starting "sudo "; empty: none known */
};

/**
 * Probes /dev/kvm once per process (3 ms on hardware, up to 0.2 s where it emulates, never above 4 s) and
 * gives the same answer from then on. Thread-safe. Uses SIGRTMIN in the calling thread meanwhile.
 */
void kvm_probe(struct kvm_report *ret);
/** The same for any device file, without the cache. */
void kvm_probe_device(const char *path, struct kvm_report *ret);

/** True if a stock Linux guest runs at the CPU's speed: the only case in which `auto` may take KVM. */
bool kvm_usable_for_linux(const struct kvm_report *report);
/** "none", "denied", "broken", "kvm-software", "kvm-nested" or "kvm-hw". */
const char *kvm_class_name(enum kvm_class class);
/**
 * What CPUID says of this host's CPU. Without VMX or SVM no CPU runs a guest, however fast the emulation looks, and a
 * CPU that QEMU's TCG emulates may show them as well.
 */
struct kvm_cpu {
	bool in_vm, has_extensions, is_emulated;
};

/** The class of a KVM that ran the loop at `instr_per_s`. */
enum kvm_class kvm_classify(double instr_per_s, const struct kvm_cpu *cpu);
