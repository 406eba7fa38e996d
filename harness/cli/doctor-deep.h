/* SPDX-License-Identifier: Apache-2.0 */
/* The part of the doctor that measures: what this host calls different between one subject and itself. */
#pragma once

#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/model/finding.h"

/** What came of it. */
struct deep {
	struct finding finding; /**< D-SELF */
	struct json *floor;	/**< floors_record(): kept for later runs too */
	struct json *alarms;	/**< as in report.json */
};

/**
 * Runs the scenario `aa` (about a minute) with its report in a new folder, judges it, and keeps the noise floor. The
 * result's parts are for json_free(). Errors as session_run(); where it was interrupted nothing is kept (-EINTR).
 */
int deep_run(bool quiet, struct deep *ret, struct error *err);
/** The floor of each metric, the smallest effect in 10, 30 and 60 blocks, and how many blocks 5 % takes. */
void deep_print(const struct deep *deep);
