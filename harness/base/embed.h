/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that are part of the program, so that nothing has to be found at run time. The assembler takes the file in,
 * ended by NUL. Paths are from the repo's root, as those of includes. Declare it as `extern const char SYMBOL[]`.
 */
#pragma once

#define EMBED(symbol, path)                                                                             \
	__asm__(".pushsection .rodata\n"                                                                \
		".global " #symbol "\n"                                                                 \
		".type " #symbol ", @object\n" #symbol ":\n"                                            \
		".incbin \"" path "\"\n"                                                                \
		".byte 0\n"                                                                             \
		".size " #symbol ", . - " #symbol "\n"                                                  \
		".popsection\n")
