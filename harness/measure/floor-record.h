/* SPDX-License-Identifier: Apache-2.0 */
/* The noise floor that `tare doctor --deep` measured, kept beside the runs so that later ones carry it. */
#pragma once

#include "harness/base/error.h"
#include "harness/base/json.h"

/** Keeps it (floors_record()) for this host, in place of an older one. */
int floor_remember(const struct json *record, struct error *err);
/** The one of this host (`host`: with its fingerprint_sha256) and of this method; NULL: there is none. */
struct json *floor_recall(const struct json *host);
/** Where it is kept; for free(). */
char *floor_path(void);
