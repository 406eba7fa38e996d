/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scope-bound release. A variable with one of these attributes is initialised where it is declared
 * (descriptors with -1, pointers with NULL) and handed on with steal_fd() or steal_ptr().
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_free_ptr(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

static inline void cleanup_fclose_file(FILE **file)
{
	if (*file)
		(void)fclose(*file);
}

#define cleanup_free __attribute__((cleanup(cleanup_free_ptr)))
#define cleanup_close __attribute__((cleanup(cleanup_close_fd)))
#define cleanup_fclose __attribute__((cleanup(cleanup_fclose_file)))

/** Takes the value out of `*fd`, so that its cleanup does nothing. */
static inline int steal_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

/** Takes the pointer out of its variable, so that its cleanup does nothing. */
#define steal_ptr(p)                                                                               \
	({                                                                                         \
		__typeof__(p) taken_ = (p);                                                        \
		(p) = NULL;                                                                        \
		taken_;                                                                            \
	})
