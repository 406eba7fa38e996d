/* SPDX-License-Identifier: Apache-2.0 */
/* Whether containers are confined alike, by what was read from their running payloads. */
#include "harness/analyze/detect.h"

#include <stdio.h>
#include <string.h>

static bool is_confined_as(const struct profile *a, const struct profile *b)
{
	return !strcmp(a->namespaces, b->namespaces) && !strcmp(a->seccomp, b->seccomp) &&
	       !strcmp(a->cap_bounding, b->cap_bounding) && a->no_new_privs == b->no_new_privs &&
	       !strcmp(a->lsm, b->lsm);
}

void detect_confinement(struct analysis *a, struct analysis_flag *flag)
{
	const struct analysis_subject *first = NULL;

	for (size_t i = 0; i < a->subject_count; i++) {
		const struct analysis_subject *s = &a->subjects[i];

		if (s->kind != KIND_CONTAINER || !s->identity || !s->identity->shared->identity.profile.known)
			continue;
		if (!first) {
			first = s;
		} else if (!is_confined_as(&s->identity->shared->identity.profile,
					   &first->identity->shared->identity.profile)) {
			flag_touch(flag, i);
			(void)snprintf(flag->detail, sizeof(flag->detail), "otherwise than %.64s", first->title);
		}
	}
	if (!first)
		flag_unchecked(flag, "no container's payload was a process of this host");
}
