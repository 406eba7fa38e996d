/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/model/tool.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct tool tools[] = {
	{"fio", "fio", {{"read: IOPS=", "read_iops", "1/s"}, {"write: IOPS=", "write_iops", "1/s"}}},
	{"sysbench",
	 "sysbench",
	 {{"events per second:", "events_per_second", "1/s"},
	  {"total time:", "total_time", "s"},
	  {"transferred (", "transferred", "MiB/s"}}},
};

const struct tool *tool_find(const char *name)
{
	for (size_t i = 0; i < sizeof(tools) / sizeof(tools[0]); i++)
		if (!strcmp(tools[i].name, name))
			return &tools[i];
	return NULL;
}

bool tool_number_in(const struct tool_number *number, const char *line, double *ret_value)
{
	const char *at = number->after ? strstr(line, number->after) : NULL;
	char *end;

	if (!at)
		return false;
	at += strlen(number->after);
	*ret_value = strtod(at, &end);
	if (end == at || !isfinite(*ret_value))
		return false;
	*ret_value *= *end == 'k' ? 1e3 : *end == 'M' ? 1e6 : 1;
	return true;
}
