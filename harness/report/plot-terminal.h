/* SPDX-License-Identifier: Apache-2.0 */
/* A chart in the terminal, made of characters by gnuplot. */
#pragma once

#include <stdio.h>

#include "harness/analyze/analysis.h"

/**
 * Prints the distribution of the start-up times of all subjects, in `columns` columns; nothing where no sample became
 * ready. Errors: -ENOENT: there is no gnuplot; what gnuplot said.
 */
int plot_terminal(const struct analysis *analysis, int columns, FILE *out, struct error *err);
