/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The probe was run against no KVM, against a KVM that emulates (kvm_pvm), and against kvm_amd, with nested
 * paging and without, on a CPU whose SVM QEMU emulates. On a real VT-x or SVM it follows the documentation
 * only: everything unexpected there becomes KVM_BROKEN with the reason, never KVM_HARDWARE.
 */
#include "harness/host/kvm.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "harness/base/cleanup.h"
#include "harness/base/clock.h"
#include "harness/base/error.h"
#include "harness/base/log.h"
#include "harness/host/kvm-guest.h"

#ifdef __x86_64__
#include <cpuid.h>
#endif

#define KVM_DEVICE "/dev/kvm"
/* Emulation was measured at 2 million instructions a second, a CPU at thousands. */
#define KVM_EMULATED_BELOW 50e6
/* Long enough that entry and exit of real hardware cannot look like emulation. */
#define KVM_LOOP_SHORT 20000u
#define KVM_LOOP_LONG 2000000u
#define KVM_LOOP_TRIES 3
#define KVM_EXITS 101
#define KVM_EXITS_WARMUP 5

static const struct kvm_program program_loop = {
	.name = "dec rcx; jnz; hlt", .code = {0x48, 0xff, 0xc9, 0x75, 0xfb, 0xf4}, .length = 6};
static const struct kvm_program program_exits = {
	.name = "out 0xe9, al", .code = {0xe6, 0xe9, 0xeb, 0xfc}, .length = 4};
static const struct kvm_program program_cmpxchg16b = {
	.name = "lock cmpxchg16b", .code = {0xf0, 0x48, 0x0f, 0xc7, 0x0b, 0xf4}, .length = 6};
static const struct kvm_program program_xgetbv = {
	.name = "xgetbv", .code = {0x31, 0xc9, 0x0f, 0x01, 0xd0, 0xf4}, .length = 6};

const char *kvm_class_name(enum kvm_class class)
{
	static const char *const names[] = {
		[KVM_ABSENT] = "none",		 [KVM_DENIED] = "denied",     [KVM_BROKEN] = "broken",
		[KVM_SOFTWARE] = "kvm-software", [KVM_NESTED] = "kvm-nested", [KVM_HARDWARE] = "kvm-hw",
	};

	return names[class];
}

enum kvm_class kvm_classify(double instr_per_s, const struct kvm_cpu *cpu)
{
	if (!(instr_per_s >= KVM_EMULATED_BELOW) || !cpu->has_extensions || cpu->is_emulated)
		return KVM_SOFTWARE;
	return cpu->in_vm ? KVM_NESTED : KVM_HARDWARE;
}

bool kvm_usable_for_linux(const struct kvm_report *report)
{
	return report->class >= KVM_NESTED && report->linux_boots;
}

static int compare_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

#ifdef __x86_64__
static struct kvm_cpu cpu_read(void)
{
	struct kvm_cpu cpu = {0};
	unsigned eax, ebx, ecx, edx, name[3];

	if (__get_cpuid(1, &eax, &ebx, &ecx, &edx)) {
		cpu.in_vm = ecx >> 31;
		cpu.has_extensions = ecx >> 5 & 1; /* VMX */
	}
	if (__get_cpuid(0x80000001u, &eax, &ebx, &ecx, &edx) && ecx >> 2 & 1) /* SVM */
		cpu.has_extensions = true;
	if (cpu.in_vm) {
		__cpuid(0x40000000u, eax, name[0], name[1], name[2]);
		cpu.is_emulated = !memcmp(name, "TCGTCGTCGTCG", sizeof(name));
	}
	return cpu;
}

static double native_rate(void)
{
	uint64_t best_ns = UINT64_MAX;

	for (int i = 0; i < KVM_LOOP_TRIES; i++) {
		uint64_t count = KVM_LOOP_LONG, begin_ns = clock_now_ns();

		__asm__ volatile("1: dec %0\n\tjnz 1b" : "+r"(count) : : "cc");
		uint64_t ns = clock_now_ns() - begin_ns;

		if (ns < best_ns)
			best_ns = ns;
	}
	return 2.0 * KVM_LOOP_LONG * 1e9 / (double)best_ns;
}
#else
static struct kvm_cpu cpu_read(void)
{
	return (struct kvm_cpu){0};
}

static double native_rate(void)
{
	return NAN;
}
#endif

/* Instructions a second, the exit included; the best of some tries, for a busy host must not look like
 * emulation. */
static int guest_rate(struct kvm_guest *guest, uint32_t count, double *ret_rate, struct error *err)
{
	*ret_rate = 0;
	for (int i = 0; i < KVM_LOOP_TRIES && *ret_rate < KVM_EMULATED_BELOW; i++) {
		uint64_t ns;
		int rc = kvm_guest_load(guest, &program_loop, count, err);

		if (!rc)
			rc = kvm_guest_run(guest, KVM_EXIT_HLT, &ns, err);
		if (rc < 0)
			return error_wrap(err, rc, "a 64-bit loop in a guest");
		double rate = 2.0 * count * 1e9 / (double)(ns ? ns : 1);

		if (rate > *ret_rate)
			*ret_rate = rate;
	}
	return 0;
}

static int probe_rate(struct kvm_guest *guest, struct kvm_report *ret, struct error *err)
{
	double rate = 0, warmup;
	int rc = guest_rate(guest, 1, &warmup, err); /* fills the guest's page tables on the host's side */

	if (!rc)
		rc = guest_rate(guest, KVM_LOOP_SHORT, &rate, err);
	if (!rc && rate >= KVM_EMULATED_BELOW)
		rc = guest_rate(guest, KVM_LOOP_LONG, &rate, err);
	if (!rc)
		ret->instr_per_s = rate;
	return rc;
}

static double guest_exit_rtt(struct kvm_guest *guest)
{
	uint64_t rtt_ns[KVM_EXITS + KVM_EXITS_WARMUP];

	if (kvm_guest_load(guest, &program_exits, 0, NULL) < 0)
		return NAN;
	for (size_t i = 0; i < KVM_EXITS + KVM_EXITS_WARMUP; i++)
		if (kvm_guest_run(guest, KVM_EXIT_IO, &rtt_ns[i], NULL) < 0)
			return NAN;
	qsort(rtt_ns + KVM_EXITS_WARMUP, KVM_EXITS, sizeof(rtt_ns[0]), compare_u64);
	return (double)rtt_ns[KVM_EXITS_WARMUP + KVM_EXITS / 2];
}

/* A guest of its own: after an emulation failure a vCPU is not worth anything. */
static int probe_instruction(int kvm_fd, const struct kvm_program *program, uint32_t feature,
			     struct error *err)
{
	struct kvm_guest guest;
	uint64_t ns;
	int rc = kvm_guest_open(kvm_fd, &guest, err);

	if (rc < 0)
		return rc;
	if (guest.features_ecx & feature) {
		rc = kvm_guest_load(&guest, program, 0, err);
		if (!rc)
			rc = kvm_guest_run(&guest, KVM_EXIT_HLT, &ns, err);
	}
	kvm_guest_close(&guest);
	return rc < 0 ? error_wrap(err, rc, "%s in a guest", program->name) : 0;
}

__attribute__((format(printf, 4, 5))) static void report_set(struct kvm_report *ret, enum kvm_class class,
							     const char *remedy, const char *format, ...)
{
	va_list list;

	ret->class = class;
	va_start(list, format);
	(void)vsnprintf(ret->reason, sizeof(ret->reason), format, list);
	va_end(list);
	(void)snprintf(ret->remedy, sizeof(ret->remedy), "%s", remedy);
}

#define REMEDY_EMULATED                                                                                      \
	"Run on a host whose CPU has VT-x or SVM (in a cloud: bare metal or nested virtualization)."

static const char *why_software(const struct kvm_cpu *cpu)
{
	return cpu->is_emulated	     ? ", QEMU's TCG emulates this host's own CPU"
	       : cpu->has_extensions ? ""
				     : ", the CPU shows neither VMX nor SVM";
}

static void probe_classify(int kvm_fd, struct kvm_report *ret)
{
	struct error err = {0};
	const struct kvm_cpu cpu = cpu_read();

	ret->class = kvm_classify(ret->instr_per_s, &cpu);
	int rc = probe_instruction(kvm_fd, &program_cmpxchg16b, KVM_GUEST_CX16, &err);

	if (!rc)
		rc = probe_instruction(kvm_fd, &program_xgetbv, KVM_GUEST_XSAVE, &err);
	ret->linux_boots = !rc;
	if (ret->class == KVM_SOFTWARE)
		report_set(ret, KVM_SOFTWARE, REMEDY_EMULATED,
			   "/dev/kvm runs the guest in software (%.3g million instructions a second%s)%s%s",
			   ret->instr_per_s / 1e6, why_software(&cpu),
			   rc ? "; no stock Linux boots there: " : "", err.text);
	else if (rc)
		report_set(ret, ret->class, "Update the host's kernel.", "no stock Linux boots: %s",
			   err.text);
}

static void probe_open(int kvm_fd, struct kvm_report *ret)
{
	struct kvm_guest guest;
	struct error err = {0};
	int version = ioctl(kvm_fd, KVM_GET_API_VERSION, 0);

	if (version != KVM_API_VERSION) {
		report_set(ret, KVM_BROKEN, "", "KVM_GET_API_VERSION gave %d instead of %d", version,
			   KVM_API_VERSION);
		return;
	}
	int rc = kvm_guest_open(kvm_fd, &guest, &err);

	if (!rc)
		rc = probe_rate(&guest, ret, &err);
	if (!rc)
		ret->exit_rtt_p50_ns = guest_exit_rtt(&guest);
	kvm_guest_close(&guest);
	if (rc < 0)
		report_set(ret, KVM_BROKEN,
			   rc == -EBUSY ? "Stop the other hypervisor that holds the CPU's virtualization."
					: "",
			   "%s", err.text);
	else
		probe_classify(kvm_fd, ret);
}

void kvm_probe_device(const char *path, struct kvm_report *ret)
{
	cleanup_close int fd = open(path, O_RDWR | O_CLOEXEC);

	*ret = (struct kvm_report){.instr_per_s = NAN, .native_instr_per_s = NAN, .exit_rtt_p50_ns = NAN};
	if (fd >= 0) {
		ret->native_instr_per_s = native_rate();
		probe_open(fd, ret);
	} else if (errno == EACCES || errno == EPERM) {
		report_set(ret, KVM_DENIED, "sudo usermod -aG kvm \"$USER\"   # then log in again",
			   "%s: permission denied", path);
	} else if (errno == ENOENT || errno == ENODEV || errno == ENXIO) {
		report_set(ret, KVM_ABSENT,
			   "Switch virtualization on in the firmware or the cloud's settings, and load "
			   "kvm_intel or kvm_amd.",
			   "%s: %s", path, strerror(errno));
	} else {
		report_set(ret, KVM_BROKEN, "", "%s: %s", path, strerror(errno));
	}
	log_debug("kvm: %s, %.3g instr/s (native %.3g), exit %.0f ns, linux %d %s",
		  kvm_class_name(ret->class), ret->instr_per_s, ret->native_instr_per_s, ret->exit_rtt_p50_ns,
		  ret->linux_boots, ret->reason);
}

static struct kvm_report kvm_cached;

static void kvm_probe_once(void)
{
	kvm_probe_device(KVM_DEVICE, &kvm_cached);
}

void kvm_probe(struct kvm_report *ret)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	(void)pthread_once(&once, kvm_probe_once);
	*ret = kvm_cached;
}
