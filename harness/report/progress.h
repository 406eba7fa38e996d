/* SPDX-License-Identifier: Apache-2.0 */
/* What a waiting person sees: one line that changes on a terminal, one plain line a block elsewhere. On
 * standard error. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
	bool quiet, terminal;
	size_t width; /**< of what stands on the terminal's line now */
};

/** One step of a run that has ended. Texts are trusted: names that were checked. */
struct progress_step {
	size_t done, total;
	uint64_t left_ns;
	const char *kind, *subject, *status;
	uint64_t block;
	bool failed, first_of_block;
};

void progress_init(struct progress *progress, bool quiet);
void progress_show(struct progress *progress, const struct progress_step *step);
/** A whole line of its own, above the changing one. */
void progress_note(struct progress *progress, const char *text);
/** Clears the changing line. */
void progress_end(struct progress *progress);
