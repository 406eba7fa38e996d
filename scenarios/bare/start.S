/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a guest without an operating system begins: QEMU finds the address in a note of the ELF file (the PVH boot
 * protocol), and its firmware jumps there in 32-bit protected mode, flat, with interrupts off. The first instruction
 * reads the time stamp counter; then two MiB of memory are mapped one to one, which 64-bit mode asks for. No SSE, no
 * `popcnt`, no `int3`: a KVM in software runs it too.
 */
	.section .note.Xen, "a", @note
	.balign	4
	.long	4			/* length of the name */
	.long	8			/* of the address: QEMU reads eight bytes */
	.long	18			/* XEN_ELFNOTE_PHYS32_ENTRY */
	.asciz	"Xen"
	.quad	bare_entry

	.section .text.entry, "ax", @progbits
	.code32
	.globl	bare_entry
	.type	bare_entry, @function
bare_entry:
	rdtsc
	mov	%eax, %esi		/* kept until the call */
	mov	%edx, %edi
	movl	$tables + 0x1003, tables
	movl	$tables + 0x2003, tables + 0x1000
	movl	$0x83, tables + 0x2000	/* present, writable, 2 MiB from 0 on */
	mov	$tables, %eax
	mov	%eax, %cr3
	mov	%cr4, %eax
	or	$0x20, %eax		/* PAE */
	mov	%eax, %cr4
	mov	$0xc0000080, %ecx	/* EFER: long mode */
	rdmsr
	or	$0x100, %eax
	wrmsr
	mov	%cr0, %eax
	or	$0x80000001, %eax	/* paging */
	mov	%eax, %cr0
	lgdt	descriptors_place
	ljmp	$8, $bare_long
	.size	bare_entry, . - bare_entry

	.code64
	.type	bare_long, @function
bare_long:
	mov	$16, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	mov	$stack_end, %esp
	mov	%esi, %eax		/* also clears the upper halves */
	mov	%edi, %edi
	shl	$32, %rdi
	or	%rax, %rdi
	xor	%ebp, %ebp
	call	bare_main

	/* Ends the guest: without a table of interrupts the first one resets the machine. */
	.globl	bare_reset
	.type	bare_reset, @function
bare_reset:
	lidt	no_interrupts
	ud2
	.size	bare_reset, . - bare_reset

	.section .rodata, "a", @progbits
	.balign	8
descriptors:
	.quad	0
	.quad	0x00af9b000000ffff	/* 8: code, 64 bits */
	.quad	0x00cf93000000ffff	/* 16: data */
descriptors_place:
	.word	descriptors_place - descriptors - 1
	.long	descriptors
no_interrupts:
	.word	0
	.quad	0

	.bss
	.balign	4096
tables:
	.skip	3 * 4096
	.skip	4096
stack_end:

	.section .note.GNU-stack, "", @progbits
