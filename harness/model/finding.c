/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/model/finding.h"

#include <stdio.h>

const char *finding_level_name(enum finding_level level)
{
	static const char *const names[] = {
		[FINDING_OK] = "ok",
		[FINDING_INFO] = "info",
		[FINDING_WARN] = "warn",
		[FINDING_FAIL] = "fail",
	};

	return names[level];
}

void finding_say(struct finding *finding, enum finding_level level, const char *value, const char *reason,
		 const char *remedy)
{
	finding->level = level;
	(void)snprintf(finding->value, sizeof(finding->value), "%s", value);
	(void)snprintf(finding->reason, sizeof(finding->reason), "%s", reason);
	(void)snprintf(finding->remedy, sizeof(finding->remedy), "%s", remedy);
}
