/* SPDX-License-Identifier: Apache-2.0 */
/* Summary of one set of values by order statistics. */
#include "harness/analyze/stats.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "harness/analyze/rank.h"
#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"

#define SORT_DIGITS_MIN 512 /* values from which on it is faster */

const struct estimate stats_unknown = { .value = NAN, .ci = { .lo = NAN, .hi = NAN } };

static int double_compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

/* An integer for each double, in the same order. */
static uint64_t key_of(uint64_t bits)
{
	return bits >> 63 ? ~bits : bits | 1ull << 63;
}

#define DIGITS 8 /* of a key, each a byte */

/* How many of the values have each byte at each place. */
static void count_digits(const double *values, size_t n, size_t counts[DIGITS][256])
{
	for (size_t i = 0; i < n; i++) {
		uint64_t bits;

		memcpy(&bits, &values[i], sizeof(bits));
		bits = key_of(bits);
		for (size_t digit = 0; digit < DIGITS; digit++)
			counts[digit][bits >> 8 * digit & 0xff]++;
	}
}

/* Where the first value with each byte goes. False: all have the same byte, which sorts nothing. */
static bool digit_places(const size_t counts[256], size_t n, size_t ret_places[256])
{
	size_t place = 0;

	for (size_t byte = 0; byte < 256; byte++) {
		if (counts[byte] == n)
			return false;
		ret_places[byte] = place;
		place += counts[byte];
	}
	return true;
}

/* By digits of a byte, the lowest first (Seward 1954), which is O(n). `room` is as large as what is sorted. */
static void sort_digits(double *values, double *room, size_t n)
{
	size_t counts[DIGITS][256] = {0}, places[256];
	double *from = values, *to = room;

	count_digits(values, n, counts);
	for (size_t digit = 0; digit < DIGITS; digit++) {
		if (!digit_places(counts[digit], n, places))
			continue;
		for (size_t i = 0; i < n; i++) {
			uint64_t bits;

			memcpy(&bits, &from[i], sizeof(bits));
			to[places[key_of(bits) >> 8 * digit & 0xff]++] = from[i];
		}
		double *swap = from;

		from = to;
		to = swap;
	}
	if (from != values)
		memcpy(values, from, n * sizeof(*values));
}

void stats_sort(double *values, size_t n)
{
	if (n < SORT_DIGITS_MIN) {
		if (n > 1)
			qsort(values, n, sizeof(*values), double_compare);
		return;
	}
	cleanup_free double *room = alloc_zero(n, sizeof(*room));

	sort_digits(values, room, n);
}

double *stats_sorted(const double *values, size_t n)
{
	double *sorted = alloc_zero(n, sizeof(*sorted));

	if (n > 0)
		memcpy(sorted, values, n * sizeof(*sorted));
	stats_sort(sorted, n);
	return sorted;
}

double stats_quantile(const double *sorted, size_t n, double q)
{
	if (n == 0 || !(q >= 0 && q <= 1))
		return NAN;
	double position = q * (double)(n - 1);

	if (fabs(position - round(position)) < 1e-9) /* 0.9 times 30 is a whole position */
		position = round(position);
	double below = floor(position), part = position - below, lower = sorted[(size_t)below];

	/* Equal neighbours and whole positions are taken as they are: INFINITY - INFINITY is no number. */
	if (part == 0 || sorted[(size_t)below + 1] == lower)
		return lower;
	return lower + part * (sorted[(size_t)below + 1] - lower);
}

struct interval stats_quantile_ci(const double *sorted, size_t n, double q, double confidence)
{
	struct rank_range range = rank_of_quantile(n, q, confidence);

	if (range.lo == 0)
		return stats_unknown.ci;
	return (struct interval){
		.lo = sorted[range.lo - 1],
		.hi = sorted[range.hi - 1],
		.known = true,
		.confidence = range.confidence,
	};
}

struct stats_fences stats_fences(const double *sorted, size_t n, double reach)
{
	double p25 = stats_quantile(sorted, n, 0.25), p75 = stats_quantile(sorted, n, 0.75);

	if (!isfinite(p25) || !isfinite(p75))
		return (struct stats_fences){ .lo = -INFINITY, .hi = INFINITY };
	return (struct stats_fences){ .lo = p25 - reach * (p75 - p25), .hi = p75 + reach * (p75 - p25) };
}

static size_t count_outside(const double *values, size_t n, struct stats_fences fences)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += values[i] < fences.lo || values[i] > fences.hi;
	return count;
}

struct interval stats_wilson(size_t k, size_t n, double confidence)
{
	if (n == 0 || k > n || stats_check_confidence(confidence, NULL) < 0)
		return stats_unknown.ci;
	double z = rank_normal_quantile((1 + confidence) / 2), count = (double)n, rate = (double)k / count;
	double centre = rate + z * z / (2 * count), scale = 1 + z * z / count;
	double half = z * sqrt(rate * (1 - rate) / count + z * z / (4 * count * count));

	return (struct interval){
		.lo = k == 0 ? 0 : fmax(0, (centre - half) / scale),
		.hi = k == n ? 1 : fmin(1, (centre + half) / scale),
		.known = true,
		.confidence = confidence,
	};
}

double stats_precision(const struct estimate *estimate)
{
	if (!estimate->ci.known)
		return INFINITY;
	if (estimate->ci.hi == estimate->ci.lo)
		return 0;
	double precision = (estimate->ci.hi - estimate->ci.lo) / (2 * fabs(estimate->value));

	return isnan(precision) ? INFINITY : precision;
}

int stats_check(const double *values, size_t n, struct error *err)
{
	for (size_t i = 0; i < n; i++)
		if (isnan(values[i]) || values[i] == -INFINITY)
			return error_set(err, -EINVAL, "value %zu of %zu is %s", i + 1, n,
					 isnan(values[i]) ? "not a number" : "minus infinity");
	return 0;
}

int stats_check_confidence(double confidence, struct error *err)
{
	if (confidence > 0 && confidence < 1)
		return 0;
	return error_set(err, -EINVAL, "a confidence of %g is not between 0 and 1", confidence);
}

static void summarize_moments(const double *values, size_t n, struct stats_summary *summary)
{
	double sum = 0, squares = 0;

	summary->mean = summary->sd = NAN;
	if (n == 0 || summary->censored > 0)
		return;
	for (size_t i = 0; i < n; i++)
		sum += values[i];
	summary->mean = sum / (double)n;
	for (size_t i = 0; i < n; i++)
		squares += (values[i] - summary->mean) * (values[i] - summary->mean);
	if (n > 1)
		summary->sd = sqrt(squares / (double)(n - 1));
}

/* The median of the distances from `centre`; a censored value is infinitely far. */
static double median_distance(const double *values, size_t n, double centre)
{
	cleanup_free double *distances = alloc_zero(n, sizeof(*distances));

	if (!isfinite(centre))
		return NAN;
	for (size_t i = 0; i < n; i++)
		distances[i] = fabs(values[i] - centre);
	stats_sort(distances, n);
	return stats_quantile(distances, n, 0.5);
}

int stats_summary(const double *values, size_t n, double confidence, struct stats_summary *ret,
		  struct error *err)
{
	int rc = stats_check_confidence(confidence, err);

	*ret = (struct stats_summary){ .n = n };
	if (rc == 0)
		rc = stats_check(values, n, err);
	if (rc < 0)
		return rc;
	cleanup_free double *sorted = stats_sorted(values, n);

	while (ret->censored < n && sorted[n - 1 - ret->censored] == INFINITY)
		ret->censored++;
	summarize_moments(sorted, n, ret);
	ret->min = stats_quantile(sorted, n, 0);
	ret->p25 = stats_quantile(sorted, n, 0.25);
	ret->median = stats_quantile(sorted, n, 0.5);
	ret->p75 = stats_quantile(sorted, n, 0.75);
	ret->p90 = stats_quantile(sorted, n, 0.9);
	ret->max = stats_quantile(sorted, n, 1);
	ret->ci = stats_quantile_ci(sorted, n, 0.5, confidence);
	ret->p90_ci = stats_quantile_ci(sorted, n, 0.9, confidence);
	ret->mad = median_distance(sorted, n, ret->median);
	ret->outliers_severe = count_outside(sorted, n, stats_fences(sorted, n, FENCE_SEVERE));
	ret->outliers_mild =
		count_outside(sorted, n, stats_fences(sorted, n, FENCE_MILD)) - ret->outliers_severe;
	return 0;
}
