/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/analyze/experiment-ramp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/analyze/experiment-records.h"
#include "harness/analyze/slope.h"
#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"

#define FIT_LEAST_BYTES (64 << 20) /* method R2.1 */
#define FIT_LEAST_POINTS 5
#define KNEE_STARTS 5
#define DOUBT_RATIO 0.15

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

/* The records of one subject, one after the other; `ramp` counts the turns. */
static const struct json *next_of(const struct analysis *a, const struct ramp_fit *fit, const struct json *record)
{
	do
		record = experiment_next(a, fit->experiment, record);
	while (record && experiment_subject(a, record) != fit->subject);
	return record;
}

static void take_point(struct ramp_fit *fit, const struct json *r)
{
	struct ramp_point point = {
		.ramp = fit->ramps,
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

static void take_start(struct ramp_fit *fit, const struct json *r)
{
	struct ramp_start start = {fit->ramps, experiment_value(r, "n"), experiment_value(r, "latency_ns")};

	fit->failed += isnan(start.latency_ns);
	fit->starts = alloc_grow(fit->starts, fit->start_count + 1, sizeof(*fit->starts));
	fit->starts[fit->start_count++] = start;
}

static void take_end(struct ramp_fit *fit, const struct json *r)
{
	double n = experiment_value(r, "n");

	fit->n_max = isnan(fit->n_max) ? n : fmax(fit->n_max, n);
	fit->reason = json_get_text(r, "reason", "");
	fit->teardown_ns = experiment_value(r, "teardown_ns");
	fit->ramps++;
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
	fit->marginal.ci = slope_interval(points, count, fit->ramps + 1, fit->marginal.value);
	fit->line = line_of(a, fit, "footprint_bytes");
	for (size_t i = 0; i < RAMP_PART_COUNT; i++)
		fit->parts[i] = line_of(a, fit, part_keys[i]);
	fit->cgroup_kernel = line_of(a, fit, "cgroup_kernel_bytes");
	fit->harness = line_of(a, fit, "harness_bytes");
	fit->available = line_of(a, fit, "mem_available_bytes");
}

/* Of the first ramp: where the median of five starts in a row is over twice that of the first five. */
static double knee_of(const struct ramp_fit *fit)
{
	double values[KNEE_STARTS], first = NAN;
	size_t count = 0;

	for (size_t i = 0; i < fit->start_count && !fit->starts[i].ramp; i++) {
		if (isnan(fit->starts[i].latency_ns))
			continue;
		values[count++ % KNEE_STARTS] = fit->starts[i].latency_ns;
		if (count < KNEE_STARTS)
			continue;
		cleanup_free double *sorted = stats_sorted(values, KNEE_STARTS);
		double median = sorted[KNEE_STARTS / 2];

		if (count == KNEE_STARTS)
			first = median;
		else if (count >= (size_t)2 * KNEE_STARTS && median > 2 * first)
			return fit->starts[i].n;
	}
	return NAN;
}

static struct ramp_fit fit_make(const struct analysis *a, const char *experiment, size_t subject)
{
	struct ramp_fit fit = {.subject = subject,
			       .experiment = experiment,
			       .reason = "",
			       .n_max = NAN,
			       .teardown_ns = NAN,
			       .idle_cpu_ratio = NAN};

	for (const struct json *r = NULL; (r = next_of(a, &fit, r));)
		if (experiment_is(r, "point"))
			take_point(&fit, r);
		else if (experiment_is(r, "start"))
			take_start(&fit, r);
		else if (experiment_is(r, "end"))
			take_end(&fit, r);
	fit_lines(a, &fit);
	fit.knee = knee_of(&fit);
	return fit;
}

struct ramp_fit *ramp_fits_make(const struct analysis *analysis, size_t *ret_count)
{
	static const char *const experiments[] = {"memory", "density"};
	struct ramp_fit *fits = NULL;
	size_t count = 0;

	for (size_t e = 0; e < sizeof(experiments) / sizeof(experiments[0]); e++) {
		bool any = experiment_next(analysis, experiments[e], NULL);

		for (size_t i = 0; any && i < analysis->subject_count; i++) {
			fits = alloc_grow(fits, count + 1, sizeof(*fits));
			fits[count] = fit_make(analysis, experiments[e], i);
			if (fits[count].point_count || fits[count].start_count)
				count++;
			else
				free(fits[count].points);
		}
	}
	*ret_count = count;
	return fits;
}

void ramp_fits_free(struct ramp_fit *fits, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(fits[i].points);
		free(fits[i].starts);
	}
	free(fits);
}
