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

/** Time on a clock, by the system call itself. */
static inline uint64_t syscall_clock_ns(clockid_t clock)
{
	struct timespec now;

	syscall_raw(SYS_clock_gettime, clock, (long)&now, 0);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
