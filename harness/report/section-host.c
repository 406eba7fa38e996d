/* SPDX-License-Identifier: Apache-2.0 */
/* The machine, and what the doctor found about it. */
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/report/sections.h"

static void host_value(struct table *table, const char *key, const struct json *value)
{
	cleanup_free char *text = json_is_text(value) ? alloc_text(json_text_of(value, "")) :
				  json_is_null(value) ? alloc_text("not recorded") :
							json_text(value, false);

	table_add(table, "%s", key);
	table_add(table, "%s", text);
}

/* Everything in host.json that is not the doctor's, one level deep. */
void section_host(struct page *page, const struct analysis *a)
{
	const struct json *host = json_get(a->recording->host, "host");
	struct table table = {.align = "ll"};

	table_add(&table, "fact"), table_add(&table, "value");
	for (const struct json *group = json_first(host); group; group = json_next(group)) {
		if (!strcmp(json_key(group), "doctor"))
			continue;
		if (!json_is_object(group)) {
			host_value(&table, json_key(group), group);
			continue;
		}
		for (const struct json *row = json_first(group); row; row = json_next(row)) {
			cleanup_free char *key = alloc_format("%s.%s", json_key(group), json_key(row));

			host_value(&table, key, row);
		}
	}
	page_heading(page, "Host");
	page_table(page, &table);
}

void section_doctor(struct page *page, const struct analysis *a)
{
	static const char *const keys[] = {"id", "level", "value", "message", "remedy"};
	const struct json *rows = json_path(a->recording->host, "host.doctor");
	struct table table = {.align = "lllll"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		table_add(&table, "%s", keys[i]);
	for (const struct json *row = json_first(rows); row; row = json_next(row))
		for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
			table_add(&table, "%s", json_get_text(row, keys[i], ""));
	if (json_count(rows))
		page_heading(page, "Doctor");
	page_table(page, &table);
}
