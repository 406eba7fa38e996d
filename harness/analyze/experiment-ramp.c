/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/analyze/experiment-ramp.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/analyze/experiment-records.h"
#include "harness/analyze/ramp-starts.h"
#include "harness/analyze/slope.h"
#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"

#define FIT_LEAST_BYTES (64 << 20) /* method R2.1 */
#define FIT_LEAST_POINTS 5
#define DOUBT_RATIO 0.15
#define CONCURRENCY_MAX 64 /* of the option */

static const char *const part_keys[] = {
#define RAMP_KEY(id, key, text) key,
	RAMP_PARTS(RAMP_KEY)
#undef RAMP_KEY
};

static const char *const part_texts[] = {
#define RAMP_TEXT(id, key, text) text,
	RAMP_PARTS(RAMP_TEXT)
#undef RAMP_TEXT
};

const char *ramp_part_key(enum ramp_part part)
{
	return part_keys[part];
}

const char *ramp_part_text(enum ramp_part part)
{
	return part_texts[part];
}

const char *ramp_reason_text(const char *reason)
{
	static const char *const texts[][2] = {
		{"instances_max", "as many as were asked for"},
		{"bytes_max", "as much memory as was asked for"},
		{"memory_available_15_percent", "less than 15 % of the host's memory was available"},
		{"memory_growth_60_percent", "60 % of what was available was used"},
		{"swap", "the host began to swap"},
		{"memory_pressure", "the host waited for memory (PSI)"},
		{"latency_doubled", "starts took twice as long as at first"},
		{"failed_start", "a start failed"},
		{"budget", "the run's time was over"},
		{"interrupted", "the run was interrupted"},
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!strcmp(texts[i][0], reason))
			return texts[i][1];
	return reason;
}

bool ramp_is_doubtful(const struct ramp_fit *fit)
{
	return fabs(fit->available - fit->marginal.value) > DOUBT_RATIO * fit->marginal.value;
}

static size_t concurrency_of(const struct json *record)
{
	int64_t concurrency = json_get_int(record, "concurrency", 1);

	return concurrency < 1 ? 1 : concurrency > CONCURRENCY_MAX ? CONCURRENCY_MAX : (size_t)concurrency;
}

/* The records of one subject and concurrency, one after the other. */
static const struct json *next_of(const struct analysis *a, const struct ramp_fit *fit, const struct json *record)
{
	do
		record = experiment_next(a, fit->experiment, record);
	while (record &&
	       (experiment_subject(a, record) != fit->subject || concurrency_of(record) != fit->concurrency));
	return record;
}

static void take_point(struct ramp_fit *fit, const struct json *r)
{
	struct ramp_point point = {
		.ramp = fit->ramps - 1,
		.sample = json_get_int(r, "sample", -1),
		.n = experiment_value(r, "n"),
		.footprint_bytes = experiment_value(r, "footprint_bytes"),
		.available_bytes = experiment_value(r, "mem_available_bytes"),
	};

	point.fitted = point.footprint_bytes >= FIT_LEAST_BYTES;
	fit->points = alloc_grow(fit->points, fit->point_count + 1, sizeof(*fit->points));
	fit->points[fit->point_count++] = point;
	fit->idle_cpu_ratio = experiment_value(r, "idle_cpu_ns") / experiment_value(r, "settle_ns");
}

static void take_teardown(struct ramp_fit *fit, const struct json *r)
{
	double n = experiment_value(r, "n");
	const struct json *cpu = json_first(json_get(r, "harness_cpu_each_ns"));

	for (const struct json *each = json_first(json_get(r, "each_ns")); each; each = json_next(each)) {
		fit->stops = alloc_grow(fit->stops, fit->stop_count + 1, sizeof(*fit->stops));
		fit->stops[fit->stop_count++] =
			(struct ramp_stop){n--, json_number_of(each, NAN), json_number_of(cpu, NAN)};
		cpu = cpu ? json_next(cpu) : NULL;
	}
}

static void take_end(struct ramp_fit *fit, const struct json *r)
{
	double n = experiment_value(r, "n");

	fit->n_max = isnan(fit->n_max) ? n : fmax(fit->n_max, n);
	fit->reason = json_get_text(r, "reason", "");
	fit->error = json_get_text(r, "error", "");
	fit->teardown_ns = experiment_value(r, "teardown_ns");
}

/* Least squares of one number over the fitted points. */
static double line_of(const struct analysis *a, const struct ramp_fit *fit, const char *key)
{
	cleanup_free struct slope_point *points = alloc_zero(fit->point_count + 1, sizeof(*points));
	size_t count = 0, at = 0;

	for (const struct json *r = NULL; (r = next_of(a, fit, r));) {
		if (!experiment_is(r, "point"))
			continue;
		const struct ramp_point *p = &fit->points[at++];

		if (p->fitted)
			points[count++] = (struct slope_point){p->n, experiment_value(r, key), p->ramp};
	}
	return slope_least_squares(points, count);
}

static void fit_lines(const struct analysis *a, struct ramp_fit *fit)
{
	cleanup_free struct slope_point *points = alloc_zero(fit->point_count + 1, sizeof(*points));

	for (size_t i = 0; i < fit->point_count; i++)
		fit->fitted += fit->points[i].fitted;
	if (fit->fitted < FIT_LEAST_POINTS) { /* too little of it: all there is, and the report says so */
		fit->fitted = fit->point_count;
		for (size_t i = 0; i < fit->point_count; i++)
			fit->points[i].fitted = true;
	}
	size_t count = 0;

	for (size_t i = 0; i < fit->point_count; i++)
		if (fit->points[i].fitted)
			points[count++] = (struct slope_point){fit->points[i].n, fit->points[i].footprint_bytes,
							       fit->points[i].ramp};
	fit->marginal.value = slope_theil_sen(points, count, &fit->intercept);
	fit->marginal.ci = slope_interval(points, count, fit->ramps, fit->marginal.value);
	fit->within = fit->ramps == 1 ? slope_interval_within(points, count, 0) : stats_unknown.ci;
	fit->line = line_of(a, fit, "footprint_bytes");
	for (size_t i = 0; i < RAMP_PART_COUNT; i++)
		fit->parts[i] = line_of(a, fit, part_keys[i]);
	fit->cgroup_kernel = line_of(a, fit, "cgroup_kernel_bytes");
	fit->harness = line_of(a, fit, "harness_bytes");
	fit->available = line_of(a, fit, "mem_available_bytes");
}

static struct ramp_fit fit_make(const struct analysis *a, const char *experiment, size_t subject, size_t concurrency)
{
	struct ramp_fit fit = {.subject = subject,
			       .experiment = experiment,
			       .concurrency = concurrency,
			       .reason = "",
			       .error = "",
			       .n_max = NAN,
			       .teardown_ns = NAN,
			       .idle_cpu_ratio = NAN};
	int64_t turn = -1;

	for (const struct json *r = NULL; (r = next_of(a, &fit, r));) {
		fit.ramps += !fit.ramps || json_get_int(r, "sample", -1) != turn;
		turn = json_get_int(r, "sample", -1);
		if (experiment_is(r, "point"))
			take_point(&fit, r);
		else if (experiment_is(r, "start"))
			ramp_take_start(&fit, r);
		else if (experiment_is(r, "teardown"))
			take_teardown(&fit, r);
		else if (experiment_is(r, "end"))
			take_end(&fit, r);
	}
	fit_lines(a, &fit);
	fit.knee = ramp_knee_find(&fit);
	ramp_bins_make(&fit);
	return fit;
}

/* The next greater one that the experiment has; SIZE_MAX: none. */
static size_t next_concurrency(const struct analysis *a, const char *experiment, size_t after)
{
	size_t next = SIZE_MAX;

	for (const struct json *r = NULL; (r = experiment_next(a, experiment, r));) {
		size_t concurrency = concurrency_of(r);

		if (concurrency > after && concurrency < next)
			next = concurrency;
	}
	return next;
}

static void fit_free(struct ramp_fit *fit)
{
	free(fit->points);
	free(fit->starts);
	free(fit->stops);
	free(fit->bins);
}

static void titles_make(const struct analysis *a, struct ramp_fit *fits, size_t count, bool several)
{
	for (size_t i = 0; i < count; i++)
		if (several)
			(void)snprintf(fits[i].title, sizeof(fits[i].title), "%s, %zu at a time",
				       a->subjects[fits[i].subject].title, fits[i].concurrency);
		else
			(void)snprintf(fits[i].title, sizeof(fits[i].title), "%s", a->subjects[fits[i].subject].title);
}

struct ramp_fit *ramp_fits_make(const struct analysis *analysis, size_t *ret_count)
{
	static const char *const experiments[] = {"memory", "density"};
	struct ramp_fit *fits = NULL;
	size_t count = 0;

	for (size_t e = 0; e < sizeof(experiments) / sizeof(experiments[0]); e++) {
		size_t first = count, least = next_concurrency(analysis, experiments[e], 0);
		bool any = experiment_next(analysis, experiments[e], NULL);

		for (size_t i = 0; any && i < analysis->subject_count; i++)
			for (size_t c = least; c != SIZE_MAX; c = next_concurrency(analysis, experiments[e], c)) {
				fits = alloc_grow(fits, count + 1, sizeof(*fits));
				fits[count] = fit_make(analysis, experiments[e], i, c);
				if (fits[count].point_count || fits[count].start_count)
					count++;
				else
					fit_free(&fits[count]);
			}
		if (count > first) /* else there may be no array yet */
			titles_make(analysis, fits + first, count - first,
				    next_concurrency(analysis, experiments[e], least) != SIZE_MAX);
	}
	*ret_count = count;
	return fits;
}

void ramp_fits_free(struct ramp_fit *fits, size_t count)
{
	for (size_t i = 0; i < count; i++)
		fit_free(&fits[i]);
	free(fits);
}
