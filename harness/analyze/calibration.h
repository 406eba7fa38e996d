/* SPDX-License-Identifier: Apache-2.0 */
/* The calibrations of a recording: the first one before the samples, the last one after them. */
#pragma once

#include "harness/model/recording.h"

/** The record "before" or "after"; NULL: the run has none (it was killed, or made by an earlier version). */
const struct json *calibration_find(const struct recording *recording, const char *when);
/** A number of it ("notify_ns.p50"); NAN: not known. */
double calibration_number(const struct recording *recording, const char *when, const char *path);
/** The control's median after the run over that before it; NAN: not both are known. */
double calibration_drift(const struct recording *recording);
/** `calibration` of report.json: {before, after, drift_ratio}; for json_add(). */
struct json *calibration_json(const struct recording *recording);
