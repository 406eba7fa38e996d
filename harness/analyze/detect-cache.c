/* SPDX-License-Identifier: Apache-2.0 */
/* What the page cache held before the starts: the proof of warm and cold (method 1.8). */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/analyze/detect.h"

/* What the samples of one state say. */
struct proof {
	size_t tried, failed;
	double least, most; /* resident shares; NAN: none is known */
	const char *reason;
};

static void proof_take(struct proof *proof, const struct brief *sample)
{
	const struct cache_state state = brief_cache(sample);
	double ratio = cache_state_ratio(&state);

	proof->tried++;
	proof->failed += !cache_state_proven(&state);
	proof->least = fmin(proof->least, ratio);
	proof->most = fmax(proof->most, ratio);
	if (*state.reason)
		proof->reason = sample->shared->cache.reason;
}

/* All samples that wanted `state`; touches the subjects of those that lack the proof, or of all of them. */
static struct proof collect(struct analysis *a, struct analysis_flag *flag, const char *state, bool all)
{
	struct proof proof = {.least = NAN, .most = NAN, .reason = ""};

	for (size_t i = 0; i < a->subject_count; i++)
		for (size_t k = 0; k < a->subjects[i].sample_count; k++) {
			const struct brief *sample = a->subjects[i].samples[k];
			const struct cache_state cache = brief_cache(sample);

			if (strcmp(cache.wanted, state))
				continue;
			proof_take(&proof, sample);
			if (all || !cache_state_proven(&cache))
				flag_touch(flag, i);
		}
	return proof;
}

void detect_warm(struct analysis *a, struct analysis_flag *flag)
{
	struct proof proof = collect(a, flag, "warm", false);

	if (!proof.tried)
		flag_unchecked(flag, "no sample says what was in the page cache");
	else if (proof.failed)
		(void)snprintf(flag->detail, sizeof(flag->detail),
			       "not proven: %zu of %zu samples; least resident: %.1f %%; %s", proof.failed,
			       proof.tried, proof.least * 100, proof.reason);
}

void detect_cold(struct analysis *a, struct analysis_flag *flag)
{
	struct proof proof = collect(a, flag, "cold", true);

	if (!proof.tried)
		return; /* no subject was cold */
	if (proof.failed)
		(void)snprintf(flag->detail, sizeof(flag->detail),
			       "cold_incomplete: %zu of %zu samples, up to %.1f %% resident; %s", proof.failed,
			       proof.tried, proof.most * 100, proof.reason);
	else
		(void)snprintf(flag->detail, sizeof(flag->detail), "proven: at most %.2f %% resident in %zu samples",
			       proof.most * 100, proof.tried);
}
