/* SPDX-License-Identifier: Apache-2.0 */
/* Ratio, difference, p-value and effect of y against x, paired or not. */
#include "harness/analyze/compare.h"

#include <errno.h>
#include <math.h>

#include "harness/analyze/flags.h"
#include "harness/analyze/rank.h"
#include "harness/analyze/shift.h"
#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"

static int check_data(const struct compare_data *data, struct error *err)
{
	int rc = stats_check(data->x, data->x_count, err);

	if (rc < 0)
		return error_wrap(err, rc, "first subject");
	rc = stats_check(data->y, data->y_count, err);
	if (rc < 0)
		return error_wrap(err, rc, "second subject");
	return stats_check_confidence(data->confidence, err);
}

static bool all_positive(const double *values, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!(values[i] > 0))
			return false;
	return true;
}

/* From a shift of logarithms to a ratio. */
static struct estimate estimate_exp(struct estimate shift)
{
	shift.value = exp(shift.value);
	shift.ci.lo = exp(shift.ci.lo);
	shift.ci.hi = exp(shift.ci.hi);
	return shift;
}

/* The outer fences of one side. */
static struct stats_fences severe_fences(const double *values, size_t n)
{
	cleanup_free double *sorted = stats_sorted(values, n);

	return stats_fences(sorted, n, FENCE_SEVERE);
}

static bool is_within(double value, struct stats_fences fences)
{
	return value >= fences.lo && value <= fences.hi;
}

/* The pairs in which not both are censored, as two arrays of `count`. */
struct pairs {
	double *x, *y;
	size_t count;
};

static struct pairs take_pairs(const struct compare_data *data)
{
	struct pairs pairs = {
		.x = alloc_zero(data->x_count, sizeof(*pairs.x)),
		.y = alloc_zero(data->x_count, sizeof(*pairs.y)),
	};

	for (size_t i = 0; i < data->x_count; i++) {
		if (isinf(data->x[i]) && isinf(data->y[i]))
			continue;
		pairs.x[pairs.count] = data->x[i];
		pairs.y[pairs.count++] = data->y[i];
	}
	return pairs;
}

static void compare_pair_ratios(const struct pairs *pairs, double confidence, struct comparison *ret)
{
	cleanup_free double *logs = alloc_zero(pairs->count, sizeof(*logs));
	cleanup_free double *kept = alloc_zero(pairs->count, sizeof(*kept));
	struct stats_fences x_fences = severe_fences(pairs->x, pairs->count);
	struct stats_fences y_fences = severe_fences(pairs->y, pairs->count);
	size_t kept_count = 0;

	for (size_t i = 0; i < pairs->count; i++) {
		logs[i] = log(pairs->y[i] / pairs->x[i]);
		if (is_within(pairs->x[i], x_fences) && is_within(pairs->y[i], y_fences))
			kept[kept_count++] = logs[i];
	}
	struct rank_test test = rank_test_signed(logs, pairs->count);

	ret->ratio = estimate_exp(shift_paired(logs, pairs->count, confidence));
	ret->trimmed = pairs->count - kept_count;
	ret->ratio_trimmed = ret->trimmed ? estimate_exp(shift_paired(kept, kept_count, confidence)) : ret->ratio;
	ret->p = test.p;
	ret->effect = test.effect;
	ret->autocorrelation = flags_autocorrelation(logs, pairs->count, &ret->dependent);
}

static void compare_pair_differences(const struct pairs *pairs, double confidence, struct comparison *ret)
{
	cleanup_free double *differences = alloc_zero(pairs->count, sizeof(*differences));

	for (size_t i = 0; i < pairs->count; i++)
		differences[i] = pairs->y[i] - pairs->x[i];
	ret->difference = shift_paired(differences, pairs->count, confidence);
	if (ret->ratio_defined)
		return;
	struct rank_test test = rank_test_signed(differences, pairs->count);

	ret->p = test.p;
	ret->effect = test.effect;
}

static struct comparison comparison_new(bool paired, size_t x_count, size_t y_count)
{
	return (struct comparison){
		.paired = paired,
		.x_count = x_count,
		.y_count = y_count,
		.ratio = stats_unknown,
		.ratio_trimmed = stats_unknown,
		.difference = stats_unknown,
		.p = 1,
		.autocorrelation = NAN,
	};
}

int compare_paired(const struct compare_data *data, struct comparison *ret, struct error *err)
{
	int rc = check_data(data, err);

	*ret = comparison_new(true, 0, 0);
	if (rc < 0)
		return rc;
	if (data->x_count != data->y_count)
		return error_set(err, -EINVAL, "%zu and %zu values make no pairs", data->x_count,
				 data->y_count);
	struct pairs pairs = take_pairs(data);
	cleanup_free double *x = pairs.x;
	cleanup_free double *y = pairs.y;

	ret->x_count = ret->y_count = pairs.count;
	ret->dropped = data->x_count - pairs.count;
	ret->ratio_defined = pairs.count > 0 && all_positive(x, pairs.count) && all_positive(y, pairs.count);
	if (ret->ratio_defined)
		compare_pair_ratios(&pairs, data->confidence, ret);
	compare_pair_differences(&pairs, data->confidence, ret);
	return 0;
}

/* Logarithms of the values, or of those within the fences only; `ret_count` of them. */
static double *logs_within(const double *values, size_t n, struct stats_fences fences, size_t *ret_count)
{
	double *logs = alloc_zero(n, sizeof(*logs));

	*ret_count = 0;
	for (size_t i = 0; i < n; i++)
		if (is_within(values[i], fences))
			logs[(*ret_count)++] = log(values[i]);
	return logs;
}

static struct estimate ratio_between(const struct compare_data *data, const struct stats_fences fences[2],
				     size_t *ret_left_out)
{
	size_t x_kept, y_kept;
	cleanup_free double *x = logs_within(data->x, data->x_count, fences[0], &x_kept);
	cleanup_free double *y = logs_within(data->y, data->y_count, fences[1], &y_kept);

	*ret_left_out = data->x_count + data->y_count - x_kept - y_kept;
	return estimate_exp(shift_unpaired(x, x_kept, y, y_kept, data->confidence));
}

int compare_unpaired(const struct compare_data *data, struct comparison *ret, struct error *err)
{
	static const struct stats_fences none[2] = { { -INFINITY, INFINITY }, { -INFINITY, INFINITY } };
	int rc = check_data(data, err);

	*ret = comparison_new(false, data->x_count, data->y_count);
	if (rc < 0)
		return rc;
	struct rank_test test = rank_test_sum(data->x, data->x_count, data->y, data->y_count);

	ret->p = test.p;
	ret->effect = test.effect;
	ret->difference = shift_unpaired(data->x, data->x_count, data->y, data->y_count, data->confidence);
	ret->ratio_defined = data->x_count > 0 && data->y_count > 0 && all_positive(data->x, data->x_count) &&
			     all_positive(data->y, data->y_count);
	if (!ret->ratio_defined)
		return 0;
	const struct stats_fences severe[2] = { severe_fences(data->x, data->x_count),
						severe_fences(data->y, data->y_count) };
	size_t left_out;

	ret->ratio = ratio_between(data, none, &left_out);
	ret->ratio_trimmed = ratio_between(data, severe, &ret->trimmed);
	return 0;
}
