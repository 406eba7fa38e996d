/* SPDX-License-Identifier: Apache-2.0 */
/* System calls without a C library: needed before it has started, when there is no errno yet. */
#pragma once

#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>

/** The kernel's answer: a result, or a negative errno. Arguments beyond the call's own are ignored. */
static inline long syscall_raw(long number, long a, long b, long c)
{
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c)
			 : "rcx", "r11", "memory");
	return result;
}

/** Fresh private memory; its address or a negative errno. */
static inline long syscall_mmap(long length)
{
	register long flags __asm__("r10") = 0x22; /* MAP_PRIVATE | MAP_ANONYMOUS */
	register long fd __asm__("r8") = -1;
	register long offset __asm__("r9") = 0;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(SYS_mmap), "D"(0), "S"(length), "d"(3), "r"(flags), "r"(fd), "r"(offset)
			 : "rcx", "r11", "memory");
	return result;
}

/** Time on a clock, by the system call itself. */
static inline uint64_t syscall_clock_ns(clockid_t clock)
{
	struct timespec now;

	syscall_raw(SYS_clock_gettime, clock, (long)&now, 0);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
