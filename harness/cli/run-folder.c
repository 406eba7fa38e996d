/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/cli/run-folder.h"

#include <stdint.h>
#include <sys/random.h>
#include <time.h>

#include "harness/base/alloc.h"
#include "harness/base/places.h"

char *run_folder_new(const char *name)
{
	time_t now = time(NULL);
	struct tm utc;
	char stamp[32];
	uint16_t id = 0;

	(void)gmtime_r(&now, &utc);
	(void)strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &utc);
	(void)!getrandom(&id, sizeof(id), 0);
	return alloc_format("%s/%s-%s-%04x", places_runs(), stamp, name, id);
}
