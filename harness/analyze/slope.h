/* SPDX-License-Identifier: Apache-2.0 */
/* Lines through points. */
#pragma once

#include "harness/analyze/stats.h"

struct slope_point {
	double x, y;
	size_t group; /**< points of different groups are never joined: a ramp each */
};

/**
 * Theil (1950) and Sen (1968): the median of the slopes between all pairs of one group, and the median intercept. NAN:
 * no two points of one group have different x.
 */
double slope_theil_sen(const struct slope_point *points, size_t count, double *ret_intercept);
/**
 * The interval from the groups: Student's t over the slopes of each, around their mean, and never without `slope`.
 * Not known with less than two groups.
 */
struct interval slope_interval(const struct slope_point *points, size_t count, size_t groups, double slope);
/**
 * Of one group alone: Sen's interval (1968), from the ranks of its pairs' slopes by Kendall's variance. Points of a
 * ramp follow from each other, so it is too narrow, and knows nothing of what differs between ramps. Not known with
 * less than six points.
 */
struct interval slope_interval_within(const struct slope_point *points, size_t count, size_t group);
/** Least squares within the groups, a common slope: linear in y, so that the slopes of parts add up. NAN as above. */
double slope_least_squares(const struct slope_point *points, size_t count);
