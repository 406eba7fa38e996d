/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What makes a comparison less than fair (method section 8): one table of detectors. All are printed in
 * every report, those that fired on top, the others as "checked, not triggered".
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct analysis;

enum flag_severity {
	SEVERITY_NOTE, /**< holds for every report of this kind; nothing is wrong */
	SEVERITY_WARN, /**< bends the numbers that it touches */
	SEVERITY_FAIL, /**< the numbers that it touches are not usable */
};

/** Bit FLAG_x of a set: the flags that touch one number. */
typedef uint64_t flag_set;

/* id in the report, severity, what it says to people. The detectors are in fairness.c. */
#define FLAGS(X)                                                                                        \
	X(TCG, "F-TCG", WARN,                                                                           \
	  "Software CPU emulation (TCG). Says nothing about KVM performance; compare only TCG with TCG.") \
	X(SOFTKVM, "F-SOFTKVM", WARN, "KVM without hardware support; not representative of VT-x/AMD-V.") \
	X(NESTED, "F-NESTED", WARN,                                                                     \
	  "The host is itself a VM: exits, timers and page walks pay an extra level.")                  \
	X(KERNEL, "F-KERNEL", NOTE,                                                                     \
	  "Containers run the host's kernel, VMs their own; differences include version, configuration and " \
	  "mitigations.")                                                                               \
	X(READY, "F-READY", NOTE, "Ready is reported over different channels; see the notification latency.") \
	X(LIBVIRT, "F-LIBVIRT", NOTE,                                                                   \
	  "More than 20 % of the start-up passes before the guest's first instruction: management and QEMU itself.") \
	X(NOTIFY, "F-NOTIFY", WARN, "Notification of ready took more than 1 % of the result.")          \
	X(LIMITS, "F-LIMITS", WARN,                                                                     \
	  "Resource envelopes differ. A VM's RAM is a hard ceiling that includes its kernel; a cgroup limit is " \
	  "not the same.")                                                                              \
	X(STORAGE, "F-STORAGE", NOTE, "Different storage and cache paths.")                             \
	X(WARM, "F-WARM", WARN, "Artefacts were to be warm, and are not proven to be so before each start.") \
	X(COLD, "F-COLD", WARN,                                                                         \
	  "Cold: kernel, images and root tree were dropped from this kernel's page cache before each start; " \
	  "programs of the runtime were not.")                                                          \
	X(ISOL, "F-ISOL", NOTE,                                                                         \
	  "Isolation strength differs (shared kernel, own kernel); speed is not the only axis.")        \
	X(SECCOMP, "F-SECCOMP", WARN,                                                                   \
	  "Containers are confined differently (namespaces, system call filter, capabilities, no_new_privs, LSM): " \
	  "start-up and system calls cost more or less with it.")                                       \
	X(SHARED, "F-SHARED", NOTE, "The shared base is counted once; a host with one instance pays it in full.") \
	X(SWAP, "F-SWAP", WARN, "Part of a subject was swapped out while it was weighed.")              \
	X(UNSETTLED, "F-UNSETTLED", WARN, "Memory was still moving when the settle time was over.")     \
	X(MEMLOWER, "F-MEMLOWER", NOTE,                                                                 \
	  "One instance was weighed: a lower bound, kernel memory that no cgroup is charged for is not included.") \
	X(SYNC, "F-SYNC", WARN,                                                                         \
	  "The guest's clock could not be tied to the host's: phases inside of the guest are withheld.") \
	X(GUESTCLOCK, "F-GUESTCLOCK", WARN,                                                             \
	  "The guest's clock and the host's differ about the length of its work by more than 1 ms and 0.5 %; " \
	  "there costs are by the host's.")                                                             \
	X(SHORT, "F-SHORT", WARN,                                                                       \
	  "Work was measured over less than 200 ms in the fastest subject, or not at all in one that is very slow.") \
	X(DEVICE, "F-DEVICE", WARN,                                                                     \
	  "Less reached the device than a workload says: a cache was measured, not the storage.")        \
	X(DRIFT, "F-DRIFT", WARN,                                                                       \
	  "The control takes more than 10 % longer or shorter after the run than before: the host has changed.") \
	X(SLEW, "F-SLEW", WARN, "The host's clock was slewed by more than 50 ppm.")                     \
	X(STEP, "F-STEP", WARN,                                                                         \
	  "The date was set during a sample: its events on the wall clock are withheld.")               \
	X(STEAL, "F-STEAL", WARN, "The hypervisor below took CPU time away (steal).")                   \
	X(PIN, "F-PIN", NOTE, "Harness and subject compete for the CPUs.")                              \
	X(AUTOCORR, "F-AUTOCORR", WARN, "Neighbouring blocks are alike: intervals may be too narrow.")  \
	X(WARMUP, "F-WARMUP", WARN, "Values still moved in one direction after the warm-up blocks.")    \
	X(MULTIMODAL, "F-MULTIMODAL", WARN, "The values lie in two groups: the median stands for neither.") \
	X(FAIL, "F-FAIL", FAIL, "More than 10 % of the attempts failed: no verdict.")                   \
	X(PREC, "F-PREC", NOTE, "The interval is wider on either side than this part of its value, or there is none.") \
	X(CPUID, "F-CPUID", NOTE, \
	  "The guest's CPU is not the host's: missing instructions change what a workload takes.") \
	X(TOPOLOGY, "F-TOPOLOGY", WARN, \
	  "The guest's packages, cores and threads are not the host's: its scheduler decides otherwise.") \
	X(INIT, "F-INIT", WARN, \
	  "The payload is not the first process everywhere: init systems are compared, not " \
	  "isolation.") \
	X(FIRSTUSE, "F-FIRSTUSE", NOTE, \
	  "The first use took more than twice the median start-up, and no number here holds it.") \
	X(NETCLASS, "F-NETCLASS", WARN, \
	  "Subjects that are compared are connected to networks in different ways.") \
	X(BALLOON, "F-BALLOON", WARN, \
	  "A balloon moves memory between guest and host while it is weighed.") \
	X(LEVEL1, "F-LEVEL1", WARN, \
	  "Traced or profiled: not for totals.") \
	X(THP, "F-THP", NOTE, \
	  "Memory lies in huge pages: it grows in steps of 2 MiB, and holds pages that nobody " \
	  "touched.") \
	X(MEMX, "F-MEMX", WARN, \
	  "What one more instance takes and what the host's available memory falls by differ by " \
	  "more than 15 %.") \
	X(LOAD, "F-LOAD", WARN, \
	  "Other programs used the CPUs when the run began.") \
	X(KSM, "F-KSM", WARN, \
	  "The kernel merges equal pages: weights depend on what else runs, and on how long.") \
	X(HOST, "F-HOST", WARN, \
	  "The doctor warns of something about this host that bends times.") \
	X(HOSTMEM, "F-HOSTMEM", NOTE, \
	  "The doctor warns of something about this host that bends weights.") \
	X(FLOOR, "F-FLOOR", WARN,                                                                       \
	  "The effect is no larger than what this host shows between one subject and itself: no verdict.") \
	X(BUILD, "F-BUILD", FAIL, "The payload differs between subjects.")                              \
	X(RESIDUE, "F-RESIDUE", WARN, "Something of an instance was left behind.")                      \
	X(INTERRUPTED, "F-INTERRUPTED", WARN, "The run ended before its plan did.")                        \
	X(RESUMED, "F-RESUMED", WARN,                                                                   \
	  "The run was interrupted and went on later: conditions may differ between its parts, and a block may " \
	  "span them.")                                                                                 \
	X(CONCURRENT, "F-CONCURRENT", WARN, "Another run of tare was alive on this host at the same time.") \
	X(ONEHOST, "F-ONEHOST", NOTE,                                                                   \
	  "One machine, one boot. Other boots and hosts may differ; repeat across reboots before generalising.")

enum flag_id {
#define FLAG_ENUM(id, name, severity, text) FLAG_##id,
	FLAGS(FLAG_ENUM)
#undef FLAG_ENUM
	FLAG_COUNT
};

/** One row of the table above. */
struct flag_row {
	const char *id; /**< "F-TCG" */
	enum flag_severity severity;
	const char *text;
};

extern const struct flag_row flag_table[FLAG_COUNT];

/** What a detector found. */
struct analysis_flag {
	bool triggered;
	bool checked;	  /**< false: what it needs is not in the recording; `detail` says so */
	char detail[256]; /**< numbers or names behind it; "" */
	size_t *subjects; /**< indexes of the subjects that it touches; none: the whole run */
	size_t subject_count;
};

/** Runs every detector on an analysis whose subjects, summaries and comparisons are there; sets their `flags` too. */
void fairness_detect(struct analysis *analysis);
void fairness_release(struct analysis *analysis);
/** "note", "warn" or "fail". */
const char *fairness_severity_name(enum flag_severity severity);
