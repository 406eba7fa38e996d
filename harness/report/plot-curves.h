/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Curves over a number of things, both axes logarithmic, for the template "ramp": of each a table of points (n, value,
 * subject), then one of its line and band (n, value, low, high); its name stands where it ends.
 */
#pragma once

#include "harness/report/plot-chart.h"

struct plot_curve {
	size_t subject; /**< its colour */
	const char *name; /**< must live until plot_curves_end() */
	double n, value; /**< where it ends */
	double label_px; /**< its name, from the top of the plot */
	char *text;	 /**< what the legend says beside the name */
};

/** Begins zeroed but for the last two. */
struct plot_curves {
	struct plot_curve *all;
	size_t count;
	double n_high, low, high; /**< the ends of both axes */
	bool bytes;		  /**< the values are bytes, not ns */
	const char *what;	  /**< what is counted: "instances at once" */
};

/** The axes reach to this point; what is not above 0 has no place on them. */
void plot_curves_take(struct plot_curves *curves, double n, double value);
/** One more curve, which ends there. Takes `text`. */
void plot_curves_add(struct plot_curves *curves, size_t subject, const char *name, double n, double value, char *text);
/** Writes what the template needs, and frees all. */
void plot_curves_end(struct script *script, struct plot_curves *curves);
/**
 * Names at the ends of `count` curves of one logarithmic axis from `low` to `high`, `px` high: how far each is from the
 * top. From the top, those that would touch move down, and back up from the foot. What is not above 0 is at the foot.
 */
void plot_curves_place(const double *ends, size_t count, double low, double high, double px, double *ret_px);
