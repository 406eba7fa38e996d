/* SPDX-License-Identifier: Apache-2.0 */
/* When a run ends before its plan does: it has been precise, or long, enough (method 5.6). */
#pragma once

#include "harness/measure/session-internal.h"

/** After a step, done now or before: where a block of latency is complete, is it time to look, and is it enough? */
int session_look(struct session *s, size_t index, struct error *err);
/** Is the step not to be done as its kind of blocks is over, by precision or by budget? */
bool session_over(struct session *s, size_t index);
/** Why the run ended, where nothing interrupted it. */
const char *session_stop_reason(const struct session *s);
/** "precision" of the end record: {target_ratio, blocks, widest_ratio, of, met}; nothing where none was asked for. */
void session_stop_json(const struct session *s, struct json *end);
