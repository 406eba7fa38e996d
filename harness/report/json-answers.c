/* SPDX-License-Identifier: Apache-2.0 */
/* summary, phases, comparisons, flags and claims of report.json. An unknown or infinite number is null. */
#include <math.h>

#include "harness/analyze/alarms.h"
#include "harness/analyze/parts.h"
#include "harness/report/report-json.h"

/* [lo, hi], an infinite end as null; null as a whole where there is no interval. */
static void add_interval(struct json *object, const char *key, const struct interval *ci)
{
	if (!ci->known) {
		json_add_null(object, key);
		return;
	}
	struct json *pair = json_array();

	json_append(pair, json_new_number(ci->lo));
	json_append(pair, json_new_number(ci->hi));
	json_add(object, key, pair);
}

static void add_flags(struct json *object, flag_set flags)
{
	struct json *ids = json_array();

	for (size_t f = 0; f < FLAG_COUNT; f++)
		if (flags >> f & 1)
			json_append(ids, json_new_text(flag_table[f].id));
	json_add(object, "flags", ids);
}

static void add_location(struct json *row, const struct stats_summary *s)
{
	const struct {
		const char *key;
		double value;
	} numbers[] = {
		{"median", s->median}, {"mean", s->mean}, {"sd", s->sd},   {"min", s->min}, {"p25", s->p25},
		{"p75", s->p75},       {"p90", s->p90},	  {"max", s->max}, {"mad", s->mad},
	};
	struct json *outliers = json_object();

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		json_add_number(row, numbers[i].key, numbers[i].value);
	add_interval(row, "ci", &s->ci);
	json_add_text(row, "ci_method", "order_statistics");
	json_add_number(row, "ci_confidence_ratio", s->ci.known ? s->ci.confidence : NAN);
	add_interval(row, "p90_ci", &s->p90_ci);
	json_add_int(outliers, "mild", (int64_t)s->outliers_mild);
	json_add_int(outliers, "severe", (int64_t)s->outliers_severe);
	json_add(row, "outliers", outliers);
}

struct json *json_of_summary(const struct analysis *analysis)
{
	struct json *rows = json_array();

	for (size_t i = 0; i < analysis->summary_count; i++) {
		const struct analysis_summary *sum = &analysis->summaries[i];
		const struct analysis_subject *s = &analysis->subjects[sum->subject];
		const struct analysis_counts *counts = &s->counts[sum->metric->kind];
		struct json *row = json_object();

		json_add_text(row, "metric", sum->metric->name);
		json_add_text(row, "subject", s->name);
		json_add_text(row, "label", s->label);
		json_add_int(row, "n", (int64_t)sum->count);
		json_add_int(row, "censored", (int64_t)sum->stats.censored);
		json_add_int(row, "missing", (int64_t)sum->missing);
		json_add_int(row, "tried", (int64_t)counts->tried);
		json_add_int(row, "failed", (int64_t)counts->failed);
		add_interval(row, "failed_ratio_ci", &counts->failed_ci);
		add_location(row, &sum->stats);
		json_add_number(row, "censored_at_ns", sum->timeout_ns);
		add_flags(row, sum->flags);
		json_append(rows, row);
	}
	return rows;
}

struct json *json_of_phases(const struct analysis *analysis)
{
	struct json *rows = json_array();
	struct phase phases[EVENT_COUNT];

	for (size_t i = 0; i < analysis->subject_count; i++) {
		size_t count = phases_of(&analysis->subjects[i], phases);

		for (size_t k = 0; k < count; k++) {
			struct json *row = json_object();

			json_add_text(row, "subject", analysis->subjects[i].name);
			json_add_text(row, "from", event_name(phases[k].from));
			json_add_text(row, "to", event_name(phases[k].to));
			json_add_text(row, "part", part_name(part_of(analysis->subjects[i].kind, &phases[k])));
			json_add_int(row, "medoid_sample", analysis->subjects[i].medoid->id);
			json_add_number(row, "medoid_ns", phases[k].medoid_ns);
			json_add_number(row, "err_ns", phases[k].err_ns);
			json_add_number(row, "median_ns", phases[k].median_ns);
			json_add_int(row, "n", (int64_t)phases[k].n);
			json_append(rows, row);
		}
	}
	return rows;
}

static const char *method_of(const struct comparison *r)
{
	if (r->paired)
		return r->ratio_defined ? "paired_signed_rank_hl_log" : "paired_signed_rank_hl";
	return r->ratio_defined ? "unpaired_mann_whitney_hl_log" : "unpaired_mann_whitney_hl";
}

void json_add_comparison(struct json *row, const struct comparison *r, enum metric_unit unit, double p_holm)
{
	bool time = unit == UNIT_NS;

	json_add_number(row, "ratio_hl", r->ratio.value);
	add_interval(row, "ratio_ci", &r->ratio.ci);
	json_add_number(row, time ? "diff_ns" : "diff_bytes", r->difference.value);
	add_interval(row, time ? "diff_ci_ns" : "diff_ci_bytes", &r->difference.ci);
	json_add_number(row, "ratio_without_severe_outliers", r->ratio_trimmed.value);
	json_add_int(row, "severe_outliers", (int64_t)r->trimmed);
	json_add_text(row, "method", method_of(r));
	json_add_number(row, "p_permutation", r->p);
	json_add_number(row, "p_holm", p_holm);
	json_add_number(row, "effect_rank_biserial", r->effect);
	json_add_number(row, "autocorrelation", r->autocorrelation);
}

void json_add_power(struct json *row, const struct power *power)
{
	json_add_number(row, "smallest_effect_ratio", power->called);
	json_add_number(row, "smallest_seen_ratio", power->seen);
}

struct json *json_of_comparisons(const struct analysis *analysis)
{
	struct json *rows = json_array();

	for (size_t i = 0; i < analysis->comparison_count; i++) {
		const struct analysis_comparison *c = &analysis->comparisons[i];
		struct json *row = json_object();

		json_add_text(row, "metric", c->metric_b->name);
		json_add_text(row, "metric_a", c->metric_a->name);
		json_add_text(row, "a", analysis->subjects[c->a].name);
		json_add_text(row, "b", analysis->subjects[c->b].name);
		json_add_int(row, "pairs", (int64_t)c->pairs);
		json_add_int(row, "pairs_both_censored", (int64_t)c->result.dropped);
		json_add_int(row, "unpaired", (int64_t)c->unpaired);
		json_add_comparison(row, &c->result, c->metric_b->unit, c->p_holm);
		json_add_number(row, "noise_floor_ratio", c->floor);
		json_add_power(row, &c->power);
		json_add_text(row, "verdict", c->verdict_word);
		add_flags(row, c->flags);
		json_append(rows, row);
	}
	return rows;
}

struct json *json_of_alarms(const struct analysis *analysis)
{
	struct json *rows = json_array();

	for (size_t i = 0; i < analysis->alarm_count; i++) {
		const struct alarms_row *alarms = &analysis->alarms[i];
		struct json *row = json_object();

		json_add_text(row, "a", analysis->subjects[alarms->a].name);
		json_add_text(row, "b", analysis->subjects[alarms->b].name);
		json_add_int(row, "blocks", (int64_t)alarms->blocks);
		json_add_number(row, "delay_ratio", alarms->delay);
		json_add_int(row, "of", ALARMS_SEEDS);
		json_add_int(row, "faster", alarms->found.faster);
		json_add_int(row, "slower", alarms->found.slower);
		json_add_int(row, "interval_without_1", alarms->found.without_1);
		json_append(rows, row);
	}
	return rows;
}

struct json *json_of_flags(const struct analysis *analysis)
{
	struct json *rows = json_array();

	for (size_t pass = 0; pass < 2; pass++)
		for (size_t f = 0; f < FLAG_COUNT; f++) {
			const struct analysis_flag *flag = &analysis->flags[f];
			struct json *row, *subjects;

			if (flag->triggered != (pass == 0))
				continue;
			row = json_object();
			subjects = json_array();
			json_add_text(row, "id", flag_table[f].id);
			json_add_text(row, "severity", fairness_severity_name(flag_table[f].severity));
			json_add_bool(row, "triggered", flag->triggered);
			json_add_bool(row, "checked", flag->checked);
			for (size_t i = 0; i < flag->subject_count; i++)
				json_append(subjects, json_new_text(analysis->subjects[flag->subjects[i]].name));
			json_add(row, "subjects", subjects);
			json_add_text(row, "text", flag_table[f].text);
			json_add_text(row, "detail", *flag->detail ? flag->detail : NULL);
			json_append(rows, row);
		}
	return rows;
}

static struct json *effect_json(const struct estimate *estimate)
{
	struct json *object = json_object();

	json_add_number(object, "ratio", estimate->value);
	add_interval(object, "ratio_ci", &estimate->ci);
	return object;
}

struct json *json_of_claims(const struct analysis *analysis)
{
	struct json *rows = json_array();

	for (size_t i = 0; i < analysis->claims.count; i++) {
		const struct claim_result *c = &analysis->claims.rows[i];
		bool amount = c->amount_verdict != CLAIM_NOT_MEASURED;
		struct json *row = json_object(), *effect = *c->effect_of ? effect_json(&c->effect) : NULL;

		json_add_text(row, "id", c->id);
		json_add_text(row, "kind", c->kind);
		json_add_text(row, "text", c->text);
		json_add_text(row, "measured_by", c->measured_by);
		json_add_text(row, "verdict", claim_verdict_name(c->verdict));
		json_add_text(row, "because", *c->because ? c->because : NULL);
		json_add_text(row, "caveat", *c->caveat ? c->caveat : NULL);
		if (effect) {
			json_add_text(effect, "of", c->effect_of);
			json_add(row, "effect", effect);
		} else {
			json_add_null(row, "effect");
		}
		json_add_int(row, "n", (int64_t)c->pairs);
		if (amount) {
			struct json *object = effect_json(&c->amount);

			json_add_text(object, "verdict", claim_verdict_name(c->amount_verdict));
			json_add(row, "amount", object);
		} else {
			json_add_null(row, "amount");
		}
		json_append(rows, row);
	}
	return rows;
}
