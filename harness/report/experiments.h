/* SPDX-License-Identifier: Apache-2.0 */
/* How each experiment is told: an object of report.json, and a section for people. One row each in experiments.c. */
#pragma once

#include "harness/analyze/analysis.h"
#include "harness/base/units.h"
#include "harness/report/page.h"

/** "experiments" of report.json: by name, those that the recording has. */
struct json *json_of_experiments(const struct analysis *analysis);
/** Of each experiment what it found; nothing where there was none. */
void section_experiments(struct page *page, const struct analysis *analysis);

/** Figures of one number: {n, median, ci, min, max}; null where none is known. */
struct json *json_of_stats(const struct stats_summary *stats);

/** Adds a cell with the median; an empty one where none is known. */
void table_add_median(struct table *table, enum units units, const struct stats_summary *stats);

struct json *json_of_memory(const struct analysis *analysis);
void section_memory(struct page *page, const struct analysis *analysis);
struct json *json_of_density(const struct analysis *analysis);
void section_density(struct page *page, const struct analysis *analysis);
struct json *json_of_limit(const struct analysis *analysis);
void section_limit(struct page *page, const struct analysis *analysis);
struct json *json_of_touch(const struct analysis *analysis);
void section_touch(struct page *page, const struct analysis *analysis);
struct json *json_of_layers(const struct analysis *analysis);
void section_layers(struct page *page, const struct analysis *analysis);
struct json *json_of_exec(const struct analysis *analysis);
void section_exec(struct page *page, const struct analysis *analysis);
struct json *json_of_distribution(const struct analysis *analysis);
void section_distribution(struct page *page, const struct analysis *analysis);
struct json *json_of_disk(const struct analysis *analysis);
void section_disk(struct page *page, const struct analysis *analysis);
struct json *json_of_work(const struct analysis *analysis);
void section_work(struct page *page, const struct analysis *analysis);
/** After how much life the start-up no longer counts: a part of what `work` tells. */
struct json *json_of_break_even(const struct analysis *analysis);
void section_break_even(struct page *page, const struct analysis *analysis);
struct json *json_of_cow(const struct analysis *analysis);
void section_cow(struct page *page, const struct analysis *analysis);
