/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/analyze/versus.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/analyze/multiple.h"
#include "harness/analyze/pairs.h"
#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"

#define CONTROL_METRIC "request_to_ready_ns"

/* Values for a comparison, to be freed. */
struct values {
	double *x, *y;
	size_t x_count, y_count;
};

/* Values over those of the run's `process` in the same block; false: it has none, or another kind of unit. */
static bool over_control(const struct analysis *a, const struct analysis_summary *sum, double *ret,
			 size_t *ret_count)
{
	size_t control = analysis_plain(a, KIND_PROCESS, a->subjects[sum->subject].root);

	if (control == SIZE_MAX || control == sum->subject || sum->metric->unit != UNIT_NS)
		return false;
	const struct analysis_summary *base = analysis_summary_find(a, sum->metric->name, control);

	if (!base || !base->count)
		return false;
	cleanup_free double *x = alloc_zero(base->count, sizeof(*x));
	struct compare_data data = pairs_by_block(base, sum, x, ret);

	*ret_count = 0;
	for (size_t i = 0; i < data.x_count; i++)
		if (isfinite(x[i]) && x[i] > 0)
			ret[(*ret_count)++] = ret[i] / x[i];
	return *ret_count > 0;
}

/* Is the control itself not what it was? Then the host was not, whatever its description says. */
static bool control_moved(const struct versus *v, const char *root)
{
	const struct analysis_summary *sums[2];
	const struct versus_side *sides[2] = {&v->a, &v->b};
	struct comparison result;

	for (size_t i = 0; i < 2; i++) {
		size_t control = analysis_plain(sides[i]->analysis, KIND_PROCESS, root);

		sums[i] = control == SIZE_MAX
				  ? NULL
				  : analysis_summary_find(sides[i]->analysis, CONTROL_METRIC, control);
		if (!sums[i])
			return false;
	}
	const struct compare_data data = {.x = sums[0]->values,
					  .x_count = sums[0]->count,
					  .y = sums[1]->values,
					  .y_count = sums[1]->count,
					  .confidence = v->a.analysis->confidence};

	if (compare_unpaired(&data, &result, NULL) < 0 || !result.ratio.ci.known)
		return false;
	return result.ratio.ci.lo > 1 || result.ratio.ci.hi < 1;
}

static bool values_normalized(const struct versus *v, const struct versus_row *row, struct values *values)
{
	return over_control(v->a.analysis, row->a, values->x, &values->x_count) &&
	       over_control(v->b.analysis, row->b, values->y, &values->y_count);
}

static void values_plain(const struct versus_row *row, struct values *values)
{
	values->x_count = row->a->count;
	values->y_count = row->b->count;
	(void)memcpy(values->x, row->a->values, row->a->count * sizeof(*values->x));
	(void)memcpy(values->y, row->b->values, row->b->count * sizeof(*values->y));
}

static int row_compare(const struct versus *v, struct versus_row *row, struct error *err)
{
	cleanup_free double *x = alloc_zero(row->a->count, sizeof(*x));
	cleanup_free double *y =
		alloc_zero(row->b->count > row->a->count ? row->b->count : row->a->count, sizeof(*y));
	struct compare_data data;

	if (v->a.analysis == v->b.analysis) {
		data = pairs_by_block(row->a, row->b, x, y);
		data.confidence = v->a.analysis->confidence;
		if (row->a->metric->headline)
			noise_of(&data, true, &row->noise);
		return compare_paired(&data, &row->result, err);
	}
	struct values values = {.x = x, .y = y};

	row->normalized = (differences_have(&v->differences, DIFFERENCE_HOST) ||
			   control_moved(v, v->a.analysis->subjects[row->a->subject].root)) &&
			  values_normalized(v, row, &values);
	if (!row->normalized)
		values_plain(row, &values);
	data = (struct compare_data){.x = x,
				     .y = y,
				     .x_count = values.x_count,
				     .y_count = values.y_count,
				     .confidence = v->a.analysis->confidence};
	if (row->a->metric->headline)
		noise_of(&data, false, &row->noise);
	return compare_unpaired(&data, &row->result, err);
}

static int rows_add(struct versus *v, size_t a, size_t b, struct error *err)
{
	for (size_t m = 0; m < metric_count; m++) {
		struct versus_row row = {
			.a = analysis_summary_find(v->a.analysis, metric_table[m].name, a),
			.b = analysis_summary_find(v->b.analysis, metric_table[m].name, b),
		};

		if (!row.a || !row.b || !row.a->count || !row.b->count)
			continue;
		int rc = row_compare(v, &row, err);

		if (rc < 0) {
			noise_release(&row.noise);
			return error_wrap(err, rc, "%s", metric_table[m].name);
		}
		row.p_holm = row.result.ratio_defined ? row.result.p : NAN;
		v->rows = alloc_grow(v->rows, v->row_count + 1, sizeof(*v->rows));
		v->rows[v->row_count++] = row;
	}
	return 0;
}

static void holm(struct versus *v, bool headline)
{
	cleanup_free double *p = alloc_zero(v->row_count, sizeof(*p));

	for (size_t i = 0; i < v->row_count; i++)
		p[i] = v->rows[i].a->metric->headline == headline ? v->rows[i].p_holm : NAN;
	multiple_holm(p, v->row_count);
	for (size_t i = 0; i < v->row_count; i++)
		if (v->rows[i].a->metric->headline == headline)
			v->rows[i].p_holm = p[i];
}

/* More than 10 % of the attempts failed (R5.10), or a payload that was not the right one. */
static bool unusable(const struct analysis_summary *sum)
{
	return sum->flags & ((flag_set)1 << FLAG_FAIL | (flag_set)1 << FLAG_BUILD);
}

/* Of two runs with more in them than the control, the control tells of the host and of nothing else. */
static bool is_control_of_runs(const struct versus *v, const struct versus_row *row)
{
	const struct analysis_subject *s = &v->a.analysis->subjects[row->a->subject];

	return v->a.subject == SIZE_MAX && v->a.analysis->subject_count > 1 &&
	       analysis_plain(v->a.analysis, KIND_PROCESS, s->root) == row->a->subject;
}

/* Of both runs, and of the control where the values are divided by it. */
static double floor_between(const struct versus *v, const struct versus_row *row)
{
	const struct versus_side *sides[] = {&v->a, &v->b};
	double floor = NAN;

	for (size_t i = 0; i < 2; i++) {
		const struct analysis *a = sides[i]->analysis;
		const struct analysis_summary *sum = i ? row->b : row->a;
		const char *runtime = a->subjects[sum->subject].runtime;

		floor = fmax(floor, floors_between(&a->floors, runtime, row->normalized ? "process" : runtime,
						   sum->metric->name));
	}
	return floor;
}

/* How many are adjusted together with one of a headline metric. */
static size_t headline_tests(const struct versus *v)
{
	size_t count = 0;

	for (size_t i = 0; i < v->row_count; i++)
		count += v->rows[i].a->metric->headline && v->rows[i].result.ratio_defined;
	return count;
}

static void judge(struct versus *v)
{
	size_t tests = headline_tests(v);

	for (size_t i = 0; i < v->row_count; i++) {
		struct versus_row *row = &v->rows[i];
		const struct metric *metric = row->a->metric;
		bool open = (v->comparable || v->forced) && !unusable(row->a) && !unusable(row->b);
		double band = isnan(v->threshold) ? metric->band : v->threshold;

		row->floor = floor_between(v, row);
		row->power = power_of(&row->noise, &(struct power_question){
							   .tests = tests, .band = band, .floor = row->floor});
		noise_release(&row->noise);
		row->verdict = VERDICT_NOT_COMPARABLE;
		if (open)
			row->verdict = verdict_held(verdict_of(&row->result, row->p_holm, band), &row->result,
						    row->floor);
		row->verdict_word = verdict_name(row->verdict, metric);
		row->regression =
			metric->headline && row->verdict == VERDICT_HIGHER && !is_control_of_runs(v, row);
		v->headline_count += metric->headline;
		v->regressions += row->regression;
		v->improvements += metric->headline && row->verdict == VERDICT_LOWER;
	}
}

static size_t subject_find(const struct analysis *a, const char *name)
{
	for (size_t i = 0; i < a->subject_count; i++)
		if (!strcmp(a->subjects[i].name, name))
			return i;
	return SIZE_MAX;
}

/* Each subject that both runs have, under the same name. */
static int runs_compare(struct versus *v, struct error *err)
{
	size_t common = 0;
	int rc = 0;

	for (size_t i = 0; i < v->a.analysis->subject_count && !rc; i++) {
		const struct analysis_subject *s = &v->a.analysis->subjects[i];
		size_t other = subject_find(v->b.analysis, s->name);

		if (other == SIZE_MAX)
			continue;
		common++;
		differences_of_subjects(s, &v->b.analysis->subjects[other], true, &v->differences);
		rc = rows_add(v, i, other, err);
	}
	v->left_out = v->a.analysis->subject_count + v->b.analysis->subject_count - 2 * common;
	if (!rc && !common)
		rc = error_input(err,
				 "the two runs have no subject in common; DIR:SUBJECT names one of each");
	return rc;
}

static int subjects_compare(struct versus *v, struct error *err)
{
	const struct analysis_subject *a = &v->a.analysis->subjects[v->a.subject];
	const struct analysis_subject *b = &v->b.analysis->subjects[v->b.subject];

	if (a == b)
		return error_input(err, "'%s' is held against itself; name two subjects, or two runs",
				   a->name);
	differences_of_subjects(a, b, v->a.analysis != v->b.analysis && !strcmp(a->name, b->name),
				&v->differences);
	return rows_add(v, v->a.subject, v->b.subject, err);
}

int versus_make(struct versus_side a, struct versus_side b, const struct versus_options *options,
		struct versus *ret_versus, struct error *err)
{
	struct versus v = {.a = a, .b = b, .threshold = options->threshold};

	differences_of_runs(a.analysis->recording, b.analysis->recording, &v.differences);
	int rc = a.subject == SIZE_MAX ? runs_compare(&v, err) : subjects_compare(&v, err);

	if (!rc && !v.row_count)
		rc = error_input(err,
				 "no number is on both sides; an empty or failed run has nothing to compare");
	if (rc < 0) {
		versus_release(&v);
		return rc;
	}
	v.comparable = !differences_have(&v.differences, DIFFERENCE_METHOD) &&
		       !differences_have(&v.differences, DIFFERENCE_HOST) &&
		       !differences_have(&v.differences, DIFFERENCE_SUBJECT);
	v.forced = !v.comparable && options->force;
	holm(&v, true);
	holm(&v, false);
	judge(&v);
	*ret_versus = v;
	return 0;
}

void versus_release(struct versus *versus)
{
	differences_release(&versus->differences);
	for (size_t i = 0; i < versus->row_count; i++)
		noise_release(&versus->rows[i].noise);
	free(versus->rows);
	*versus = (struct versus){0};
}
