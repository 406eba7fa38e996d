/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/analyze/sums.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "harness/analyze/stats.h"
#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/random.h"

#define SAMPLE_SIZE 512
#define SAMPLE_REACH 3 /* standard deviations of a rank, from the wanted one to a limit */

/* What a limit leaves below it or on it: in the whole matrix, and of the sums that count. */
struct count {
	size_t whole, counted;
};

/* The wanted sum is in (lo, hi], as keys; what is up to both of them is known. */
struct bracket {
	uint64_t lo, hi;
	struct count below, up_to;
};

static double sum_of(const struct sums *sums, size_t i, size_t j)
{
	double sum = sums->a[i] + sums->b[j];

	return isnan(sum) ? sums->unknown : sum;
}

/* An unknown sum, if there is one, is also one of a smallest and a largest. */
bool sums_have_unknown(const struct sums *sums)
{
	return isnan(sums->a[0] + sums->b[sums->n - 1]) || isnan(sums->a[sums->m - 1] + sums->b[0]);
}

/* An integer for each double that is no NaN, in the same order; and back. */
static uint64_t key_of(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits >> 63 ? ~bits : bits | 1ull << 63;
}

static double value_of(uint64_t key)
{
	uint64_t bits = key >> 63 ? key & ~(1ull << 63) : ~key;
	double value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

/* One step along the border is one row down or one column back, and no branch: which of both cannot be foretold. */
static struct count count_up_to(const struct sums *sums, double limit)
{
	size_t counted = 0, i = 0, j = sums->n, half = sums->half;
	bool unknown_above = sums->unknown > limit;

	/* Of a symmetric matrix from the diagonal on: what is below it is the same again. A NaN compares as false. */
	while (i < sums->m && j > half * i) {
		double sum = sums->a[i] + sums->b[j - 1];
		bool above = unknown_above ? !(sum <= limit) : sum > limit;

		counted += above ? 0 : j - half * i;
		i += !above;
		j -= above;
	}
	return (struct count){.whole = half ? 2 * counted - i : counted, .counted = counted};
}

static void bracket_narrow(struct bracket *bracket, const struct sums *sums, size_t k, uint64_t key)
{
	if (key <= bracket->lo || key >= bracket->hi)
		return;
	struct count count = count_up_to(sums, value_of(key));

	if (count.counted >= k) {
		bracket->hi = key;
		bracket->up_to = count;
	} else {
		bracket->lo = key;
		bracket->below = count;
	}
}

/* Calls for each row what of it is within the bracket: columns `from` up to and without `to`. */
static void bracket_rows(const struct bracket *bracket, const struct sums *sums,
			 void (*row)(void *data, const struct sums *sums, size_t i, size_t from, size_t to),
			 void *data)
{
	double lo = value_of(bracket->lo), hi = value_of(bracket->hi);
	size_t from = sums->n, to = sums->n;

	for (size_t i = 0; i < sums->m && to > 0; i++) {
		while (to > 0 && sum_of(sums, i, to - 1) > hi)
			to--;
		/* Below the lowest of all nothing is, and its key need not be a number's. */
		while (from > 0 && (bracket->below.whole == 0 || sum_of(sums, i, from - 1) > lo))
			from--;
		if (from < to)
			row(data, sums, i, from, to);
	}
}

/* Sums by their ranks in the order of rows; the ranks are sorted. */
struct drawn {
	double *ranks; /* each becomes the sum */
	size_t count, done;
	size_t passed; /* sums of the rows before */
};

static void draw_row(void *data, const struct sums *sums, size_t i, size_t from, size_t to)
{
	struct drawn *drawn = data;

	for (; drawn->done < drawn->count; drawn->done++) {
		size_t rank = (size_t)drawn->ranks[drawn->done];

		if (rank >= drawn->passed + (to - from))
			break;
		drawn->ranks[drawn->done] = sum_of(sums, i, from + rank - drawn->passed);
	}
	drawn->passed += to - from;
}

/* How far into the bracket the wanted sum is, as a part of the sums in it. */
static double bracket_part(const struct bracket *bracket, size_t k)
{
	return ((double)k - (double)bracket->below.counted) /
	       (double)(bracket->up_to.counted - bracket->below.counted);
}

/*
 * Limits on both sides of the wanted sum, as a sample of all that is in the bracket has it; and the sum itself where
 * many are equal to it.
 */
static void bracket_sample(struct bracket *bracket, const struct sums *sums, size_t k, struct random *random)
{
	double values[SAMPLE_SIZE], part = bracket_part(bracket, k);
	struct drawn drawn = {.ranks = values, .count = SAMPLE_SIZE};

	for (size_t i = 0; i < SAMPLE_SIZE; i++)
		values[i] = (double)random_below(random, bracket->up_to.whole - bracket->below.whole);
	stats_sort(values, SAMPLE_SIZE);
	bracket_rows(bracket, sums, draw_row, &drawn);
	stats_sort(values, SAMPLE_SIZE);
	double reach = SAMPLE_REACH * sqrt(SAMPLE_SIZE * part * (1 - part)) + 1;
	double low = floor(SAMPLE_SIZE * part - reach), high = ceil(SAMPLE_SIZE * part + reach);
	uint64_t middle = key_of(values[(size_t)(part * (SAMPLE_SIZE - 1))]);

	if (low >= 0)
		bracket_narrow(bracket, sums, k, key_of(values[(size_t)low]));
	if (high < SAMPLE_SIZE)
		bracket_narrow(bracket, sums, k, key_of(values[(size_t)high]));
	if (middle == bracket->lo + 1 || middle == bracket->hi ||
	    key_of(values[0]) == key_of(values[SAMPLE_SIZE - 1])) {
		bracket_narrow(bracket, sums, k, middle);
		bracket_narrow(bracket, sums, k, middle - 1);
	}
}

/* Limits as if the sums in the bracket were evenly spread; the fewer there are, the truer is it. */
static void bracket_interpolate(struct bracket *bracket, const struct sums *sums, size_t k, double reach)
{
	double lo = value_of(bracket->lo), width = value_of(bracket->hi) - lo, part = bracket_part(bracket, k);

	if (!isfinite(width))
		return;
	bracket_narrow(bracket, sums, k, key_of(lo + width * (part - reach)));
	bracket_narrow(bracket, sums, k, key_of(lo + width * (part + reach)));
}

struct listed {
	double *values;
	size_t count;
};

static void list_row(void *data, const struct sums *sums, size_t i, size_t from, size_t to)
{
	struct listed *listed = data;

	for (size_t j = sums->half && from < i ? i : from; j < to; j++)
		listed->values[listed->count++] = sum_of(sums, i, j);
}

void sums_select_two(const struct sums *sums, size_t k, double *ret_first, double *ret_second)
{
	size_t whole = sums->m * sums->n, few = 1024 + (sums->m + sums->n) / 64;
	struct bracket bracket = {
		.lo = key_of(sum_of(sums, 0, 0)) - 1,
		.hi = key_of(sum_of(sums, sums->m - 1, sums->n - 1)),
		.up_to = {.whole = whole, .counted = sums->half ? (whole + sums->m) / 2 : whole},
	};
	struct random random;
	double reach = 1. / 32;
	size_t left = bracket.up_to.counted;

	random_seed(&random, k);
	for (bool sampled = false; bracket.hi - bracket.lo > 1 && left > few;) {
		size_t before = left;

		if (sampled)
			bracket_interpolate(&bracket, sums, k, reach);
		else
			bracket_sample(&bracket, sums, k, &random);
		left = bracket.up_to.counted - bracket.below.counted;
		reach = sampled ? reach / 8 : 1. / 32;
		sampled = !sampled || left < before / 8;
		/* Neither evenly spread nor parted by a sample: what always ends is halving. */
		if (left > before / 2)
			bracket_narrow(&bracket, sums, k, bracket.lo + (bracket.hi - bracket.lo) / 2);
		left = bracket.up_to.counted - bracket.below.counted;
	}
	bool alike = bracket.hi - bracket.lo == 1;
	cleanup_free double *values = alike ? NULL : alloc_zero(left, sizeof(*values));
	struct listed listed = {.values = values};
	size_t at = k - bracket.below.counted - 1;

	if (!alike)
		bracket_rows(&bracket, sums, list_row, &listed);
	stats_sort(values, listed.count);
	*ret_first = (alike ? value_of(bracket.hi) : values[at]) + 0.0; /* -0 becomes 0 */
	if (!ret_second)
		return;
	if (k < bracket.up_to.counted)
		*ret_second = (alike ? value_of(bracket.hi) : values[at + 1]) + 0.0;
	else
		sums_select_two(sums, k + 1, ret_second, NULL);
}

double sums_select(const struct sums *sums, size_t k)
{
	double value;

	sums_select_two(sums, k, &value, NULL);
	return value;
}
