/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/analyze/power.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "harness/analyze/flags.h"
#include "harness/analyze/rank.h"
#include "harness/analyze/shift.h"
#include "harness/analyze/verdict.h"
#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/random.h"

enum {
	RUNS = 400,	      /* drawn for one figure */
	BLOCKS_MAX = 60,      /* of a drawn run; more blocks are as many with less noise */
	BLOCKS_FOREVER = 100000,
};
#define CONFIDENCE 0.95
#define LIMIT 0.9 /* confidence that the spread, and the nine of ten of so few draws, are not taken as too small */
#define AUTOCORRELATION_MAX 0.8

/* sqrt(k / chi-square quantile). */
static double spread_limit(size_t n)
{
	double part = 2 / (9 * (double)(n - 1));

	return pow(1 - part - rank_normal_quantile(LIMIT) * sqrt(part), -1.5);
}

static double dependence(const double *logs, size_t n)
{
	bool raised;
	double r = flags_autocorrelation(logs, n, &raised);

	if (isnan(r))
		return 1;
	r = fmin(fmax(r + (1 + 3 * r) / (double)n, 0), AUTOCORRELATION_MAX);
	return sqrt((1 + r) / (1 - r));
}

static void side_take(struct noise *noise, size_t side, double *logs, size_t n)
{
	double centre = shift_paired(logs, n, CONFIDENCE).value, wide = spread_limit(n) * dependence(logs, n);

	for (size_t i = 0; i < n; i++)
		logs[i] = (logs[i] - centre) * wide;
	noise->logs[side] = logs;
	noise->count[side] = n;
}

/* Logs of values, or of their ratios; false: they are too few, or not all are numbers. */
static bool logs_take(const double *over, const double *values, size_t n, double *logs, size_t *ret_count)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		if (over && isinf(over[i]) && isinf(values[i]))
			continue;
		logs[count] = over ? log(values[i] / over[i]) : log(values[i]);
		if (!isfinite(logs[count++]))
			return false;
	}
	*ret_count = count;
	return count >= POWER_FEWEST;
}

void noise_of(const struct compare_data *data, bool paired, struct noise *ret)
{
	const double *values[2] = {paired ? data->y : data->x, data->y};
	size_t counts[2] = {paired ? data->y_count : data->x_count, data->y_count};

	*ret = (struct noise){0};
	for (size_t side = 0; side < (paired ? 1 : 2); side++) {
		double *logs = alloc_zero(counts[side] + 1, sizeof(*logs));
		size_t count;

		if (!logs_take(paired ? data->x : NULL, values[side], counts[side], logs, &count)) {
			free(logs);
			noise_release(ret);
			return;
		}
		side_take(ret, side, logs, count);
	}
}

void noise_release(struct noise *noise)
{
	free(noise->logs[0]);
	free(noise->logs[1]);
	*noise = (struct noise){0};
}

/* The k-th smallest, k from 1; puts the values into another order (Hoare 1961). */
static double select_rank(double *values, size_t n, size_t k)
{
	size_t lo = 0, hi = n - 1;

	while (lo < hi) {
		double pivot = values[lo + (hi - lo) / 2];
		size_t i = lo, j = hi;

		for (;; i++, j--) {
			while (values[i] < pivot)
				i++;
			while (values[j] > pivot)
				j--;
			if (i >= j)
				break;
			double swap = values[i];

			values[i] = values[j];
			values[j] = swap;
		}
		if (k - 1 <= j)
			hi = j;
		else
			lo = j + 1;
	}
	return values[k - 1];
}

/* A run to draw: how many values of each side, and what they are multiplied by. */
struct draw {
	size_t count[2], averages;
	double scale[2];
};

static struct draw draw_of(const struct noise *noise, size_t blocks)
{
	struct draw draw = {0};

	for (size_t side = 0; side < 2 && noise->logs[side]; side++) {
		size_t n = blocks ? blocks : noise->count[side];

		draw.count[side] = n < BLOCKS_MAX ? n : BLOCKS_MAX;
		draw.scale[side] = sqrt((double)draw.count[side] / (double)n);
	}
	draw.averages = noise->logs[1] ? draw.count[0] * draw.count[1] : draw.count[0] * (draw.count[0] + 1) / 2;
	return draw;
}

/* Neither name of one subject is the first one: each value may as well have had the other sign. */
static void draw_side(const struct noise *noise, size_t side, const struct draw *draw, struct random *random,
		      double *ret)
{
	for (size_t i = 0; i < draw->count[side]; i++) {
		double value = noise->logs[side][random_below(random, noise->count[side])];

		ret[i] = draw->scale[side] * (random_below(random, 2) ? value : -value);
	}
}

/* All averages of one drawn run: what the estimate and the ends of its interval are picked from. */
static void draw_averages(const struct noise *noise, const struct draw *draw, struct random *random, double *ret)
{
	double values[2][BLOCKS_MAX];
	size_t at = 0;

	draw_side(noise, 0, draw, random, values[0]);
	if (noise->logs[1])
		draw_side(noise, 1, draw, random, values[1]);
	for (size_t i = 0; i < draw->count[0]; i++) {
		if (!noise->logs[1])
			for (size_t j = i; j < draw->count[0]; j++)
				ret[at++] = (values[0][i] + values[0][j]) / 2;
		else
			for (size_t j = 0; j < draw->count[1]; j++)
				ret[at++] = values[1][j] - values[0][i];
	}
}

static size_t low_rank(const struct noise *noise, const struct draw *draw, double confidence)
{
	return noise->logs[1] ? rank_of_shift(draw->count[0], draw->count[1], confidence).lo
			      : rank_of_walsh(draw->count[0], confidence).lo;
}

/* What nine of ten needed: an order statistic that is not below it by chance of the draws. */
static double enough(double *needed)
{
	return expm1(select_rank(needed, RUNS, rank_of_quantile(RUNS, POWER_CHANCE, LIMIT).hi));
}

struct power power_of(const struct noise *noise, const struct power_question *question)
{
	if (!noise->count[0])
		return (struct power){NAN, NAN};
	const struct draw draw = draw_of(noise, question->blocks);
	size_t seen_rank = low_rank(noise, &draw, CONFIDENCE);
	size_t called_rank = low_rank(noise, &draw, 1 - VERDICT_P / (double)(question->tests ? question->tests : 1));
	double least = log1p(fmax(question->band, isnan(question->floor) ? 0 : question->floor));
	double seen[RUNS], called[RUNS];
	cleanup_free double *averages = alloc_zero(draw.averages, sizeof(*averages));
	struct random random;

	if (!seen_rank)
		return (struct power){INFINITY, INFINITY};
	random_seed(&random, draw.averages);
	for (size_t i = 0; i < RUNS; i++) {
		draw_averages(noise, &draw, &random, averages);
		seen[i] = 0 - select_rank(averages, draw.averages, seen_rank);
		/* The estimate beyond band and floor; and p, which is below its limit where the interval of as much
		 * confidence leaves 0 out. */
		called[i] = fmax(seen[i], least - select_rank(averages, draw.averages, (draw.averages + 1) / 2));
		if (called_rank)
			called[i] = fmax(called[i], -select_rank(averages, draw.averages, called_rank));
	}
	return (struct power){called_rank ? enough(called) : INFINITY, enough(seen)};
}

static double seen_by(const struct noise *noise, size_t blocks)
{
	const struct power_question question = {.blocks = blocks, .tests = 1, .band = 0, .floor = NAN};

	return power_of(noise, &question).seen;
}

size_t power_blocks(const struct noise *noise, double effect)
{
	size_t low = 1, high = BLOCKS_MAX;
	double last = seen_by(noise, BLOCKS_MAX), root = log1p(last) / log1p(effect);

	if (isnan(last))
		return 0;
	if (root > 1) {
		double blocks = ceil(BLOCKS_MAX * root * root);

		return blocks <= BLOCKS_FOREVER ? (size_t)blocks : SIZE_MAX;
	}
	while (high - low > 1) {
		size_t middle = (low + high) / 2;

		if (seen_by(noise, middle) <= effect)
			high = middle;
		else
			low = middle;
	}
	return high;
}
