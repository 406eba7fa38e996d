/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/model/event-stamp.h"

#include <string.h>

#define EARLY_NS_MAX INT64_C(10000000000)
#define LATE_NS_MAX INT64_C(1000000000000000) /* eleven days */

bool event_stamp_valid(enum event_id id, int64_t t_ns, int64_t err_ns)
{
	return err_ns >= 0 && t_ns >= -EARLY_NS_MAX && t_ns <= LATE_NS_MAX && !(id == EVENT_READY_OBS && t_ns < 0);
}

/* Sources are compared and printed, never freed. */
const char *event_stamp_source(const char *text)
{
	static const char *const known_sources[] = {"harness", "keeper", "payload", "accept", "qmp_resume",
						    "libvirt", "pidfd",	 "mock",    "guest",
						    "guest_tsc", "guest_boottime", "kmsg",
						    "engine", "file"};

	for (size_t i = 0; i < sizeof(known_sources) / sizeof(known_sources[0]); i++)
		if (!strcmp(known_sources[i], text))
			return known_sources[i];
	return "other";
}
