/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of the reports that people read, on a terminal, in Markdown and in HTML: sections.c has the one table of
 * which stands where, in what order. Each prints nothing where it has nothing.
 */
#pragma once

#include "harness/analyze/analysis.h"
#include "harness/base/units.h"
#include "harness/report/page.h"

/** What was run, when and on what. */
void section_head(struct page *page, const struct analysis *analysis);
/** The claims that were measured, with their verdicts; on a terminal also those that were not. */
void section_claims(struct page *page, const struct analysis *analysis);
/** The others, with what it takes to measure them. */
void section_claims_open(struct page *page, const struct analysis *analysis);
/** A line where so many blocks are too few for a verdict on any of so many comparisons, however large a difference. */
void note_too_few(struct page *page, size_t blocks, size_t tests);
/** For each headline metric: the subjects, then how they compare. On a terminal at most SECTION_ROWS_MAX of each. */
void section_numbers(struct page *page, const struct analysis *analysis);
/** Why the run ended where it did, if it was to end when its numbers are precise. */
void section_stopping(struct page *page, const struct analysis *analysis);
/** What was done before the clock ran, and what it costs to do it again. */
void section_ahead(struct page *page, const struct analysis *analysis);
/** How often one subject under two names is called different; where the run has one. */
void section_alarms(struct page *page, const struct analysis *analysis);
/** The smallest effect that the blocks can show, and the noise floor. */
void section_resolution(struct page *page, const struct analysis *analysis);
/** Slow samples, with hints at their causes. */
void section_slow(struct page *page, const struct analysis *analysis);
/** Facts that differ between subjects. */
void section_unequal(struct page *page, const struct analysis *analysis);
/** Flags that triggered, what the doctor found; in Markdown also those that did not. */
void section_flags(struct page *page, const struct analysis *analysis);
/** Samples that failed, were skipped, invalid or left something behind. */
void section_failures(struct page *page, const struct analysis *analysis);

/** The charts that the analysis has numbers for. */
void section_charts(struct page *page, const struct analysis *analysis);
/** One chart on an HTML page: the SVG from the run's folder, and its numbers as tables. */
void chart_html(struct page *page, const struct analysis *analysis, size_t which);
/** Where the time of a start-up goes, in words. */
void section_parts(struct page *page, const struct analysis *analysis);
/** Phases of the start-up, for each subject. */
void section_phases(struct page *page, const struct analysis *analysis);
/** Memory by every lens, and the rows of the disk table. */
void section_weights(struct page *page, const struct analysis *analysis);
/** What the instruments were worth before and after the run. */
void section_calibration(struct page *page, const struct analysis *analysis);
/** How long it takes to stop each subject. */
void section_stop(struct page *page, const struct analysis *analysis);
/** Which CPU does what. */
void section_placement(struct page *page, const struct analysis *analysis);
void section_doctor(struct page *page, const struct analysis *analysis);
void section_host(struct page *page, const struct analysis *analysis);
/** How each number is defined, with the rule of the method. */
void section_definitions(struct page *page, const struct analysis *analysis);
/** Every sample, one a row (the first SECTION_SAMPLES_MAX of them). */
void section_samples(struct page *page, const struct analysis *analysis);
/** The commands that repeat the run. */
void section_repeat(struct page *page, const struct analysis *analysis);

/** All that stand on a page of this style, in order. */
void sections_print(struct page *page, const struct analysis *analysis);

#define SECTION_ROWS_MAX 30
#define SECTION_SAMPLES_MAX 3000

/** "tare NAME: TITLE", of the scenario that was run, or as much of it as there is. @return to be freed. */
char *section_title(const struct json *plan);

/** What the page shows of the unit of a metric. */
enum units section_units(const struct metric *metric);
