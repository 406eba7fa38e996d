/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/analyze/alarms.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "harness/analyze/analysis.h"
#include "harness/analyze/multiple.h"
#include "harness/analyze/pairs.h"
#include "harness/analyze/verdict.h"
#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/random.h"

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* `wanted` of the blocks in order, each with its labels as a coin falls. False: no comparison can be made of
 * them. */
static bool deal(const struct alarms_pair *pair, size_t wanted, uint64_t seed, double delay,
		 struct comparison *ret)
{
	size_t count = least(pair->blocks, ALARMS_BLOCKS_MAX), taken = 0;
	cleanup_free double *x = alloc_zero(count, sizeof(*x)), *y = alloc_zero(count, sizeof(*y));
	struct random random;

	random_seed(&random, seed);
	wanted = least(wanted, count);
	for (size_t i = 0; i < count; i++) {
		if (random_below(&random, count - i) >= wanted - taken)
			continue;
		bool swap = random_below(&random, 2);

		x[taken] = swap ? pair->b[i] : pair->a[i];
		y[taken++] = (swap ? pair->a[i] : pair->b[i]) * (1 + delay);
	}
	const struct compare_data data = {
		.x = x, .y = y, .x_count = taken, .y_count = taken, .confidence = 0.95};

	return compare_paired(&data, ret, NULL) == 0;
}

static void alarms_add(struct alarms *alarms, const struct comparison *c, double p, double band)
{
	enum verdict verdict = verdict_of(c, p, band);

	alarms->faster += verdict == VERDICT_LOWER;
	alarms->slower += verdict == VERDICT_HIGHER;
	alarms->without_1 += c->ratio.ci.known && (c->ratio.ci.lo > 1 || c->ratio.ci.hi < 1);
}

void alarms_count(const struct alarms_pair *pairs, size_t pair_count, size_t blocks, double delay,
		  double band, struct alarms *ret)
{
	cleanup_free struct comparison *c = alloc_zero(pair_count, sizeof(*c));
	cleanup_free double *p = alloc_zero(pair_count, sizeof(*p));

	(void)memset(ret, 0, pair_count * sizeof(*ret));
	for (uint64_t seed = 1; seed <= ALARMS_SEEDS; seed++) {
		for (size_t i = 0; i < pair_count; i++)
			p[i] = deal(&pairs[i], blocks, seed, delay, &c[i]) ? c[i].p : NAN;
		multiple_holm(p, pair_count);
		for (size_t i = 0; i < pair_count; i++)
			if (!isnan(p[i]))
				alarms_add(&ret[i], &c[i], p[i], band);
	}
}

#define ALARMS_METRIC "request_to_ready_ns"
#define ALARMS_TWINS_MAX 64

static const double delays[] = {0, 0.05, 0.10, 0.20};

/* The twins, and both sides' values of each, to be freed. */
struct twins {
	const struct analysis_comparison *of[ALARMS_TWINS_MAX];
	struct alarms_pair pairs[ALARMS_TWINS_MAX];
	double *values[2 * ALARMS_TWINS_MAX];
	size_t count;
};

static void twins_take(const struct analysis *a, const struct analysis_comparison *c, struct twins *twins)
{
	const struct analysis_summary *x = analysis_summary_find(a, ALARMS_METRIC, c->a);
	const struct analysis_summary *y = analysis_summary_find(a, ALARMS_METRIC, c->b);
	double *left = alloc_zero(x->count + 1, sizeof(*left)),
	       *right = alloc_zero(x->count + 1, sizeof(*right));
	struct compare_data data = pairs_by_block(x, y, left, right);

	twins->of[twins->count] = c;
	twins->values[2 * twins->count] = left;
	twins->values[2 * twins->count + 1] = right;
	twins->pairs[twins->count++] = (struct alarms_pair){left, right, data.x_count};
}

static void twins_free(struct twins *twins)
{
	for (size_t i = 0; i < 2 * twins->count; i++)
		free(twins->values[i]);
}

struct alarms_row *alarms_of_twins(const struct analysis *a, size_t *ret_count)
{
	struct twins twins = {.count = 0};
	struct alarms_row *rows = NULL;

	*ret_count = 0;
	for (size_t i = 0; i < a->comparison_count && twins.count < ALARMS_TWINS_MAX; i++)
		if (a->comparisons[i].twins && !strcmp(a->comparisons[i].metric_b->name, ALARMS_METRIC))
			twins_take(a, &a->comparisons[i], &twins);
	if (twins.count)
		rows = alloc_zero(twins.count * sizeof(delays) / sizeof(delays[0]), sizeof(*rows));
	for (size_t d = 0; twins.count && d < sizeof(delays) / sizeof(delays[0]); d++) {
		struct alarms found[ALARMS_TWINS_MAX];

		alarms_count(twins.pairs, twins.count, ALARMS_BLOCKS_MAX, delays[d],
			     twins.of[0]->metric_b->band, found);
		for (size_t i = 0; i < twins.count; i++)
			rows[(*ret_count)++] = (struct alarms_row){
				.a = twins.of[i]->a,
				.b = twins.of[i]->b,
				.blocks = least(twins.pairs[i].blocks, ALARMS_BLOCKS_MAX),
				.delay = delays[d],
				.found = found[i],
			};
	}
	twins_free(&twins);
	return rows;
}
