/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/measure/hostload.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/file.h"
#include "harness/model/sample.h"

#define TOTAL " total="

static const struct {
	const char *path, *key;
} rows[] = {
#define HOSTLOAD_ROW(id, name, key) {"/proc/pressure/" name, key},
	HOSTLOAD_RESOURCES(HOSTLOAD_ROW)
#undef HOSTLOAD_ROW
};

int64_t hostload_waited_ns(enum hostload_resource which)
{
	char line[256];
	const char *total = NULL;

	if (!file_read_line(rows[which].path, line, sizeof(line), NULL) && !strncmp(line, "some ", 5))
		total = strstr(line, TOTAL);
	return total ? strtoll(total + strlen(TOTAL), NULL, 10) * 1000 : UNKNOWN;
}

void hostload_read(struct hostload *ret_load)
{
	for (size_t i = 0; i < HOSTLOAD_COUNT; i++)
		ret_load->waited_ns[i] = hostload_waited_ns((enum hostload_resource)i);
}

int64_t hostload_difference(const struct hostload *before, const struct hostload *now, enum hostload_resource which)
{
	return before->waited_ns[which] == UNKNOWN || now->waited_ns[which] == UNKNOWN
		       ? UNKNOWN
		       : now->waited_ns[which] - before->waited_ns[which];
}

const char *hostload_key(enum hostload_resource which)
{
	return rows[which].key;
}
