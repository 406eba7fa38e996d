/* SPDX-License-Identifier: Apache-2.0 */
/* What the host is short of: for how long something waited for a resource (PSI, "some", total). */
#pragma once

#include <stdint.h>

/** Each with the name of its file in /proc/pressure and the key of its time. */
#define HOSTLOAD_RESOURCES(X)                                                                           \
	X(CPU, "cpu", "waited_cpu_ns")                                                                  \
	X(IO, "io", "waited_io_ns")                                                                     \
	X(MEMORY, "memory", "waited_memory_ns")

enum hostload_resource {
#define HOSTLOAD_ENUM(id, name, key) HOSTLOAD_##id,
	HOSTLOAD_RESOURCES(HOSTLOAD_ENUM)
#undef HOSTLOAD_ENUM
	HOSTLOAD_COUNT
};

/** In ns since boot; UNKNOWN (model/sample.h) where the kernel does not say. */
struct hostload {
	int64_t waited_ns[HOSTLOAD_COUNT];
};

/** Of one. */
int64_t hostload_waited_ns(enum hostload_resource which);
void hostload_read(struct hostload *ret_load);
/** UNKNOWN where one of the two is. */
int64_t hostload_difference(const struct hostload *before, const struct hostload *now, enum hostload_resource which);
const char *hostload_key(enum hostload_resource which);
