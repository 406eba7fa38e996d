/* SPDX-License-Identifier: Apache-2.0 */
/* Is a file a program that runs by itself: without an interpreter, and for this kind of CPU? */
#pragma once

#include <stddef.h>

#include "harness/base/error.h"

/**
 * 0: an executable file that is a static program (or a static PIE) for this machine. Else error_input(), with what the
 * file is and what would be right; the text begins with the path. A file that is cut off or lies is an error too.
 */
int elf_check_static(const char *path, struct error *err);
/** The same for a program that may be dynamic: its interpreter's path into the buffer, "" for a static one. */
int elf_check_program(const char *path, char *interpreter, size_t size, struct error *err);
