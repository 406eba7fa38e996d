/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/keeper/clone.h"

#include <linux/futex.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/syscall.h>

#include "harness/keeper/raw.h"

/* The child must not return through the caller's frames: it starts on its own stack and leaves by exit. */
static long clone_call(const struct clone_args *args, int (*child)(void *data), void *data)
{
#if defined(__x86_64__)
	register long result __asm__("rax") = SYS_clone3;
	register void *child_data __asm__("r8") = data;

	__asm__ volatile("syscall\n\t"
			 "test %%eax, %%eax\n\t"
			 "jnz 1f\n\t"
			 "xor %%ebp, %%ebp\n\t"
			 "mov %%r8, %%rdi\n\t"
			 "call *%%rdx\n\t"
			 "mov %%eax, %%edi\n\t"
			 "mov %[exit], %%eax\n\t"
			 "syscall\n\t"
			 "hlt\n"
			 "1:"
			 : "+a"(result)
			 : "D"(args), "S"(sizeof(*args)), "d"(child), "r"(child_data), [exit] "i"(SYS_exit)
			 : "rcx", "r11", "memory", "cc");
	return result;
#else
#error "tare's keeper knows clone3 with a child stack on x86-64 only"
#endif
}

pid_t clone_begin(struct clone_room *room, uint64_t flags, int cgroup, int (*child)(void *data), void *data,
		  int *ret_pidfd)
{
	struct clone_args args = {
	    .flags = flags | CLONE_VM | CLONE_PIDFD | CLONE_CLEAR_SIGHAND | CLONE_CHILD_CLEARTID,
	    .pidfd = (uint64_t)(uintptr_t)ret_pidfd,
	    .child_tid = (uint64_t)(uintptr_t)&room->alive,
	    .exit_signal = flags & CLONE_PARENT ? 0 : SIGCHLD,
	    .stack = (uint64_t)(uintptr_t)room->stack,
	    .stack_size = sizeof(room->stack),
	};

	room->alive = 1;
	if (flags & CLONE_INTO_CGROUP)
		args.cgroup = (uint64_t)cgroup;
	return (pid_t)clone_call(&args, child, data);
}

/* The kernel's wake-up is one for futexes that processes share. */
void clone_wait(struct clone_room *room, uint32_t alive)
{
	while (__atomic_load_n(&room->alive, __ATOMIC_ACQUIRE) == alive)
		(void)raw_call(SYS_futex, (long)(uintptr_t)&room->alive, FUTEX_WAIT, (long)alive, 0);
}

pid_t clone_run(uint64_t flags, int cgroup, int (*child)(void *data), void *data, int *ret_pidfd)
{
	static struct clone_room room;

	return clone_begin(&room, flags | CLONE_VFORK, cgroup, child, data, ret_pidfd);
}
