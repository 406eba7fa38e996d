/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/model/clock-sync.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "harness/model/sample.h"

static const struct {
	const char *key;
	size_t offset;
} rows[] = {
	{"count", offsetof(struct clock_sync, count)},
	{"err_ns", offsetof(struct clock_sync, err_ns)},
	{"rtt_min_ns", offsetof(struct clock_sync, rtt_min_ns)},
	{"guest_hz", offsetof(struct clock_sync, guest_hz)},
};

const struct json_plain_field clock_sync_fields[] = {
	PLAIN_ROW_BOOL(struct clock_sync, ok, "ok"),
	PLAIN_ROW_TEXT(struct clock_sync, method, "method"),
	PLAIN_ROW_NEEDED(struct clock_sync, count, "count"),
	PLAIN_ROW_NEEDED(struct clock_sync, err_ns, "err_ns"),
	PLAIN_ROW_NEEDED(struct clock_sync, rtt_min_ns, "rtt_min_ns"),
	PLAIN_ROW_NEEDED(struct clock_sync, guest_hz, "guest_hz"),
	PLAIN_ROW_TEXT(struct clock_sync, reason, "reason"),
	{0},
};

struct json *clock_sync_to_json(const struct clock_sync *sync)
{
	struct json *object = json_object();

	json_add_bool(object, "ok", sync->ok);
	json_add_text(object, "method", sync->method);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t number = *(const int64_t *)((const char *)sync + rows[i].offset);

		if (number == UNKNOWN)
			json_add_null(object, rows[i].key);
		else
			json_add_int(object, rows[i].key, number);
	}
	json_add_text(object, "reason", *sync->reason ? sync->reason : NULL);
	return object;
}

void clock_sync_from_json(const struct json *json, struct clock_sync *ret_sync)
{
	(void)memset(ret_sync, 0, sizeof(*ret_sync));
	if (!json_is_object(json))
		return;
	ret_sync->ok = json_get_bool(json, "ok", false);
	(void)snprintf(ret_sync->method, sizeof(ret_sync->method), "%s", json_get_text(json, "method", ""));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		*(int64_t *)((char *)ret_sync + rows[i].offset) = json_get_int(json, rows[i].key, UNKNOWN);
	(void)snprintf(ret_sync->reason, sizeof(ret_sync->reason), "%s", json_get_text(json, "reason", ""));
}
