/* SPDX-License-Identifier: Apache-2.0 */
/* --subjects: some of a scenario's subjects, and others that the command line describes. */
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/model/scenario.h"

static const struct subject *subject_by_name(const struct scenario *scenario, const char *name)
{
	for (size_t i = 0; i < scenario->subject_count; i++)
		if (!strcmp(scenario->subjects[i].name, name))
			return &scenario->subjects[i];
	return NULL;
}

int scenario_select(struct scenario *scenario, const char *list, struct error *err)
{
	cleanup_free char *copy = alloc_text(list);
	struct subject *chosen = NULL;
	size_t count = 0;
	int rc = 0;

	for (char *rest = copy, *name; !rc && (name = strsep(&rest, ","));) {
		const struct subject *known = subject_by_name(scenario, name);

		for (size_t i = 0; i < count && !rc; i++)
			if (!strcmp(chosen[i].name, name))
				rc = error_input(err, "--subjects: '%.64s' is there twice", name);
		if (!rc && count == SCENARIO_SUBJECTS_MAX)
			rc = error_input(err, "--subjects: too many; at most %d", SCENARIO_SUBJECTS_MAX);
		if (rc)
			break;
		chosen = alloc_grow(chosen, count + 1, sizeof(*chosen));
		if (known)
			chosen[count] = *known;
		else
			rc = subject_parse(&chosen[count], name, &scenario->limits, err);
		count++;
	}
	if (rc < 0) {
		free(chosen);
		return rc;
	}
	free(scenario->subjects);
	scenario->subjects = chosen;
	scenario->subject_count = count;
	return 0;
}
