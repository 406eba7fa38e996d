/* SPDX-License-Identifier: Apache-2.0 */
/* From a chart's script and data to its files. The only place that starts gnuplot. */
#pragma once

#include <stdbool.h>

#include "harness/base/error.h"

/** One chart as text. */
struct plot_source {
	const char *name, *title;
	const char *script, *data;
	const char *formats; /**< "svg png", with blanks between; "": no picture */
};

/**
 * Puts NAME.gp, NAME.dat and the pictures into `folder`, each as a whole or not at all: they are made in a folder
 * beside it. Pictures of other numbers are removed. `ret_missing`: there is no gnuplot, so nothing was drawn.
 */
int plot_draw(const struct plot_source *source, const char *folder, bool *ret_missing, struct error *err);
/** Removes all files of a chart. */
int plot_remove(const char *name, const char *folder, struct error *err);
