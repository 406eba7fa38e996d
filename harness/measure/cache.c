/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/measure/cache.h"

#include <stdio.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/measure/residency.h"
#include "harness/model/runtime.h"

static bool is_artefact(enum disk_row row)
{
	return row == DISK_BASE || row == DISK_BOOT;
}

static int count_all(const struct costs *costs, struct cache_state *state, struct error *err)
{
	struct residency all = {0};
	int rc = 0;

	for (size_t i = 0; !rc && i < costs->path_count; i++)
		if (is_artefact(costs->paths[i].row))
			rc = residency_add(costs->paths[i].path, &all, err);
	state->pages_count = rc < 0 ? UNKNOWN : all.pages;
	state->resident_count = rc < 0 ? UNKNOWN : all.resident;
	return rc;
}

static int change_all(const struct costs *costs, int (*change)(const char *, struct error *), struct error *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < costs->path_count; i++)
		if (is_artefact(costs->paths[i].row))
			rc = change(costs->paths[i].path, err);
	return rc;
}

void cache_prepare(const struct run *run, const struct subject *subject, struct cache_state *ret_state)
{
	cleanup_free struct costs *costs = alloc_zero(1, sizeof(*costs));
	bool cold = subject->cache == CACHE_COLD;
	struct error err = {0};

	*ret_state = (struct cache_state){.pages_count = UNKNOWN, .resident_count = UNKNOWN};
	if (subject->runtime->kind == RUNTIME_MOCK)
		return;
	(void)snprintf(ret_state->wanted, sizeof(ret_state->wanted), "%s", cache_name(subject->cache));
	if (!subject->runtime->artefacts) {
		(void)snprintf(ret_state->reason, sizeof(ret_state->reason), "the runtime does not name its artefacts");
		return;
	}
	subject->runtime->artefacts(run, subject, costs);
	int rc = cold ? change_all(costs, residency_evict, &err) : 0;

	if (!rc)
		rc = count_all(costs, ret_state, &err);
	if (!rc && !cold && !cache_state_proven(ret_state)) {
		rc = change_all(costs, residency_fill, &err);
		if (!rc)
			rc = count_all(costs, ret_state, &err);
	}
	if (rc < 0)
		(void)snprintf(ret_state->reason, sizeof(ret_state->reason), "%.95s", err.text);
}
