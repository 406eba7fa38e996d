/* SPDX-License-Identifier: Apache-2.0 */
/* Are two recordings comparable (method 5.8)? What is not the same in their hosts, methods and subjects. */
#pragma once

#include <stdbool.h>

#include "harness/analyze/analysis.h"

/** What a difference is about, and so whether numbers may still be held against each other. */
enum difference_kind {
	DIFFERENCE_METHOD,  /**< how is measured: the numbers are not of one kind */
	DIFFERENCE_HOST,    /**< the machine: only what is divided by a control can be compared */
	DIFFERENCE_SUBJECT, /**< what was asked for, or how it was set up */
	DIFFERENCE_NOTE,    /**< what may be the very thing under test: an engine's or tare's version; another
			       boot */
};

struct difference {
	enum difference_kind kind;
	const char *subject; /**< whose; NULL: the run's */
	char what[96];	     /**< JSON path: "host.cpu.model" */
	char *a, *b;	     /**< as JSON; "not recorded" */
};

struct differences {
	struct difference *rows;
	size_t count;
};

/** Adds what differs between two runs: method, host, artefacts, versions. Nothing for one and the same
 * recording. */
void differences_of_runs(const struct recording *a, const struct recording *b,
			 struct differences *differences);
/** Adds what differs between two subjects. `same`: meant to be the same one; else only what no comparison may
 * mix. */
void differences_of_subjects(const struct analysis_subject *a, const struct analysis_subject *b, bool same,
			     struct differences *differences);
/** Is there one of this kind? */
bool differences_have(const struct differences *differences, enum difference_kind kind);
/** "method", "host", "subject" or "note". */
const char *difference_kind_name(enum difference_kind kind);
void differences_release(struct differences *differences);
