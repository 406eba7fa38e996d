/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/analyze/experiment-work.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/analyze/experiment-records.h"
#include "harness/analyze/multiple.h"
#include "harness/analyze/network-class.h"
#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"

#define WORK "work"
#define DONE "ok"	     /* of a record: the payload's word */
#define LEFT_OUT "left_out"  /* by the harness */
#define ITERATIONS_MAX 64

static const struct metric cost_metric = {
	.name = "cost_ns",
	.title = "cost of one operation",
	.unit = UNIT_NS,
	.kind = BLOCK_EXPERIMENT,
	.band = 0.05,
	.lower = "cheaper",
	.higher = "dearer",
};

/* Which way is better only the user knows. */
static const struct metric own_metric = {
	.name = "value",
	.title = "a program's own number",
	.kind = BLOCK_EXPERIMENT,
	.band = 0.05,
	.lower = "less",
	.higher = "more",
};

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Numbers of a record, one for each iteration: own and host are how long it took by both clocks. */
struct series {
	const struct json *number, *own, *host;
};

static bool series_next(struct series *s)
{
	s->number = json_next(s->number);
	s->own = s->own ? json_next(s->own) : NULL;
	s->host = s->host ? json_next(s->host) : NULL;
	return s->number;
}

/* By how much the host's clock ran on while the instance's own counted 1; 1: not known. */
static double stretch_of(const struct series *s)
{
	double own = json_number_of(s->own, NAN), host = json_number_of(s->host, NAN);

	return own > 0 && host > 0 ? host / own : 1;
}

/* The median of the numbers after the warm-up that are above `floor`, by the host's clock or not; NAN: none is. */
static double counted_median(const struct json *record, const struct json *numbers, bool by_host, double floor)
{
	double values[ITERATIONS_MAX] = {0}, warmup = experiment_value(record, "warmup_count");
	struct series s = {json_first(numbers), json_first(json_get(record, "ns")),
			   json_first(json_get(record, "host_ns"))};
	size_t count = 0, at = 0;

	for (bool more = s.number; more && count < ITERATIONS_MAX; more = series_next(&s)) {
		double value = json_number_of(s.number, NAN);

		if (at++ >= (size_t)fmax(warmup, 0) && value > floor)
			values[count++] = by_host ? value * stretch_of(&s) : value;
	}
	qsort(values, count, sizeof(values[0]), compare_doubles);
	return count ? stats_quantile(values, count, 0.5) : NAN;
}

/* A number of a user's program in its record; NULL: it has none of that name. */
static const struct json *metric_in(const struct json *record, const char *name)
{
	const struct json *metric = json_first(json_get(record, "metrics"));

	while (metric && strcmp(json_get_text(metric, "name", ""), name) != 0)
		metric = json_next(metric);
	return metric;
}

static bool is_done(const struct json *record)
{
	return !strcmp(json_get_text(record, "status", ""), DONE);
}

#define CLOCK_OFF_NS 1e6
#define CLOCK_OFF_RATIO 0.005

/* How an instance's own clock and the host's marks around its iterations agree. */
struct clocks {
	double ratio; /* the largest part by which they differ; of short work the marks' own way is a part of that */
	bool off;     /* beyond R4.1 in most iterations: one late mark is noise, a wrong clock is wrong each time */
};

static struct clocks clocks_of(const struct json *record)
{
	const struct json *host = json_first(json_get(record, "host_ns"));
	struct clocks clocks = {.ratio = NAN};
	size_t known = 0, off = 0;

	for (const struct json *n = json_first(json_get(record, "ns")); n && host;
	     n = json_next(n), host = json_next(host)) {
		double own = json_number_of(n, NAN), whole = json_number_of(host, NAN);

		if (!(own > 0 && whole > 0))
			continue;
		clocks.ratio = fmax(fabs(own / whole - 1), isnan(clocks.ratio) ? 0 : clocks.ratio);
		known++;
		off += fabs(own - whole) > fmax(CLOCK_OFF_NS, CLOCK_OFF_RATIO * whole);
	}
	clocks.off = 2 * off > known;
	return clocks;
}

double work_record_cost(const struct json *record, enum analysis_kind kind)
{
	double ops = experiment_value(record, "ops_count");

	/* A process and a container have the host's clock: there the marks were late. */
	bool by_host = kind == KIND_VM && clocks_of(record).off;

	return is_done(record) && ops > 0 ? counted_median(record, json_get(record, "cost_ns"), by_host, 0) / ops : NAN;
}

/* What one operation costs in this instance, or what the program's number is; NAN: it did not do it. */
static double instance_value(const struct work_cell *cell, const struct json *record, enum analysis_kind kind)
{
	if (!*cell->metric)
		return work_record_cost(record, kind);
	const struct json *values = json_get(metric_in(record, cell->metric), "values");

	return is_done(record) ? counted_median(record, values, false, -INFINITY) : NAN;
}

/* One subject's instances at one workload. */
struct instances {
	double *cost, *block;
	size_t count;
};

static void instances_free(struct instances *instances)
{
	free(instances->cost);
	free(instances->block);
}

static void instance_take(struct work_cell *cell, struct instances *all, const struct json *record,
			  enum analysis_kind kind)
{
	double cost = instance_value(cell, record, kind);
	struct clocks clocks = clocks_of(record);
	const char *error = json_get_text(record, "error", NULL);

	if (!isnan(clocks.ratio))
		cell->clock_ratio = fmax(clocks.ratio, isnan(cell->clock_ratio) ? 0 : cell->clock_ratio);
	cell->clock_off += clocks.off;
	if (isnan(cost)) {
		cell->failed += strcmp(json_get_text(record, "status", ""), LEFT_OUT) != 0;
		cell->reason = error ? error : json_get_text(record, "status", "");
		return;
	}
	all->cost = alloc_grow(all->cost, all->count + 1, sizeof(*all->cost));
	all->block = alloc_grow(all->block, all->count + 1, sizeof(*all->block));
	all->block[all->count] = experiment_value(record, "block");
	all->cost[all->count++] = cost;
}

/* False: no record is of this cell. */
static bool cell_fill(const struct analysis *analysis, struct work_cell *cell, struct instances *ret_instances)
{
	bool any = false;

	*ret_instances = (struct instances){0};
	for (const struct json *r = NULL; (r = experiment_next(analysis, WORK, r));) {
		if (!experiment_is(r, WORK) || experiment_subject(analysis, r) != cell->subject ||
		    strcmp(json_get_text(r, "workload", ""), cell->workload->name) != 0)
			continue;
		any = true;
		instance_take(cell, ret_instances, r, analysis->subjects[cell->subject].kind);
	}
	(void)stats_summary(ret_instances->cost, ret_instances->count, analysis->confidence, &cell->cost, NULL);
	return any;
}

/* Paired by block. */
static void cell_compare(const struct analysis *analysis, struct work_cell *cell, const struct instances *reference,
			 const struct instances *own)
{
	size_t room = own->count + 1, pairs = 0;
	cleanup_free double *x = alloc_zero(room, sizeof(*x));
	cleanup_free double *y = alloc_zero(room, sizeof(*y));

	for (size_t i = 0; i < own->count; i++)
		for (size_t k = 0; k < reference->count; k++)
			if (reference->block[k] == own->block[i]) {
				x[pairs] = reference->cost[k];
				y[pairs++] = own->cost[i];
				break;
			}
	struct compare_data data = {
		.x = x, .y = y, .x_count = pairs, .y_count = pairs, .confidence = analysis->confidence};

	cell->compared = pairs && compare_paired(&data, &cell->versus, NULL) >= 0;
	cell->p_holm = cell->compared && cell->versus.ratio_defined ? cell->versus.p : NAN;
}

size_t work_reference(const struct analysis *analysis)
{
	size_t first = SIZE_MAX;

	for (size_t i = 0; i < analysis->subject_count; i++) {
		if (!analysis->subjects[i].usable)
			continue;
		if (analysis->subjects[i].kind == KIND_PROCESS)
			return i;
		first = first == SIZE_MAX ? i : first;
	}
	return first;
}

/* Whom this cell is held against. A way out of the box is compared only within its class (R4.6). */
static size_t reference_of(const struct analysis *analysis, const struct work_cell *cell)
{
	const char *class = network_class(&analysis->subjects[cell->subject]);

	if (cell->workload->class != WORKLOAD_OUTSIDE)
		return work_reference(analysis);
	for (size_t i = 0; class && i < analysis->subject_count; i++) {
		const char *other = network_class(&analysis->subjects[i]);

		if (analysis->subjects[i].usable && other && !strcmp(class, other))
			return i;
	}
	return SIZE_MAX;
}

static void cells_judge(struct work_cell *cells, size_t count)
{
	cleanup_free double *p = alloc_zero(count + 1, sizeof(*p));

	for (size_t i = 0; i < count; i++)
		p[i] = cells[i].compared ? cells[i].p_holm : NAN;
	multiple_holm(p, count);
	for (size_t i = 0; i < count; i++) {
		const struct metric *metric = *cells[i].metric ? &own_metric : &cost_metric;

		cells[i].p_holm = p[i];
		cells[i].verdict = cells[i].compared ? verdict_of(&cells[i].versus, p[i], metric->band)
						     : VERDICT_NOT_COMPARABLE;
		cells[i].verdict_word = verdict_name(cells[i].verdict, metric);
	}
}

/* The row of one workload is added to the cells; what all of these share is in `like`. */
static struct work_cell *workload_cells(const struct analysis *analysis, const struct work_cell *like,
					struct work_cell *cells, size_t *count)
{
	size_t based_on = SIZE_MAX; /* whose instances `base` has */
	struct instances base = {0}, own;

	for (size_t i = 0; i < analysis->subject_count; i++) {
		struct work_cell cell = *like, first = *like;

		cell.subject = i;
		cell.reference = first.subject = reference_of(analysis, &cell);
		bool any = cell_fill(analysis, &cell, &own);

		if (any && cell.reference != i && cell.reference != SIZE_MAX) {
			if (based_on != cell.reference) {
				instances_free(&base);
				(void)cell_fill(analysis, &first, &base);
				based_on = cell.reference;
			}
			cell_compare(analysis, &cell, &base, &own);
		}
		instances_free(&own);
		if (!any)
			continue;
		cells = alloc_grow(cells, *count + 1, sizeof(*cells));
		cells[(*count)++] = cell;
	}
	instances_free(&base);
	return cells;
}

static struct work_cell blank(const struct workload *workload)
{
	struct work_cell cell = {.workload = workload, .clock_ratio = NAN, .p_holm = NAN};

	(void)snprintf(cell.name, sizeof(cell.name), "%s", workload->name);
	return cell;
}

/* A program gives the same numbers everywhere: those of the first record that has any. */
static struct work_cell *program_cells(const struct analysis *analysis, struct work_cell *cells, size_t *count)
{
	const struct json *metric = NULL;

	for (const struct json *r = NULL; !metric && (r = experiment_next(analysis, WORK, r));)
		metric = json_first(json_get(r, "metrics"));
	for (; metric; metric = json_next(metric)) {
		struct work_cell like = blank(&workload_program);

		(void)snprintf(like.metric, sizeof(like.metric), "%s", json_get_text(metric, "name", "?"));
		(void)snprintf(like.unit, sizeof(like.unit), "%s", json_get_text(metric, "unit", ""));
		(void)snprintf(like.name, sizeof(like.name), "%s: %s", workload_program.name, like.metric);
		cells = workload_cells(analysis, &like, cells, count);
	}
	return cells;
}

struct work_cell *work_cells_make(const struct analysis *analysis, size_t *ret_count)
{
	struct work_cell *cells = NULL;

	*ret_count = 0;
	for (size_t i = 0; i <= workload_count; i++) {
		struct work_cell like = blank(i < workload_count ? &workload_table[i] : &workload_program);

		cells = workload_cells(analysis, &like, cells, ret_count);
	}
	cells = program_cells(analysis, cells, ret_count);
	cells_judge(cells, *ret_count);
	return cells;
}
