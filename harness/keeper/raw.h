/* SPDX-License-Identifier: Apache-2.0 */
/* System calls that leave errno alone: for a starter while a child that shares its memory, and so its errno, runs. */
#pragma once

/** The result as the kernel gives it: a negative errno where it failed. */
static inline long raw_call(long number, long a, long b, long c, long d)
{
#if defined(__x86_64__)
	register long fourth __asm__("r10") = d;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "0"(number), "D"(a), "S"(b), "d"(c), "r"(fourth)
			 : "rcx", "r11", "memory");
	return result;
#else
#error "tare's keeper makes system calls of its own on x86-64 only"
#endif
}
