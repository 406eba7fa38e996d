/* SPDX-License-Identifier: Apache-2.0 */
/* What tare compare prints. Every text is for free(). */
#pragma once

#include "harness/analyze/versus.h"

/** How the sides are called: what the user gave. */
struct versus_names {
	const char *a, *b;
};

/** A table for a terminal (80 columns). `all`: also what is no headline metric. */
char *versus_text(const struct versus *versus, const struct versus_names *names, bool all);
/** The same as Markdown, for a comment on a change. */
char *versus_markdown(const struct versus *versus, const struct versus_names *names, bool all);
/** Everything: {"a", "b", "comparable", "forced", "threshold_ratio", "differences": [], "rows": [],
 * "regressions_count",
 * ...}. */
char *versus_json(const struct versus *versus, const struct versus_names *names, bool all);
