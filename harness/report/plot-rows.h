/* SPDX-License-Identifier: Apache-2.0 */
/* Charts that are a list: a subject's name in bold, below it a row for each of its numbers, with two texts. */
#pragma once

#include "harness/report/plot-chart.h"

#define PLOT_ROWS_MAX 120 /* names of subjects too; more are left out */

/** The arrays of the rows; before the first. */
void plot_rows_begin(struct script *script);
/** Both return the new number of rows, counted from 1. */
size_t plot_rows_head(struct script *script, size_t row, const char *title);
size_t plot_rows_add(struct script *script, size_t row, const char *name, const char *value, const char *time);
/** A row's line in the table: its number as the chart has it, in ms or bytes. */
void plot_rows_line(struct script *script, size_t row, double number, size_t subject, const char *name,
		    const char *title);
/** The axis of dots: logarithmic, around all values that were added. False: there was none. */
void plot_rows_axis_add(struct plot_axis *axis, double ms);
bool plot_rows_axis_end(struct script *script, struct plot_axis *axis);
