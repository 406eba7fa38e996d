/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/analyze/floor.h"

#include <math.h>
#include <stdint.h>

#include "harness/analyze/rank.h"

#define BLOCKS_FOREVER 100000.0

static double reach(void)
{
	return rank_normal_quantile(0.975) + rank_normal_quantile(FLOOR_POWER);
}

double floor_spread(const struct comparison *aa)
{
	const struct interval *ci = &aa->ratio.ci;

	if (!ci->known || !(ci->lo > 0) || !isfinite(ci->hi))
		return NAN;
	return log(ci->hi / ci->lo) / 2 / rank_normal_quantile((1 + ci->confidence) / 2) *
	       sqrt((double)aa->x_count);
}

double floor_smallest(const struct comparison *comparison)
{
	return floor_effect(floor_spread(comparison), comparison->x_count);
}

double floor_effect(double spread, size_t blocks)
{
	return blocks ? expm1(reach() * spread / sqrt((double)blocks)) : NAN;
}

size_t floor_blocks(double spread, double effect)
{
	double root = reach() * spread / log1p(effect), blocks = ceil(root * root);

	return blocks <= BLOCKS_FOREVER ? (size_t)fmax(blocks, 6)
					: SIZE_MAX; /* fewer than 6 have no interval */
}

double floor_of(const struct comparison *aa)
{
	const struct interval *ci = &aa->ratio.ci;

	return ci->known && ci->lo > 0 ? expm1(fmax(fabs(log(ci->lo)), fabs(log(ci->hi)))) : NAN;
}
