/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/model/runtime.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const struct runtime *runtime_find(const char *name)
{
	for (size_t i = 0; runtimes[i]; i++)
		if (!strcmp(runtimes[i]->name, name))
			return runtimes[i];
	return NULL;
}

const struct runtime_option *runtime_option_find(const struct runtime *runtime, const char *name)
{
	for (const struct runtime_option *o = runtime->options; o && o->name; o++)
		if (!strcmp(o->name, name))
			return o;
	return NULL;
}

const char *runtime_kind_name(enum runtime_kind kind)
{
	static const char *const names[] = {
		[RUNTIME_PROCESS] = "process",
		[RUNTIME_CONTAINER] = "container",
		[RUNTIME_VM] = "vm",
		[RUNTIME_MOCK] = "mock",
	};

	return names[kind];
}
