/* SPDX-License-Identifier: Apache-2.0 */
/* plan.json and host.json: everything about a run that is known before its first sample. */
#pragma once

#include "harness/measure/placement.h"
#include "harness/measure/session.h"
#include "harness/model/instance.h"

struct describe_run {
	const struct run *run;
	struct scenario *scenario;
	const struct plan *plan;
	const struct session_options *options;
	const bool *usable;	     /**< per subject */
	const char *const *reasons;  /**< why a subject is not */
	const uint64_t *first_use_ns; /**< time of each subject's prepare() */
	const char *payload_sha256;
};

struct json *describe_plan(const struct describe_run *described);
/** `storage`: where instances lie; `artifacts`: the folder of payload, root tree and guest. */
struct json *describe_host(const char *storage, const char *artifacts, const struct placement *placement);
