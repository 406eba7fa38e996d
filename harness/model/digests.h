/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Was a recording changed after its run? A file of digests beside it, as sha256sum writes and checks it. It guards
 * against accidents (an edited line, half a copy), not against fraud: who edits the journal can edit this too.
 */
#pragma once

#include "harness/base/error.h"

#define DIGESTS_FILE "journal.sha256"

/** Writes the digests of plan.json, host.json and samples.jsonl of a run that has ended. */
int digests_write(const char *folder, struct error *err);
/** The names of the files that are not as they were, with ", " between; "" all are; "no digests". For free(). */
char *digests_check(const char *folder);
