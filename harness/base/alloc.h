/* SPDX-License-Identifier: Apache-2.0 */
/* Allocation that cannot fail: a harness without memory for its own records has nothing to report. */
#pragma once

#include <stddef.h>

/** Zeroed memory for `count` things of `size` bytes; ends the process where there is none. */
void *alloc_zero(size_t count, size_t size);
/** Grows an array to `count` things of `size` bytes; ends the process where there is no memory. */
void *alloc_grow(void *old, size_t count, size_t size);
/** A copy of `text`; NULL stays NULL. */
char *alloc_text(const char *text);
/** A new string made as printf does. */
char *alloc_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
