/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/measure/device-bytes.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "harness/base/file.h"

#define SECTOR 512 /* of these counters, whatever the device has */

struct device_bytes device_bytes_of(const char *path)
{
	struct device_bytes bytes = {UNKNOWN, UNKNOWN};
	char counters[64], line[256];
	struct stat st;
	uint64_t read, written;

	if (stat(path, &st) < 0)
		return bytes;
	(void)snprintf(counters, sizeof(counters), "/sys/dev/block/%u:%u/stat", major(st.st_dev), minor(st.st_dev));
	if (file_read_line(counters, line, sizeof(line), NULL) < 0 ||
	    sscanf(line, "%*u %*u %" SCNu64 " %*u %*u %*u %" SCNu64, &read, &written) != 2)
		return bytes;
	return (struct device_bytes){(int64_t)read * SECTOR, (int64_t)written * SECTOR};
}

static int64_t since(int64_t before, int64_t after)
{
	return before == UNKNOWN || after == UNKNOWN ? UNKNOWN : after - before;
}

struct device_bytes device_bytes_since(const struct device_bytes *before, const struct device_bytes *after)
{
	return (struct device_bytes){since(before->read, after->read), since(before->written, after->written)};
}
