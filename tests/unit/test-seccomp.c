/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two layers of the containers' filter, run here as the kernel runs them, against one filter with the same list:
 * every system call, by every way to ask for it, must have the same verdict. The base alone must let a container be set
 * up, and nothing of that may be left in both together.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "runtimes/seccomp-calls.h"
#include "runtimes/seccomp.h"

#define CALLS_MAX 1024u /* above every number that there is */
#define X32_BIT 0x40000000u

/* A classic BPF program over the data of one call: its verdict. The kernel has checked what is not checked here. */
static uint32_t run(const struct seccomp_layer *layer, const struct seccomp_data *data)
{
	uint32_t a = 0, x = 0, memory[BPF_MEMWORDS] = {0};

	for (size_t at = 0; at < layer->count; at++) {
		const struct sock_filter *f = &layer->filter[at];
		uint32_t k = BPF_SRC(f->code) == BPF_X ? x : f->k;

		if (f->code == (BPF_LD | BPF_W | BPF_ABS)) {
			assert_true(f->k + sizeof(a) <= sizeof(*data));
			(void)memcpy(&a, (const char *)data + f->k, sizeof(a));
		} else if (f->code == BPF_ST) {
			memory[f->k] = a;
		} else if (f->code == (BPF_LD | BPF_MEM)) {
			a = memory[f->k];
		} else if (f->code == (BPF_LDX | BPF_MEM)) {
			x = memory[f->k];
		} else if (BPF_CLASS(f->code) == BPF_ALU && BPF_OP(f->code) == BPF_AND) {
			a &= k;
		} else if (f->code == (BPF_JMP | BPF_JA)) {
			at += f->k;
		} else if (BPF_CLASS(f->code) == BPF_JMP) {
			bool yes = BPF_OP(f->code) == BPF_JEQ ? a == k : BPF_OP(f->code) == BPF_JGT ? a > k :
				   BPF_OP(f->code) == BPF_JGE ? a >= k : a & k;

			at += yes ? f->jt : f->jf;
		} else {
			assert_int_equal(BPF_CLASS(f->code), BPF_RET);
			return BPF_RVAL(f->code) == BPF_A ? a : f->k;
		}
	}
	fail_msg("a program without an end");
	return 0;
}

/* The kernel's rule for two filters: the action that comes first wins; of equals the one installed last. */
static uint32_t run_both(const struct seccomp_layer *base, const struct seccomp_layer *rest,
			 const struct seccomp_data *data)
{
	uint32_t one = run(base, data), two = run(rest, data);

	return (int32_t)(one & SECCOMP_RET_ACTION_FULL) < (int32_t)(two & SECCOMP_RET_ACTION_FULL) ? one : two;
}

/* The list of seccomp-calls.h as one program. */
static void single_build(struct seccomp_layer *ret)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int file = memfd_create("single", MFD_CLOEXEC);

	assert_non_null(filter);
	assert_int_equal(seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS), 0);
	for (size_t i = 0; i < sizeof(seccomp_calls) / sizeof(seccomp_calls[0]); i++) {
		int call = seccomp_syscall_resolve_name(seccomp_calls[i]);

		if (call >= 0)
			assert_int_equal(seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0), 0);
	}
	assert_int_equal(seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
					  SCMP_A0(SCMP_CMP_MASKED_EQ, SECCOMP_NEW_NAMESPACES, 0)), 0);
	assert_int_equal(seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
					  SCMP_A0(SCMP_CMP_NE, AF_VSOCK)), 0);
	for (size_t i = 0; i < sizeof(seccomp_personalities) / sizeof(seccomp_personalities[0]); i++)
		assert_int_equal(seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(personality), 1,
						  SCMP_A0(SCMP_CMP_EQ, seccomp_personalities[i])), 0);
	assert_int_equal(seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0), 0);
	assert_int_equal(seccomp_export_bpf(filter, file), 0);
	ssize_t size = pread(file, ret->filter, sizeof(ret->filter), 0);

	assert_in_range(size, 1, sizeof(ret->filter) - 1);
	ret->count = (size_t)size / sizeof(ret->filter[0]);
	(void)close(file);
	seccomp_release(filter);
}

static struct seccomp_layer base, rest, single;

static int build(void **state)
{
	struct seccomp_facts facts;
	struct error err = {0};

	(void)state;
	if (seccomp_build(&base, &rest, &facts, &err) < 0)
		fail_msg("%s", err.text);
	single_build(&single);
	return 0;
}

static void assert_same(const struct seccomp_data *data)
{
	uint32_t one = run(&single, data), two = run_both(&base, &rest, data);

	if (one != two)
		fail_msg("call %d, architecture %#x, argument %#llx: one filter says %#x, the layers %#x", data->nr,
			 data->arch, (unsigned long long)data->args[0], one, two);
}

/* The arguments that a rule looks at, and their neighbours. */
static const uint64_t arguments[] = {
    0, 1, 2, 8, AF_VSOCK, 0x20000, 0x20008, 0x20009, 0xffffffff, 0x1ffffffff, 0x100000000, CLONE_NEWUSER, CLONE_NEWNS,
    CLONE_NEWNET, CLONE_NEWPID, CLONE_NEWCGROUP, CLONE_VM | CLONE_VFORK, CLONE_VM | CLONE_NEWUTS, ~0ull,
};

static void every_call_has_the_same_verdict(void **state)
{
	static const uint32_t architectures[] = {AUDIT_ARCH_X86_64, AUDIT_ARCH_I386, AUDIT_ARCH_AARCH64};
	size_t allowed = 0;

	(void)state;
	for (size_t k = 0; k < sizeof(architectures) / sizeof(architectures[0]); k++)
		for (uint32_t call = 0; call < 2 * CALLS_MAX; call++)
			for (size_t i = 0; i < sizeof(arguments) / sizeof(arguments[0]); i++) {
				struct seccomp_data data = {
				    .nr = (int)(call < CALLS_MAX ? call : X32_BIT | (call - CALLS_MAX)),
				    .arch = architectures[k],
				    .args = {arguments[i], arguments[i], arguments[i]},
				};

				assert_same(&data);
				allowed += run_both(&base, &rest, &data) == SECCOMP_RET_ALLOW;
			}
	assert_true(allowed > 200 * sizeof(arguments) / sizeof(arguments[0]));
}

static uint32_t verdict_of(const char *name, bool both)
{
	struct seccomp_data data = {.nr = seccomp_syscall_resolve_name(name), .arch = AUDIT_ARCH_X86_64};

	assert_true(data.nr >= 0);
	data.args[0] = CLONE_NEWNS;
	return both ? run_both(&base, &rest, &data) : run(&base, &data);
}

static void only_the_base_lets_a_container_be_made(void **state)
{
	static const char *const setup[] = {"fsopen", "fsconfig", "fsmount", "move_mount", "open_tree", "mount_setattr",
					    "pivot_root", "setns", "sethostname", "unshare"};

	(void)state;
	for (size_t i = 0; i < sizeof(setup) / sizeof(setup[0]); i++) {
		assert_int_equal(verdict_of(setup[i], false), SECCOMP_RET_ALLOW);
		assert_int_equal(verdict_of(setup[i], true), SECCOMP_RET_ERRNO | EPERM);
	}
	assert_int_equal(verdict_of("clone3", false), SECCOMP_RET_ALLOW);
	assert_int_equal(verdict_of("clone3", true), SECCOMP_RET_ERRNO | ENOSYS);
	assert_int_equal(verdict_of("bpf", false), SECCOMP_RET_ERRNO | EPERM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_call_has_the_same_verdict),
	    cmocka_unit_test(only_the_base_lets_a_container_be_made),
	};

	return cmocka_run_group_tests(tests, build, NULL);
}
