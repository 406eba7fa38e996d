/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/analyze/ramp-starts.h"

#include <math.h>
#include <string.h>

#include "harness/analyze/experiment-records.h"
#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"

#define KNEE_STARTS 5u
#define KNEE_RATIO 2.0
#define BIN_STEP 1.6
#define N_MOST 1e6 /* more than any scenario may ask for */
#define WAITED_LEAST 0.10 /* a resource is short where something waits for it in a tenth of the time */

static const struct {
	const char *name, *key, *text;
} waits[] = {
#define RAMP_WAIT_ROW(id, name, key, text) {name, key, text},
	RAMP_WAITS(RAMP_WAIT_ROW)
#undef RAMP_WAIT_ROW
};

const char *ramp_wait_name(enum ramp_wait wait)
{
	return waits[wait].name;
}

const char *ramp_limit_text(const char *limit)
{
	if (!limit)
		return "";
	for (size_t i = 0; i < RAMP_WAIT_COUNT; i++)
		if (!strcmp(waits[i].name, limit))
			return waits[i].text;
	return strcmp(limit, "work") ? "the kernel does not say" : "each start does more: nothing was short";
}

void ramp_take_start(struct ramp_fit *fit, const struct json *record)
{
	struct ramp_start start = {.ramp = fit->ramps - 1,
				   .n = experiment_value(record, "n"),
				   .latency_ns = experiment_value(record, "latency_ns"),
				   .at_ns = experiment_value(record, "at_ns"),
				   .harness_cpu_ns = experiment_value(record, "harness_cpu_ns")};

	if (!strcmp(json_get_text(record, "status", ""), "aborted"))
		return; /* the run was interrupted: it says nothing of starts */
	for (size_t i = 0; i < RAMP_WAIT_COUNT; i++)
		start.waited_ns[i] = experiment_value(record, waits[i].key);
	fit->failed += isnan(start.latency_ns);
	fit->starts = alloc_grow(fit->starts, fit->start_count + 1, sizeof(*fit->starts));
	fit->starts[fit->start_count++] = start;
}

/* Of the starts between the two. */
static void knee_explain(struct ramp_knee *knee, const struct ramp_start *before, const struct ramp_start *at)
{
	size_t most = RAMP_WAIT_COUNT;

	for (size_t i = 0; i < RAMP_WAIT_COUNT; i++) {
		double ratio = (at->waited_ns[i] - before->waited_ns[i]) / (at->at_ns - before->at_ns);

		knee->waited_ratio[i] = ratio;
		if (!isnan(ratio) && (most == RAMP_WAIT_COUNT || ratio > knee->waited_ratio[most]))
			most = i;
	}
	if (most == RAMP_WAIT_COUNT)
		knee->limit = "unknown";
	else
		knee->limit = knee->waited_ratio[most] >= WAITED_LEAST ? waits[most].name : "work";
}

struct ramp_knee ramp_knee_find(const struct ramp_fit *fit)
{
	struct ramp_knee knee = {.n = NAN, .waited_ratio = {NAN, NAN, NAN}};
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
		else if (count >= (size_t)2 * KNEE_STARTS && median > KNEE_RATIO * first) {
			knee.n = fit->starts[i].n;
			knee_explain(&knee, &fit->starts[i - KNEE_STARTS], &fit->starts[i]);
			return knee;
		}
	}
	return knee;
}

static double median_of(double *values, size_t count)
{
	stats_sort(values, count);
	return stats_quantile(values, count, 0.5);
}

static bool is_between(double n, const struct ramp_bin *bin)
{
	return n >= (double)bin->n_low && n <= (double)bin->n_high;
}

/* What a start added since the one before it in its ramp: those that began together share what the first has. */
static double start_cpu_ns(const struct ramp_fit *fit, size_t i)
{
	bool first = !i || fit->starts[i - 1].ramp != fit->starts[i].ramp;

	return fit->starts[i].harness_cpu_ns - (first ? 0 : fit->starts[i - 1].harness_cpu_ns);
}

/* A recording may be without it: then the sums are no numbers. */
static void bin_add_harness(const struct ramp_fit *fit, struct ramp_bin *bin)
{
	double starts_ns = 0, stops_ns = 0;
	size_t start_count = 0, stop_count = 0;

	for (size_t i = 0; i < fit->start_count; i++)
		if (is_between(fit->starts[i].n, bin)) {
			starts_ns += start_cpu_ns(fit, i);
			start_count++;
		}
	for (size_t i = 0; i < fit->stop_count; i++)
		if (is_between(fit->stops[i].n, bin)) {
			stops_ns += fit->stops[i].harness_cpu_ns;
			stop_count++;
		}
	bin->harness_start_ns = start_count ? starts_ns / (double)start_count : NAN;
	bin->harness_end_ns = stop_count ? stops_ns / (double)stop_count : NAN;
}

static struct ramp_bin bin_make(const struct ramp_fit *fit, size_t low, size_t high)
{
	struct ramp_bin bin = {.n_low = low, .n_high = high};
	cleanup_free double *starts = alloc_zero(fit->start_count + 1, sizeof(*starts));
	cleanup_free double *stops = alloc_zero(fit->stop_count + 1, sizeof(*stops));
	size_t start_count = 0, stop_count = 0;

	for (size_t i = 0; i < fit->start_count; i++) {
		const struct ramp_start *start = &fit->starts[i];

		if (!is_between(start->n, &bin))
			continue;
		bin.starts++;
		bin.failed += isnan(start->latency_ns);
		if (!isnan(start->latency_ns))
			starts[start_count++] = start->latency_ns;
	}
	for (size_t i = 0; i < fit->stop_count; i++)
		if (is_between(fit->stops[i].n, &bin) && !isnan(fit->stops[i].took_ns))
			stops[stop_count++] = fit->stops[i].took_ns;
	bin.latency_ns = median_of(starts, start_count);
	bin.teardown_ns = median_of(stops, stop_count);
	bin_add_harness(fit, &bin);
	return bin;
}

void ramp_bins_make(struct ramp_fit *fit)
{
	double most = 0;

	for (size_t i = 0; i < fit->start_count; i++)
		most = fmax(most, fit->starts[i].n); /* fmax() leaves out NAN */
	for (size_t low = 1, next; (double)low <= fmin(most, N_MOST); low = next) {
		next = (size_t)((double)low * BIN_STEP) + 1;
		fit->bins = alloc_grow(fit->bins, fit->bin_count + 1, sizeof(*fit->bins));
		fit->bins[fit->bin_count] = bin_make(fit, low, next - 1);
		fit->bin_count += fit->bins[fit->bin_count].starts > 0;
	}
}
