/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/analyze/floors.h"

#include <math.h>
#include <string.h>

#include "harness/analyze/analysis.h"
#include "harness/analyze/floor.h"
#include "harness/analyze/pairs.h"

static void floors_add(struct floors *floors, const struct floor_row *row)
{
	if (floors->count < FLOORS_MAX && row->floor >= 0 && row->spread >= 0 && isfinite(row->floor) &&
	    isfinite(row->spread))
		floors->rows[floors->count++] = *row;
}

static void read_host(const struct analysis *a, struct floors *floors)
{
	const struct json *record = json_path(a->recording->host, "host.noise_floor");

	floors->measured_utc = json_get_text(record, "measured_utc", NULL);
	for (const struct json *row = json_first(json_get(record, "rows")); row; row = json_next(row)) {
		const struct metric *metric = metric_find(json_get_text(row, "metric", ""));
		int64_t blocks = json_get_int(row, "blocks", 0);

		if (metric && blocks > 0)
			floors_add(floors, &(struct floor_row){
						   .runtime = json_get_text(row, "runtime", ""),
						   .metric = metric->name,
						   .floor = json_get_number(row, "floor_ratio", NAN),
						   .spread = json_get_number(row, "spread_log", NAN),
						   .blocks = (size_t)blocks,
					   });
	}
}

static void read_twins(const struct analysis *a, struct floors *floors)
{
	for (size_t i = 0; i < a->comparison_count; i++) {
		const struct analysis_comparison *c = &a->comparisons[i];

		if (c->twins)
			floors_add(floors, &(struct floor_row){
						   .runtime = a->subjects[c->a].runtime,
						   .metric = c->metric_b->name,
						   .floor = floor_of(&c->result),
						   .spread = floor_spread(&c->result),
						   .blocks = c->pairs,
					   });
	}
}

void floors_read(const struct analysis *analysis, struct floors *ret)
{
	ret->count = 0;
	read_host(analysis, ret);
	read_twins(analysis, ret);
}

double floors_between(const struct floors *floors, const char *runtime_a, const char *runtime_b,
		      const char *metric)
{
	double floor = NAN;

	for (size_t i = 0; i < floors->count; i++) {
		const struct floor_row *row = &floors->rows[i];

		if (!strcmp(row->metric, metric) &&
		    (!strcmp(row->runtime, runtime_a) || !strcmp(row->runtime, runtime_b)))
			floor = fmax(floor, row->floor);
	}
	return floor;
}

/* Later runs of this host are held against this floor, and adjusted for as many tests as they have. */
static void add_effects(struct json *row, const struct noise *noise, struct power_question question)
{
	static const size_t blocks[] = {10, 30, 60};
	struct json *effects = json_array();
	size_t needed = power_blocks(noise, POWER_EFFECT);

	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		struct json *effect = json_object();

		question.blocks = blocks[i];
		struct power power = power_of(noise, &question);

		json_add_int(effect, "blocks", (int64_t)blocks[i]);
		json_add_number(effect, "smallest_effect_ratio", power.called);
		json_add_number(effect, "smallest_seen_ratio", power.seen);
		json_append(effects, effect);
	}
	json_add(row, "effects", effects);
	json_add_number(row, "blocks_for_5_percent", needed && needed < SIZE_MAX ? (double)needed : NAN);
}

static struct json *twin_row(const struct analysis *a, const struct analysis_comparison *c)
{
	struct json *row = json_object();
	struct power_question question = {
		.tests = pairs_tests(a, c->metric_a->headline),
		.band = c->metric_b->band,
		.floor = floor_of(&c->result),
	};
	struct noise noise;

	json_add_text(row, "runtime", a->subjects[c->a].runtime);
	json_add_text(row, "metric", c->metric_b->name);
	json_add_int(row, "blocks", (int64_t)c->pairs);
	json_add_number(row, "floor_ratio", question.floor);
	json_add_number(row, "spread_log", floor_spread(&c->result));
	json_add_int(row, "tests", (int64_t)question.tests);
	pairs_noise(a, c, &noise);
	add_effects(row, &noise, question);
	noise_release(&noise);
	return row;
}

struct json *floors_record(const struct analysis *a)
{
	const struct json *run = json_get(a->recording->plan, "run");
	struct json *record = json_object(), *rows = json_array();

	json_add_text(record, "measured_utc", json_get_text(run, "started_utc", NULL));
	json_add_text(record, "run_id", json_get_text(run, "id", NULL));
	json_add_int(record, "method_version", METHOD_VERSION);
	json_add_text(record, "fingerprint_sha256",
		      json_text_of(json_path(a->recording->host, "host.fingerprint_sha256"), NULL));
	for (size_t i = 0; i < a->comparison_count; i++)
		if (a->comparisons[i].twins && isfinite(floor_spread(&a->comparisons[i].result)))
			json_append(rows, twin_row(a, &a->comparisons[i]));
	json_add(record, "rows", rows);
	return record;
}
