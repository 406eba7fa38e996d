/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/model/cache-state.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/model/sample.h"

#define WARM_LEAST 0.99
#define COLD_BELOW 0.01

const struct json_plain_field cache_state_fields[] = {
	PLAIN_ROW_TEXT(struct cache_state, wanted, "cache"),
	PLAIN_ROW_IGNORED("resident_ratio"),
	PLAIN_ROW_NEEDED(struct cache_state, pages_count, "pages_count"),
	PLAIN_ROW_NEEDED(struct cache_state, resident_count, "resident_count"),
	PLAIN_ROW_IGNORED("proven"),
	PLAIN_ROW_IGNORED("cold_incomplete"),
	PLAIN_ROW_TEXT(struct cache_state, reason, "reason"),
	{0},
};

double cache_state_ratio(const struct cache_state *state)
{
	if (!*state->wanted || state->pages_count == UNKNOWN || state->pages_count <= 0)
		return NAN;
	return (double)state->resident_count / (double)state->pages_count;
}

bool cache_state_proven(const struct cache_state *state)
{
	double ratio = cache_state_ratio(state);

	return strcmp(state->wanted, "cold") ? ratio >= WARM_LEAST : ratio < COLD_BELOW;
}

struct json *cache_state_to_json(const struct cache_state *state)
{
	struct json *object = json_object();

	json_add_text(object, "cache", state->wanted);
	json_add_number(object, "resident_ratio", cache_state_ratio(state));
	if (state->pages_count == UNKNOWN) {
		json_add_null(object, "pages_count");
		json_add_null(object, "resident_count");
	} else {
		json_add_int(object, "pages_count", state->pages_count);
		json_add_int(object, "resident_count", state->resident_count);
	}
	json_add_bool(object, "proven", cache_state_proven(state));
	json_add_bool(object, "cold_incomplete", !strcmp(state->wanted, "cold") && !cache_state_proven(state));
	json_add_text(object, "reason", *state->reason ? state->reason : NULL);
	return object;
}

void cache_state_from_json(const struct json *json, struct cache_state *ret_state)
{
	(void)memset(ret_state, 0, sizeof(*ret_state));
	if (!json_is_object(json))
		return;
	(void)snprintf(ret_state->wanted, sizeof(ret_state->wanted), "%s", json_get_text(json, "cache", ""));
	ret_state->pages_count = json_get_int(json, "pages_count", UNKNOWN);
	ret_state->resident_count = json_get_int(json, "resident_count", UNKNOWN);
	(void)snprintf(ret_state->reason, sizeof(ret_state->reason), "%s", json_get_text(json, "reason", ""));
}
