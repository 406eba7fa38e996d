/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/model/finding.h"

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
