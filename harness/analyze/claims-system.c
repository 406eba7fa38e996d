/* SPDX-License-Identifier: Apache-2.0 */
/* The claim that a VM may run what is not the host's operating system: decided by one that runs none at all. */
#include "harness/analyze/claims-decide.h"

#include <stdio.h>
#include <string.h>

#include "harness/model/protocol.h"

static bool is_bare(const struct analysis_subject *s)
{
	return s->kind == KIND_VM && !strcmp(json_get_text(json_path(s->json, "asked.options"), "guest", ""), "bare");
}

void claim_decide_system(const struct analysis *a, struct claim_result *r)
{
	size_t ready = 0, bare = 0;
	const struct analysis_subject *one = NULL;

	for (size_t i = 0; i < a->subject_count; i++) {
		const struct analysis_subject *s = &a->subjects[i];

		for (size_t k = 0; is_bare(s) && k < s->sample_count; k++) {
			const struct brief *sample = s->samples[k];

			if (sample->status != SAMPLE_OK || !sample->shared->has_identity)
				continue;
			one = s;
			ready++;
			bare += !strcmp(sample->shared->identity.kernel_release, PROTOCOL_RELEASE_BARE);
		}
	}
	if (!one)
		return;
	r->caveat[0] = '\0';
	r->verdict = bare == ready ? CLAIM_SUPPORTED : CLAIM_REFUTED;
	r->pairs = ready;
	(void)snprintf(r->because, sizeof(r->because),
		       "A guest without any operating system was ready and answered in %zu of %zu samples (%.60s). "
		       "What a container starts are processes of the host's kernel.",
		       bare, ready, one->title);
}
