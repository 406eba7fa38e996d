/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Charts. Each is a gnuplot script and its numbers, which stay beside the pictures so that both can be
 * edited (FOLDER/plots/NAME.gp, NAME.dat), drawn by gnuplot as NAME.svg, NAME.png, NAME.pdf. The same
 * recording gives the same bytes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "harness/analyze/analysis.h"
#include "harness/base/error.h"

#define PLOT_FOLDER "plots"
#define PLOT_SUBJECTS_MAX 40 /* more are no chart that anybody reads, and too high for a picture */

/** One chart that tare can draw. */
struct plot {
	const char *name;  /**< file name without its end: "startup" */
	const char *title; /**< what it shows, for a heading or an alternative text */
	const char *needs; /**< what a recording must hold for it */
};

extern const struct plot plot_table[];
extern const size_t plot_count;

/** Refuses what plot_all() would refuse, before anything was measured. */
int plot_check_formats(const char *formats, struct error *err);
/** Has the analysis numbers for this row of plot_table[]? */
bool plot_has(const struct analysis *analysis, size_t which);
/** The chart's numbers as its .dat file has them, for free(); NULL: there are none. */
char *plot_data(const struct analysis *analysis, size_t which);
/**
 * Makes FOLDER/plots with .gp and .dat of every chart that the analysis has numbers for, and its
 * pictures in `formats`, a list of "svg", "png" and "pdf" with commas between ("": none). A chart that
 * has no numbers is left out and its files are removed. `only`: the name of the one chart to make; NULL: all.
 * `ret_missing`: there is no gnuplot, so the pictures could not be drawn, which is no error. Errors: -EINVAL
 * for another format; what gnuplot said; what the files' system said.
 */
int plot_all(const struct analysis *analysis, const char *folder, const char *formats, const char *only,
	     bool *ret_missing, struct error *err);
