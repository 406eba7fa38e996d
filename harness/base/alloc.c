/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/base/alloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *alloc_checked(void *memory)
{
	if (memory)
		return memory;
	(void)fputs("tare: out of memory\n", stderr);
	abort();
}

void *alloc_zero(size_t count, size_t size)
{
	return alloc_checked(calloc(count ? count : 1, size ? size : 1));
}

void *alloc_grow(void *old, size_t count, size_t size)
{
	return alloc_checked(reallocarray(old, count ? count : 1, size ? size : 1));
}

char *alloc_text(const char *text)
{
	return text ? alloc_checked(strdup(text)) : NULL;
}

char *alloc_format(const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	int length = vasprintf(&text, format, args);

	va_end(args);
	return alloc_checked(length < 0 ? NULL : text);
}
