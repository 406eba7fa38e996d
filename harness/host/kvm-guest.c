/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/host/kvm-guest.h"

#include <errno.h>
#include <string.h>

#ifdef __x86_64__
#include <linux/kvm.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/clock.h"

#define GUEST_BYTES (2u << 20)
/* Guest-physical addresses, all below 2 MiB and mapped one to one by a single large page. */
#define GUEST_PML4 0x1000u
#define GUEST_PDPT 0x2000u
#define GUEST_PD 0x3000u
#define GUEST_CODE 0x4000u
#define GUEST_DATA 0x8000u
#define GUEST_TSS 0xfffbd000u /* three pages outside of the guest's memory that KVM wants on Intel */
#define GUEST_CPUID_MAX 256u
#define GUEST_TIMEOUT_NS 1000000000
#define GUEST_KICK_NS 10000000

#define PAGE_PRESENT_WRITE 0x3u
#define PAGE_LARGE 0x80u
#define CR0_LONG 0x80010033u /* PG WP NE ET MP PE */
#define CR4_PAE 0x20u
#define CR4_OSFXSR 0x200u
#define CR4_OSXSAVE 0x40000u
#define EFER_LONG 0x500u /* LME LMA */
#define RFLAGS_RESERVED 0x2u

static void guest_put64(struct kvm_guest *guest, uint32_t address, uint64_t value)
{
	(void)memcpy(guest->memory + address, &value, sizeof(value));
}

static int guest_memory(struct kvm_guest *guest, struct error *err)
{
	void *memory = mmap(NULL, GUEST_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return error_errno(err, errno, "no memory for a guest");
	guest->memory = memory;
	guest_put64(guest, GUEST_PML4, GUEST_PDPT | PAGE_PRESENT_WRITE);
	guest_put64(guest, GUEST_PDPT, GUEST_PD | PAGE_PRESENT_WRITE);
	guest_put64(guest, GUEST_PD, PAGE_LARGE | PAGE_PRESENT_WRITE);

	struct kvm_userspace_memory_region region = {
		.memory_size = GUEST_BYTES,
		.userspace_addr = (uintptr_t)memory,
	};

	if (ioctl(guest->vm_fd, KVM_SET_USER_MEMORY_REGION, &region) < 0)
		return error_errno(err, errno, "KVM_SET_USER_MEMORY_REGION");
	return 0;
}

/* What KVM itself offers: long mode and XSAVE may be refused to a vCPU without a CPUID table. */
static int guest_cpuid(struct kvm_guest *guest, int kvm_fd, struct error *err)
{
	cleanup_free struct kvm_cpuid2 *table =
		alloc_zero(1, sizeof(*table) + GUEST_CPUID_MAX * sizeof(table->entries[0]));

	table->nent = GUEST_CPUID_MAX;
	if (ioctl(kvm_fd, KVM_GET_SUPPORTED_CPUID, table) < 0)
		return error_errno(err, errno, "KVM_GET_SUPPORTED_CPUID");
	for (uint32_t i = 0; i < table->nent; i++)
		if (table->entries[i].function == 1)
			guest->features_ecx = table->entries[i].ecx;
	if (ioctl(guest->vcpu_fd, KVM_SET_CPUID2, table) < 0)
		return error_errno(err, errno, "KVM_SET_CPUID2");
	return 0;
}

static int guest_vcpu(struct kvm_guest *guest, int kvm_fd, struct error *err)
{
	int bytes = ioctl(kvm_fd, KVM_GET_VCPU_MMAP_SIZE, 0);

	if (bytes < 0 || (size_t)bytes < sizeof(struct kvm_run))
		return error_errno(err, bytes < 0 ? errno : EPROTO, "KVM_GET_VCPU_MMAP_SIZE");
	guest->vcpu_fd = ioctl(guest->vm_fd, KVM_CREATE_VCPU, 0);
	if (guest->vcpu_fd < 0)
		return error_errno(err, errno, "KVM_CREATE_VCPU");

	void *run = mmap(NULL, (size_t)bytes, PROT_READ | PROT_WRITE, MAP_SHARED, guest->vcpu_fd, 0);

	if (run == MAP_FAILED)
		return error_errno(err, errno, "cannot map the vCPU");
	guest->run = run;
	guest->run_bytes = (size_t)bytes;
	return guest_cpuid(guest, kvm_fd, err);
}

int kvm_guest_open(int kvm_fd, struct kvm_guest *guest, struct error *err)
{
	*guest = (struct kvm_guest){.vm_fd = -1, .vcpu_fd = -1};
	guest->vm_fd = ioctl(kvm_fd, KVM_CREATE_VM, 0);
	if (guest->vm_fd < 0)
		return error_errno(err, errno, "KVM_CREATE_VM");
	(void)ioctl(guest->vm_fd, KVM_SET_TSS_ADDR, GUEST_TSS);

	int rc = guest_memory(guest, err);

	if (!rc)
		rc = guest_vcpu(guest, kvm_fd, err);
	if (rc < 0)
		kvm_guest_close(guest);
	return rc;
}

void kvm_guest_close(struct kvm_guest *guest)
{
	if (guest->run)
		(void)munmap(guest->run, guest->run_bytes);
	cleanup_close_fd(&guest->vcpu_fd);
	cleanup_close_fd(&guest->vm_fd);
	if (guest->memory)
		(void)munmap(guest->memory, GUEST_BYTES);
	*guest = (struct kvm_guest){.vm_fd = -1, .vcpu_fd = -1};
}

static int guest_registers(struct kvm_guest *guest, uint64_t rcx, struct error *err)
{
	struct kvm_regs regs = {.rip = GUEST_CODE, .rflags = RFLAGS_RESERVED, .rbx = GUEST_DATA, .rcx = rcx};
	struct kvm_segment code = {
		.limit = UINT32_MAX, .selector = 0x8, .type = 11, .present = 1, .s = 1, .l = 1, .g = 1};
	struct kvm_segment data = {
		.limit = UINT32_MAX, .selector = 0x10, .type = 3, .present = 1, .db = 1, .s = 1, .g = 1};
	struct kvm_sregs sregs;

	if (ioctl(guest->vcpu_fd, KVM_GET_SREGS, &sregs) < 0)
		return error_errno(err, errno, "KVM_GET_SREGS");
	sregs.cs = code;
	sregs.ds = sregs.es = sregs.fs = sregs.gs = sregs.ss = data;
	sregs.cr0 = CR0_LONG;
	sregs.cr3 = GUEST_PML4;
	sregs.cr4 = CR4_PAE | CR4_OSFXSR | (guest->features_ecx & KVM_GUEST_XSAVE ? CR4_OSXSAVE : 0);
	sregs.efer = EFER_LONG;
	if (ioctl(guest->vcpu_fd, KVM_SET_SREGS, &sregs) < 0)
		return error_errno(err, errno, "KVM_SET_SREGS");
	if (ioctl(guest->vcpu_fd, KVM_SET_REGS, &regs) < 0)
		return error_errno(err, errno, "KVM_SET_REGS");
	return 0;
}

int kvm_guest_load(struct kvm_guest *guest, const struct kvm_program *program, uint64_t rcx,
		   struct error *err)
{
	(void)memcpy(guest->memory + GUEST_CODE, program->code, program->length);
	return guest_registers(guest, rcx, err);
}

/* The vCPU of this thread, for the signal handler; NULL outside of a guarded run. */
static _Thread_local struct kvm_run *volatile guest_guarded;

static void guest_kick(int signal)
{
	struct kvm_run *run = guest_guarded;

	(void)signal;
	if (run)
		run->immediate_exit = 1;
}

struct guest_guard {
	timer_t timer;
	struct sigaction old_action;
	sigset_t old_mask;
};

/* A signal to this thread ends KVM_RUN; immediate_exit closes the gap where it comes just before the call. */
static int guest_guard_begin(struct guest_guard *guard, struct kvm_run *run)
{
	struct sigaction action = {.sa_handler = guest_kick};
	struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGRTMIN};
	struct itimerspec when = {.it_value.tv_sec = GUEST_TIMEOUT_NS / 1000000000,
				  .it_value.tv_nsec = GUEST_TIMEOUT_NS % 1000000000,
				  .it_interval.tv_nsec = GUEST_KICK_NS};
	sigset_t unblock;

	event._sigev_un._tid = gettid();
	if (timer_create(CLOCK_MONOTONIC, &event, &guard->timer) < 0)
		return -errno;
	guest_guarded = run;
	run->immediate_exit = 0;
	(void)sigemptyset(&unblock);
	(void)sigaddset(&unblock, SIGRTMIN);
	(void)sigaction(SIGRTMIN, &action, &guard->old_action);
	(void)pthread_sigmask(SIG_UNBLOCK, &unblock, &guard->old_mask);
	(void)timer_settime(guard->timer, 0, &when, NULL);
	return 0;
}

static void guest_guard_end(struct guest_guard *guard)
{
	(void)timer_delete(guard->timer);
	(void)pthread_sigmask(SIG_SETMASK, &guard->old_mask, NULL);
	(void)sigaction(SIGRTMIN, &guard->old_action, NULL);
	guest_guarded = NULL;
}

static int guest_exit_error(const struct kvm_run *run, struct error *err)
{
	switch (run->exit_reason) {
	case KVM_EXIT_INTERNAL_ERROR:
		return error_set(
			err, -ENOTSUP, "KVM internal error, suberror %u%s", run->internal.suberror,
			run->internal.suberror == KVM_INTERNAL_ERROR_EMULATION ? " (emulation failure)" : "");
	case KVM_EXIT_FAIL_ENTRY:
		return error_set(err, -EIO, "the CPU refused to enter the guest, reason 0x%llx",
				 (unsigned long long)run->fail_entry.hardware_entry_failure_reason);
	case KVM_EXIT_SHUTDOWN:
		return error_set(err, -EIO, "the guest shut down (triple fault)");
	default:
		return error_set(err, -EIO, "unexpected exit %u", run->exit_reason);
	}
}

int kvm_guest_run(struct kvm_guest *guest, uint32_t exit_reason, uint64_t *ret_ns, struct error *err)
{
	struct guest_guard guard;
	int rc = guest_guard_begin(&guard, guest->run), errnum;

	if (rc < 0)
		return error_errno(err, -rc, "no timer for the guest");
	uint64_t begin_ns = clock_now_ns();

	do
		errnum = ioctl(guest->vcpu_fd, KVM_RUN, 0) < 0 ? errno : 0;
	while (errnum == EINTR && !guest->run->immediate_exit);
	*ret_ns = clock_now_ns() - begin_ns;
	guest_guard_end(&guard);
	if (errnum == EINTR)
		return error_set(err, -ETIME, "the guest did not come back within a second");
	if (errnum)
		return error_set(err, -EIO, "KVM_RUN: %s", strerror(errnum));
	return guest->run->exit_reason == exit_reason ? 0 : guest_exit_error(guest->run, err);
}

#else /* !__x86_64__ */

int kvm_guest_open(int kvm_fd, struct kvm_guest *guest, struct error *err)
{
	(void)kvm_fd;
	*guest = (struct kvm_guest){.vm_fd = -1, .vcpu_fd = -1};
	return error_set(err, -ENOSYS, "the functional probe exists for x86-64 only, so this KVM is unknown");
}

void kvm_guest_close(struct kvm_guest *guest)
{
	(void)guest;
}

int kvm_guest_load(struct kvm_guest *guest, const struct kvm_program *program, uint64_t rcx,
		   struct error *err)
{
	(void)guest;
	(void)program;
	(void)rcx;
	return error_set(err, -ENOSYS, "no guest");
}

int kvm_guest_run(struct kvm_guest *guest, uint32_t exit_reason, uint64_t *ret_ns, struct error *err)
{
	(void)guest;
	(void)exit_reason;
	(void)ret_ns;
	return error_set(err, -ENOSYS, "no guest");
}
#endif
