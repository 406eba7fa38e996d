/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/base/clock.h"

bool log_enabled(void)
{
	static int state = -1;

	if (state < 0)
		state = getenv("TARE_DEBUG") != NULL;
	return state == 1;
}

void log_debug(const char *format, ...)
{
	char line[1024];
	va_list args;

	if (!log_enabled())
		return;
	va_start(args, format);
	(void)vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	uint64_t now = clock_now_ns();

	(void)fprintf(stderr, "tare debug %llu.%06llu: %s\n", (unsigned long long)(now / 1000000000u),
		      (unsigned long long)(now % 1000000000u / 1000), line);
}
