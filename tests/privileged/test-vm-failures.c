/* SPDX-License-Identifier: Apache-2.0 */
/* The ways in which a guest fails: each is noticed and named, and nothing of it is left. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "tests/privileged/guest.h"

/** An attempt that must fail with `expected` in its text. The first hook that is set breaks something. */
struct failure {
	const char *name, *subject, *expected;
	void (*prepared)(struct attempt *a); /**< before create */
	void (*created)(struct attempt *a);  /**< before start */
	void (*ready)(struct attempt *a);
};

static struct vm *vm_of(struct attempt *a)
{
	return a->in.subject->state;
}

static void kernel_missing(struct attempt *a)
{
	vm_of(a)->domain.kernel = "/nonexistent/kernel";
}

static void kernel_garbage(struct attempt *a)
{
	vm_of(a)->domain.kernel = garbage_path();
}

static void initrd_garbage(struct attempt *a)
{
	vm_of(a)->domain.initrd = garbage_path();
}

/**
 * The bare guest with `xgetbv` as its first instruction: hardware refuses it, as nothing has enabled it, and there is
 * no handler; a KVM in software does not know it.
 */
static void instruction_unknown(struct attempt *a)
{
	static const char first[] = {0x0f, 0x31, (char)0x89, (char)0xc6}, unknown[] = {0x0f, 0x01, (char)0xd0};
	size_t length = 0;
	cleanup_free char *program = file_read(vm_of(a)->domain.kernel, &length, NULL);
	char *at = program ? memmem(program, length, first, sizeof(first)) : NULL;

	check(at != NULL, "the bare guest begins as expected");
	if (!at)
		return;
	(void)memcpy(at, unknown, sizeof(unknown));
	const char *path = garbage_path();

	check(!file_write(path, program, length, NULL), "the broken guest is written");
	vm_of(a)->domain.kernel = path;
}

static void disk_garbage(struct attempt *a)
{
	char path[PATH_MAX + 16];

	(void)snprintf(path, sizeof(path), "%s/disk.qcow2", a->in.storage);
	(void)unlink(path);
	(void)file_copy(garbage_path(), path, NULL);
}

static void disk_missing(struct attempt *a)
{
	(void)file_remove_tree(a->in.storage, NULL);
}

static void listener_missing(struct attempt *a)
{
	(void)unlink(a->in.socket);
}

static void saved_missing(struct attempt *a)
{
	(void)unlink(vm_of(a)->image->file);
}

static void saved_garbage(struct attempt *a)
{
	saved_missing(a);
	(void)file_copy(garbage_path(), vm_of(a)->image->file, NULL);
}

/** The description is whole, what QEMU wrote is not. */
static void saved_cut(struct attempt *a)
{
	check(!truncate(vm_of(a)->image->file, 1 << 20), "the file of the saved guest can be cut");
}

static void qemu_kill(struct attempt *a)
{
	(void)kill(channel_peer(a->channel), SIGKILL);
}

static const struct failure failures[] = {
	{"missing kernel", "vm:root=none", "could not open kernel file", .prepared = kernel_missing},
	{"garbage kernel", "vm:root=none", "cannot start", .prepared = kernel_garbage},
	{"garbage initramfs: the kernel panics", "vm:root=none", "guest-reset", .prepared = initrd_garbage},
	{"the same on q35", "vm:root=none:machine=q35", "guest-reset", .prepared = initrd_garbage},
	{"corrupt overlay", "vm", "qcow2", .created = disk_garbage},
	{"missing overlay", "vm", "disk.qcow2", .created = disk_missing},
	{"nobody listens", "vm:root=none", "connect", .created = listener_missing},
	{"the saved guest is gone", "vm:root=none:start=restore", "No such file", .prepared = saved_missing},
	{"no saved guest in the file", "vm:root=none:start=restore", "not a saved domain", .prepared = saved_garbage},
	{"half a saved guest", "vm:root=none:start=restore", "cannot restore", .prepared = saved_cut},
	{"the control's QEMU killed", "qemu-direct:root=none", "it ended", .ready = qemu_kill},
	{"QEMU killed", "vm", "its process died", .ready = qemu_kill},
};

static void hook(void (*function)(struct attempt *), struct attempt *a)
{
	if (function && !a->rc)
		function(a);
}

static void check_failure(const struct failure *failure)
{
	struct subject subject = {0};
	struct attempt a;

	if (!guest_prepare(failure->subject, false, &subject))
		return;
	attempt_begin(&a, &subject);
	hook(failure->prepared, &a);
	if (!a.rc)
		a.rc = subject.runtime->create(&a.in, &a.err);
	hook(failure->created, &a);
	if (!a.rc)
		a.rc = subject.runtime->start(&a.in, &a.err);
	if (!a.rc)
		a.rc = channel_watch_process(a.channel, &a.err);
	if (!a.rc && failure->ready)
		(void)channel_wait(a.channel, CHANNEL_READY, clock_now_ns() + WAIT_NS);
	hook(failure->ready, &a);
	/* Of the control nobody hears but that it ended. */
	if (!a.rc)
		a.news = channel_wait(a.channel, subject.runtime == &runtime_vm ? CHANNEL_FAILED : CHANNEL_EXITED,
				      clock_now_ns() + WAIT_NS);

	const char *text = a.rc				 ? a.err.text
			   : a.news & CHANNEL_FAILED ? a.in.failure.text
			   : a.news & CHANNEL_EXITED ? "it ended"
						     : "no failure noticed";

	check(strstr(text, failure->expected), "%s: %s", failure->name, text);
	a.rc = 0;
	attempt_end(&a);
	check(!attempt_left(&a), "%s: nothing is left", failure->name);
	guest_finish(&subject);
}

/** A guest that never gets ready: no failure, and it ends all the same. */
static void check_hang(void)
{
	struct subject subject = {0};
	struct attempt a;

	if (!guest_prepare("vm:root=none", true, &subject))
		return;
	attempt_begin(&a, &subject);
	attempt_start(&a, HANG_NS);
	check(!a.rc && !(a.news & (CHANNEL_READY | CHANNEL_FAILED)), "never ready: nothing is heard");
	attempt_end(&a);
	check(!a.rc && !attempt_left(&a), "never ready: nothing is left");
	guest_finish(&subject);
}

static void check_half_made(void)
{
	struct subject subject = {0};
	struct attempt a;

	runtime_vm.destroy(NULL);
	runtime_vm.finish(NULL);
	runtime_vm.finish(&subject);
	if (!guest_prepare("vm", false, &subject))
		return;
	attempt_begin(&a, &subject);
	runtime_vm.destroy(&a.in);
	(void)runtime_vm.create(&a.in, &a.err);
	attempt_end(&a);
	check(!attempt_left(&a), "an instance that was never started leaves nothing");
	guest_finish(&subject);
}

static void check_refusals(void)
{
	struct subject subject = {0};
	struct error err = {0};

	(void)subject_parse(&subject, "vm", &(struct limits){.memory_bytes = 64 << 20}, &err);
	int rc = runtime_vm.prepare(&world.run, &subject, &err);

	check(rc < 0 && err.class == ERROR_INPUT, "64 MiB: %s", err.text);
	guest_finish(&subject);
}

/** The guest that would be saved fails, or saving does: prepare says so, and nothing is left. */
static void check_unsaved(const char *fault, const char *expected)
{
	static const struct limits limits = {.memory_bytes = 256 << 20, .cpus_count = 1};
	struct subject subject = {0};
	struct error err = {0};
	char path[PATH_MAX];

	(void)subject_parse(&subject, "vm:start=restore:root=none", &limits, &err);
	(void)snprintf(path, sizeof(path), "%.3000s/saved-%s", world.run.storage, subject.name);
	if (fault)
		(void)snprintf(subject.variables[subject.variable_count++].text, sizeof(subject.variables[0].text),
			       PROTOCOL_ENV_FAULT "=%s", fault);
	else
		(void)mkdir(path, 0700);
	int rc = subject.runtime->prepare(&world.run, &subject, &err);

	check(rc < 0 && strstr(err.text, expected), "a guest that cannot be saved: %s", err.text);
	guest_finish(&subject);
	if (!fault)
		(void)rmdir(path);
	check(!file_exists(path), "and there is no file of it");
}

static void saving_fails(void **state)
{
	(void)state;
	check_unsaved("exit", "the guest ended");
	check_unsaved("garbage", "something else");
	check_unsaved(NULL, "cannot save");
	check_all();
}

static void check_instruction(void)
{
	struct failure failure = {.name = "an instruction that this KVM cannot emulate",
				  .subject = "vm:guest=bare:root=none:accel=kvm",
				  .prepared = instruction_unknown};
	struct kvm_report kvm = {0};

	kvm_probe(&kvm);
	if (kvm.class < KVM_SOFTWARE)
		return; /* there is none */
	failure.expected = kvm.class == KVM_SOFTWARE ? "emulation failure" : "guest-reset";
	check_failure(&failure);
}

static void failures_are_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++)
		check_failure(&failures[i]);
	check_instruction();
	check_hang();
	check_all();
}

static void half_made_is_removed(void **state)
{
	(void)state;
	check_half_made();
	check_refusals();
	check_all();
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(failures_are_named),
		cmocka_unit_test(saving_fails),
		cmocka_unit_test(half_made_is_removed),
	};

	(void)argc;
	return guest_main(argv, tests, sizeof(tests) / sizeof(tests[0]));
}
