/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first instruction of the program: it reads the time stamp counter, then lets ready.c say
 * "ready", and only then goes to the C library's own start with everything as the kernel left it.
 */
#ifndef __x86_64__
#error "the payload drives x86 I/O ports and reads the TSC: build it for x86-64"
#endif

	.text
	.globl	payload_entry
	.type	payload_entry, @function
payload_entry:
	rdtsc
	shl	$32, %rdx
	or	%rdx, %rax
	mov	%rsp, %rbx		/* argc, argv and environment; rbx survives the call */
	mov	%rsp, %rdi
	mov	%rax, %rsi
	xor	%ebp, %ebp
	and	$-16, %rsp
	call	ready_enter
	mov	%rbx, %rsp
	xor	%edx, %edx		/* no function to run at exit: the program is static */
	jmp	_start
	.size	payload_entry, . - payload_entry

	.section .note.GNU-stack, "", @progbits
