/* SPDX-License-Identifier: Apache-2.0 */
/* System calls without a C library: needed before it has started, when there is no errno yet. */
#pragma once

#include <sys/syscall.h>

/** The kernel's answer: a result, or a negative errno. Arguments beyond the call's own are ignored. */
static inline long syscall_raw(long number, long a, long b, long c)
{
	long result;

	__asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
	return result;
}
