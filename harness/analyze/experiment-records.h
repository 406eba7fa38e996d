/* SPDX-License-Identifier: Apache-2.0 */
/* Reading back what experiments wrote: only the records that count. For analyze/experiment-*.c. */
#pragma once

#include "harness/analyze/analysis.h"

/**
 * The record after `record` (NULL: the first) of this experiment; NULL: there is none. Left out are warm-up turns,
 * those of subjects that the plan does not have, and a turn that was taken again by a resumed run.
 */
const struct json *experiment_next(const struct analysis *analysis, const char *experiment, const struct json *record);
/** Figures about one number of all records that `matches` wants (n = 0: not known in any). */
struct stats_summary experiment_stats(const struct analysis *analysis, const char *experiment, const char *key,
				      bool (*matches)(const struct json *record, const void *data), const void *data);
/** The subject that it is of. */
size_t experiment_subject(const struct analysis *analysis, const struct json *record);
/** Is the record of what `what` says? */
bool experiment_is(const struct json *record, const char *what);
/** A number of it; NAN: not known. */
double experiment_value(const struct json *record, const char *key);
/** The turns of this experiment that its subject took, as samples: how they ended. NULL at the end. */
const struct brief *experiment_turn(const struct analysis_subject *subject, size_t *at);
