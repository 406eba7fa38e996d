/* SPDX-License-Identifier: Apache-2.0 */
/* From numbers to one word. */
#include "harness/analyze/verdict.h"

#include <math.h>

enum verdict verdict_of(const struct comparison *comparison, double adjusted_p, double band)
{
	const struct estimate *ratio = &comparison->ratio;

	if (!comparison->ratio_defined)
		return VERDICT_NOT_COMPARABLE;
	if (!ratio->ci.known || isnan(ratio->value))
		return VERDICT_INCONCLUSIVE;
	if (ratio->ci.lo >= 1 - band && ratio->ci.hi <= 1 + band)
		return VERDICT_EQUIVALENT;
	if (ratio->ci.lo <= 1 && ratio->ci.hi >= 1)
		return VERDICT_INCONCLUSIVE;
	if (fabs(ratio->value - 1) <= band)
		return VERDICT_DIFFERENT_BUT_SMALL;
	if (adjusted_p < VERDICT_P)
		return ratio->value < 1 ? VERDICT_LOWER : VERDICT_HIGHER;
	return VERDICT_INCONCLUSIVE;
}

enum verdict verdict_held(enum verdict verdict, const struct comparison *comparison, double floor)
{
	bool different = verdict == VERDICT_LOWER || verdict == VERDICT_HIGHER ||
			 verdict == VERDICT_DIFFERENT_BUT_SMALL;

	return different && fabs(log(comparison->ratio.value)) <= log1p(floor) ? VERDICT_INCONCLUSIVE : verdict;
}

const char *verdict_name(enum verdict verdict, const struct metric *metric)
{
	const char *const names[] = {
		[VERDICT_NOT_COMPARABLE] = "not_comparable",
		[VERDICT_EQUIVALENT] = "equivalent",
		[VERDICT_LOWER] = metric->lower,
		[VERDICT_HIGHER] = metric->higher,
		[VERDICT_DIFFERENT_BUT_SMALL] = "different_but_small",
		[VERDICT_INCONCLUSIVE] = "inconclusive",
	};

	return names[verdict];
}
