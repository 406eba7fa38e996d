/* SPDX-License-Identifier: Apache-2.0 */
/* What a waiting person sees: one line that changes on a terminal, one plain line a block elsewhere. On
 * standard error. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/units.h"

/** What was measured so far for one subject in one kind of block. */
struct progress_values {
	char name[80];
	double *values;
	size_t count;
};

struct progress {
	bool quiet, terminal;
	size_t width; /**< of what stands on the terminal's line now */
	size_t done, total; /**< of the step that was shown last */
	struct progress_values *subjects;
	size_t subject_count;
};

/** One step of a run that has ended. Texts are trusted: names that were checked. */
struct progress_step {
	size_t done, total;
	uint64_t left_ns;
	const char *kind, *subject, *status;
	uint64_t block;
	enum units units;
	double value; /**< what was measured, in these units; NAN: nothing */
	bool failed, first_of_block;
};

void progress_init(struct progress *progress, bool quiet);
void progress_show(struct progress *progress, const struct progress_step *step);
/** Within a long step: how many things it has measured, the newest's kind. Only on a terminal. */
void progress_within(struct progress *progress, const char *subject, const char *what, size_t count);
/** A whole line of its own, above the changing one. */
void progress_note(struct progress *progress, const char *text);
/** Clears the changing line, and forgets what was measured. */
void progress_end(struct progress *progress);
