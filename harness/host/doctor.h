/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Host fidelity checks (method section 6): what about this host bends the numbers, and what can be done about
 * it. A check is a pure function of the facts, so a recorded host can be judged as well. Nothing is ever
 * changed. Not here, since they take an experiment: D-GUEST, D-ENG, D-LAUNCH, D-SELF.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "harness/base/json.h"
#include "harness/model/finding.h"

#define DOCTOR_FINDINGS_MAX 40

struct doctor_options {
	const char *storage_path; /**< where instances and results will lie */
	const struct json *facts; /**< judge these (facts_collect(), borrowed); NULL: collect them */
};

/**
 * Fills `ret` with one finding per check, in the order of method section 6; returns how many (never more than
 * `room`; DOCTOR_FINDINGS_MAX is enough). What a fact does not tell is INFO with the value "unknown".
 */
size_t doctor_run(const struct doctor_options *options, struct finding *ret, size_t room);
/** `host.doctor` of the report: an array of {id, level ("OK", "INFO", "WARN", "FAIL"), value, message,
 * remedy}. */
struct json *doctor_json(const struct finding *findings, size_t count);
/** The whole `host` object of a report: facts_collect() with doctor[] in it. */
struct json *doctor_host_json(const char *storage_path);
/** True if the remedy is a line for a shell (it starts with "sudo "), false if it is advice. */
bool doctor_remedy_is_command(const struct finding *finding);
