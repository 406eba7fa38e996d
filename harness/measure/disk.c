/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/measure/disk.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "harness/base/cleanup.h"
#include "harness/base/file.h"

void disk_sync(const char *path)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		(void)syncfs(fd);
}

void disk_weigh(const struct costs *costs, struct disk_reading *ret_reading)
{
	(void)snprintf(ret_reading->point, sizeof(ret_reading->point), "ready");
	for (size_t row = 0; row < DISK_ROW_COUNT; row++)
		ret_reading->rows[row].allocated_bytes = ret_reading->rows[row].apparent_bytes =
			ret_reading->rows[row].files_count = 0;
	for (size_t i = 0; i < costs->path_count; i++) {
		size_t row = (size_t)costs->paths[i].row;
		struct file_usage usage;

		if (row == DISK_INSTANCE)
			disk_sync(costs->paths[i].path);
		if (!file_exists(costs->paths[i].path) || file_usage(costs->paths[i].path, &usage, NULL) < 0) {
			ret_reading->rows[row].allocated_bytes = UNKNOWN;
			continue;
		}
		if (ret_reading->rows[row].allocated_bytes == UNKNOWN)
			continue;
		ret_reading->rows[row].allocated_bytes += (int64_t)usage.allocated_bytes;
		ret_reading->rows[row].apparent_bytes += (int64_t)usage.apparent_bytes;
		ret_reading->rows[row].files_count += (int64_t)usage.files;
	}
}
