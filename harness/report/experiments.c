/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/report/experiments.h"

#include <string.h>

#include "harness/analyze/experiment-records.h"
#include "harness/report/sections.h"

static const struct {
	const char *name;
	struct json *(*json)(const struct analysis *analysis);
	void (*section)(struct page *page, const struct analysis *analysis);
} rows[] = {
	{"memory", json_of_memory, section_memory},
	{"density", json_of_density, section_density},
	{"limit", json_of_limit, section_limit},
	{"touch", json_of_touch, section_touch},
	{"disk", json_of_disk, section_disk},
	{"cow", json_of_cow, section_cow},
	{"layers", json_of_layers, section_layers},
	{"exec", json_of_exec, section_exec},
	{"distribution", json_of_distribution, section_distribution},
	{"work", json_of_work, section_work},
};

struct json *json_of_experiments(const struct analysis *analysis)
{
	struct json *object = json_object();

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (experiment_next(analysis, rows[i].name, NULL))
			json_add(object, rows[i].name, rows[i].json(analysis));
	return object;
}

void section_experiments(struct page *page, const struct analysis *analysis)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (experiment_next(analysis, rows[i].name, NULL))
			rows[i].section(page, analysis);
}

struct json *json_of_stats(const struct stats_summary *stats)
{
	struct json *object = json_object(), *ci = json_array();

	json_append(ci, json_new_number(stats->ci.lo));
	json_append(ci, json_new_number(stats->ci.hi));
	json_add_int(object, "n", (int64_t)stats->n);
	json_add_number(object, "median", stats->median);
	if (stats->ci.known) {
		json_add(object, "ci", ci);
	} else {
		json_free(ci);
		json_add_null(object, "ci");
	}
	json_add_number(object, "min", stats->min);
	json_add_number(object, "max", stats->max);
	return object;
}

void table_add_median(struct table *table, enum units units, const struct stats_summary *stats)
{
	char text[UNITS_MAX];

	table_add(table, "%s", stats->n ? units_text(units, stats->median, text) : "");
}
