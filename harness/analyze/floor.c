/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/analyze/floor.h"

#include <math.h>

#include "harness/analyze/rank.h"

double floor_spread(const struct comparison *aa)
{
	const struct interval *ci = &aa->ratio.ci;

	if (!ci->known || !(ci->lo > 0) || !isfinite(ci->hi))
		return NAN;
	return log(ci->hi / ci->lo) / 2 / rank_normal_quantile((1 + ci->confidence) / 2) *
	       sqrt((double)aa->x_count);
}

double floor_of(const struct comparison *aa)
{
	const struct interval *ci = &aa->ratio.ci;

	return ci->known && ci->lo > 0 ? expm1(fmax(fabs(log(ci->lo)), fabs(log(ci->hi)))) : NAN;
}
