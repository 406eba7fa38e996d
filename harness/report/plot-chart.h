/* SPDX-License-Identifier: Apache-2.0 */
/* The charts, row by row as plot_table[], and what they share. */
#pragma once

#include "harness/report/plot-script.h"

/** Each fills its chart, and returns false where the analysis has no numbers for it. */
bool plot_startup(struct script *script, const struct analysis *analysis);
bool plot_ecdf(struct script *script, const struct analysis *analysis);
bool plot_waterfall(struct script *script, const struct analysis *analysis);
bool plot_memory(struct script *script, const struct analysis *analysis);
bool plot_ramp(struct script *script, const struct analysis *analysis);
bool plot_density(struct script *script, const struct analysis *analysis);
bool plot_layers(struct script *script, const struct analysis *analysis);
bool plot_distribution(struct script *script, const struct analysis *analysis);
bool plot_exec(struct script *script, const struct analysis *analysis);
bool plot_work(struct script *script, const struct analysis *analysis);
bool plot_cow(struct script *script, const struct analysis *analysis);
bool plot_amortised(struct script *script, const struct analysis *analysis);
bool plot_disk(struct script *script, const struct analysis *analysis);

#define PLOT_LATENCY "request_to_ready_ns" /* the metric of both charts of start-up times */
#define PLOT_NS_PER_MS 1e6

/** An axis of times in ms. */
struct plot_axis {
	double low, high;
	bool log, zero; /**< zero: it begins at 0 */
};

/** The axis for all finite values (0 to 1 where there is none); `warmup`: also those of warm-up blocks. */
struct plot_axis plot_latency_axis(const struct analysis *analysis, bool warmup);
void plot_axis_write(struct script *script, const struct plot_axis *axis);
/** 1, 2 or 5 times a power of ten: the next one above (`up`) or below. */
double plot_round(double value, bool up);
/** A sample of a warm-up block as a value in ms; NAN: it is not of this subject, or has no value. */
double plot_warmup_ms(const struct brief *sample, const char *subject);

/** A subject's start-up times; NULL: none was tried. */
const struct analysis_summary *plot_latency(const struct analysis *analysis, size_t subject);
#define PLOT_POINTS_MAX 2000 /**< of a subject: more can neither be told apart nor be read by a browser */
/** Each how-manyeth of `count` samples is drawn, so that there are not more: 1, all of them. */
size_t plot_step(size_t count);
/** Was any start-up tried. */
bool plot_latency_any(const struct analysis *analysis);
/** The note on n and the interval. */
void plot_latency_note(struct script *script, const struct analysis *analysis);
/** A row for each subject: its name, median, interval, and what went wrong. */
void plot_latency_rows(struct script *script, const struct analysis *analysis);

/** The names of rows, in lines, and their colours. Returns how many small characters fit into the plot. */
size_t plot_row_names(struct script *script, const struct analysis *analysis, const size_t *subjects,
		      size_t count);
/** "1 timed out, 2 failed"; "" where all was well. For free(). */
char *plot_trouble_text(const struct analysis_counts *counts);
