/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/analyze/slope.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"

#define GROUPS_MAX 30
#define NORMAL_95 1.959964 /* quantile of the two-sided 95 % interval */

/* Of one group, or of all where it is SIZE_MAX, sorted; for free(). */
static double *slopes_of(const struct slope_point *points, size_t count, size_t group, size_t *ret_count)
{
	double *slopes = alloc_zero(count * count / 2 + 1, sizeof(*slopes));
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < i; k++)
			if (points[i].group == points[k].group && (group == SIZE_MAX || points[i].group == group) &&
			    points[i].x != points[k].x)
				slopes[n++] = (points[i].y - points[k].y) / (points[i].x - points[k].x);
	stats_sort(slopes, n);
	*ret_count = n;
	return slopes;
}

static double theil_sen_of(const struct slope_point *points, size_t count, size_t group)
{
	size_t n;
	cleanup_free double *slopes = slopes_of(points, count, group, &n);

	return stats_quantile(slopes, n, 0.5);
}

double slope_theil_sen(const struct slope_point *points, size_t count, double *ret_intercept)
{
	cleanup_free double *rests = alloc_zero(count + 1, sizeof(*rests));
	double slope = theil_sen_of(points, count, SIZE_MAX);

	for (size_t i = 0; i < count; i++)
		rests[i] = points[i].y - slope * points[i].x;
	if (!isnan(slope))
		stats_sort(rests, count);
	*ret_intercept = isnan(slope) ? NAN : stats_quantile(rests, count, 0.5);
	return slope;
}

/* Of the two-sided 95 % interval, by degrees of freedom from 1. */
static const double student_t[GROUPS_MAX - 1] = {
	12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
	2.120,	2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045,
};

struct interval slope_interval(const struct slope_point *points, size_t count, size_t groups, double slope)
{
	struct interval interval = stats_unknown.ci;
	double sum = 0, squares = 0;
	size_t n = 0;

	for (size_t g = 0; g < groups; g++) {
		double one = theil_sen_of(points, count, g);

		if (isnan(one) || n == GROUPS_MAX)
			continue;
		sum += one;
		squares += one * one;
		n++;
	}
	if (n < 2)
		return interval;
	double mean = sum / (double)n;
	double variance = fmax(0, (squares - sum * mean) / (double)(n - 1));
	double half = student_t[n - 2] * sqrt(variance / (double)n);

	return (struct interval){fmin(mean - half, slope), fmax(mean + half, slope), true, 0.95};
}

struct interval slope_interval_within(const struct slope_point *points, size_t count, size_t group)
{
	size_t pairs, n = 0;
	cleanup_free double *slopes = slopes_of(points, count, group, &pairs);

	for (size_t i = 0; i < count; i++)
		n += points[i].group == group;
	double half = NORMAL_95 * sqrt((double)n * ((double)n - 1) * (2 * (double)n + 5) / 18);
	double low = floor(((double)pairs - half) / 2) - 1, high = ceil(((double)pairs + half) / 2);

	if (!(low >= 0) || !(high < (double)pairs))
		return stats_unknown.ci;
	return (struct interval){slopes[(size_t)low], slopes[(size_t)high], true, 0.95};
}

double slope_least_squares(const struct slope_point *points, size_t count)
{
	double xy = 0, xx = 0;

	for (size_t i = 0; i < count; i++) {
		double x = 0, y = 0;
		size_t n = 0;

		for (size_t k = 0; k < count; k++)
			if (points[k].group == points[i].group) {
				x += points[k].x;
				y += points[k].y;
				n++;
			}
		xy += (points[i].x - x / (double)n) * (points[i].y - y / (double)n);
		xx += (points[i].x - x / (double)n) * (points[i].x - x / (double)n);
	}
	return xx > 0 ? xy / xx : NAN;
}
