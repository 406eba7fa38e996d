/* SPDX-License-Identifier: Apache-2.0 */
/* Two sides held against each other, for programs. */
#include <math.h>

#include "harness/report/report-json.h"
#include "harness/report/versus-report.h"

static struct json *differences_json(const struct differences *differences)
{
	struct json *rows = json_array();

	for (size_t i = 0; i < differences->count; i++) {
		const struct difference *d = &differences->rows[i];
		struct json *row = json_object();

		json_add_text(row, "kind", difference_kind_name(d->kind));
		json_add_text(row, "subject", d->subject);
		json_add_text(row, "what", d->what);
		json_add_text(row, "a", d->a);
		json_add_text(row, "b", d->b);
		json_append(rows, row);
	}
	return rows;
}

static struct json *row_json(const struct versus *v, const struct versus_row *row)
{
	struct json *object = json_object();

	json_add_text(object, "metric", row->a->metric->name);
	json_add_bool(object, "headline", row->a->metric->headline);
	json_add_text(object, "a", v->a.analysis->subjects[row->a->subject].name);
	json_add_text(object, "b", v->b.analysis->subjects[row->b->subject].name);
	json_add_number(object, "median_a", row->a->stats.median);
	json_add_number(object, "median_b", row->b->stats.median);
	json_add_int(object, "n_a", (int64_t)row->result.x_count);
	json_add_int(object, "n_b", (int64_t)row->result.y_count);
	json_add_bool(object, "divided_by_process", row->normalized);
	json_add_comparison(object, &row->result, row->a->metric->unit, row->p_holm);
	json_add_number(object, "noise_floor_ratio", row->floor);
	json_add_power(object, &row->power);
	json_add_text(object, "verdict", row->verdict_word);
	json_add_bool(object, "regression", row->regression);
	return object;
}

char *versus_json(const struct versus *v, const struct versus_names *names, bool all)
{
	struct json *object = json_object(), *rows = json_array();

	json_add_text(object, "schema_version", SCHEMA_VERSION);
	json_add_text(object, "a", names->a);
	json_add_text(object, "b", names->b);
	json_add_bool(object, "comparable", v->comparable);
	json_add_bool(object, "forced", v->forced);
	json_add_number(object, "threshold_ratio", v->threshold);
	json_add(object, "differences", differences_json(&v->differences));
	for (size_t i = 0; i < v->row_count; i++)
		if (all || v->rows[i].a->metric->headline)
			json_append(rows, row_json(v, &v->rows[i]));
	json_add(object, "rows", rows);
	json_add_int(object, "subjects_left_out_count", (int64_t)v->left_out);
	json_add_int(object, "regressions_count", (int64_t)v->regressions);
	json_add_int(object, "improvements_count", (int64_t)v->improvements);
	char *text = json_text(object, true);

	json_free(object);
	return text;
}
