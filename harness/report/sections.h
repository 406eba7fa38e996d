/* SPDX-License-Identifier: Apache-2.0 */
/* The parts that the terminal's summary and the Markdown report share. Each prints nothing where it has nothing. */
#pragma once

#include "harness/analyze/analysis.h"
#include "harness/base/units.h"
#include "harness/report/page.h"

/** What was run, when and on what. */
void section_head(struct page *page, const struct analysis *analysis);
/** The claims that were measured with their verdicts, then those that were not. */
void section_claims(struct page *page, const struct analysis *analysis);
/** For each headline metric: the subjects, then how they compare. On a terminal at most SECTION_ROWS_MAX of each. */
void section_numbers(struct page *page, const struct analysis *analysis);
/** Facts that differ between subjects. */
void section_unequal(struct page *page, const struct analysis *analysis);
/** Flags that triggered, what the doctor found; in Markdown also those that did not. */
void section_flags(struct page *page, const struct analysis *analysis);
/** Samples that failed, were skipped, invalid or left something behind. */
void section_failures(struct page *page, const struct analysis *analysis);

#define SECTION_ROWS_MAX 30

/** What the page shows of the unit of a metric. */
enum units section_units(const struct metric *metric);
