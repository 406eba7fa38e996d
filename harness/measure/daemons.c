/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/measure/daemons.h"

#include <stdio.h>

#include "harness/base/file.h"
#include "harness/model/sample.h"

int64_t daemons_pss_bytes(const struct subject *subject)
{
	int64_t total = 0;

	for (size_t i = 0; i < subject->daemon_count; i++) {
		char path[64];
		uint64_t kib;

		(void)snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", subject->daemons[i]);
		if (file_read_field(path, "Pss", &kib, NULL) < 0)
			return UNKNOWN;
		total += (int64_t)kib * 1024;
	}
	return subject->daemon_count ? total : UNKNOWN;
}
