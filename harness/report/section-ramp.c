/* SPDX-License-Identifier: Apache-2.0 */
/* The experiments `memory` and `density` in the report: what one more costs, how it adds up, how many there were. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/analyze/experiment-ramp.h"
#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/units.h"
#include "harness/report/experiments.h"

#define GIB 1073741824.0
#define HARNESS_STARTS_LEAST 5u /* for a mean that one of them does not make */

static struct json *interval_json(const struct interval *ci)
{
	if (!ci->known)
		return json_new_text(NULL);
	struct json *array = json_array();

	json_append(array, json_new_number(ci->lo));
	json_append(array, json_new_number(ci->hi));
	return array;
}

/* Between the ramps; of one alone, within it. */
static const struct interval *interval_of(const struct ramp_fit *fit)
{
	return fit->marginal.ci.known ? &fit->marginal.ci : &fit->within;
}

/* How many go into 1 GiB, from the interval of one. */
static struct interval per_gib_of(const struct ramp_fit *fit)
{
	const struct interval *one = interval_of(fit);
	struct interval ci = *one;

	ci.known = ci.known && ci.lo > 0;
	if (ci.known) {
		ci.lo = GIB / one->hi;
		ci.hi = GIB / one->lo;
	}
	return ci;
}

static struct json *knee_json(const struct ramp_knee *knee)
{
	struct json *row = json_object(), *waited = json_object();

	json_add_number(row, "n", knee->n);
	json_add_text(row, "limit", knee->limit);
	for (size_t i = 0; i < RAMP_WAIT_COUNT; i++)
		json_add_number(waited, ramp_wait_name((enum ramp_wait)i), knee->waited_ratio[i]);
	json_add(row, "waited_ratio", waited);
	return row;
}

static struct json *bins_json(const struct ramp_fit *fit)
{
	struct json *rows = json_array();

	for (size_t i = 0; i < fit->bin_count; i++) {
		const struct ramp_bin *bin = &fit->bins[i];
		struct json *row = json_object();

		json_add_int(row, "n_low", (int64_t)bin->n_low);
		json_add_int(row, "n_high", (int64_t)bin->n_high);
		json_add_int(row, "starts_count", (int64_t)bin->starts);
		json_add_int(row, "failed_count", (int64_t)bin->failed);
		json_add_number(row, "latency_ns", bin->latency_ns);
		json_add_number(row, "teardown_ns", bin->teardown_ns);
		json_add_number(row, "harness_start_cpu_ns", bin->harness_start_ns);
		json_add_number(row, "harness_end_cpu_ns", bin->harness_end_ns);
		json_append(rows, row);
	}
	return rows;
}

static struct json *points_json(const struct ramp_fit *fit)
{
	struct json *rows = json_array();

	for (size_t i = 0; i < fit->point_count; i++) {
		struct json *row = json_object();

		json_add_int(row, "ramp", (int64_t)fit->points[i].ramp);
		json_add_number(row, "n", fit->points[i].n);
		json_add_number(row, "footprint_bytes", fit->points[i].footprint_bytes);
		json_add_number(row, "mem_available_bytes", fit->points[i].available_bytes);
		json_add_bool(row, "fitted", fit->points[i].fitted);
		json_append(rows, row);
	}
	return rows;
}

static struct json *fit_json(const struct analysis *a, const struct ramp_fit *fit)
{
	struct json *row = json_object(), *parts = json_object();
	struct interval per_gib = per_gib_of(fit);

	json_add_text(row, "subject", a->subjects[fit->subject].name);
	json_add_int(row, "concurrency", (int64_t)fit->concurrency);
	json_add_int(row, "ramps", (int64_t)fit->ramps);
	json_add_number(row, "mem_marginal_bytes", fit->marginal.value);
	json_add(row, "ci", interval_json(interval_of(fit)));
	json_add_text(row, "ci_method", fit->marginal.ci.known ? "ramps" : fit->within.known ? "within_ramp" : NULL);
	json_add_number(row, "per_gib_count", GIB / fit->marginal.value);
	json_add(row, "per_gib_ci", interval_json(&per_gib));
	json_add_number(row, "intercept_bytes", fit->intercept);
	json_add_int(row, "fitted_points_count", (int64_t)fit->fitted);
	for (size_t i = 0; i < RAMP_PART_COUNT; i++)
		json_add_number(parts, ramp_part_key((enum ramp_part)i), fit->parts[i]);
	json_add(row, "parts", parts);
	json_add_number(row, "parts_sum_bytes", fit->line);
	json_add_number(row, "mem_available_bytes", fit->available);
	json_add_number(row, "unexplained_bytes", fit->available - fit->line);
	json_add_bool(row, "doubtful", ramp_is_doubtful(fit));
	json_add_number(row, "cgroup_kernel_bytes", fit->cgroup_kernel);
	json_add_number(row, "harness_bytes", fit->harness);
	json_add_number(row, "instances_max_count", fit->n_max);
	json_add_text(row, "reason", fit->reason);
	json_add_text(row, "error", *fit->error ? fit->error : NULL);
	json_add(row, "knee", knee_json(&fit->knee));
	json_add_int(row, "starts_count", (int64_t)fit->start_count);
	json_add_int(row, "failed_count", (int64_t)fit->failed);
	json_add_number(row, "teardown_ns", fit->teardown_ns);
	json_add_number(row, "idle_cpu_ratio", fit->idle_cpu_ratio);
	json_add(row, "points", points_json(fit));
	json_add(row, "bins", bins_json(fit));
	return row;
}

static struct json *json_of(const struct analysis *a, const char *experiment)
{
	struct json *object = json_object(), *rows = json_array();
	size_t count;
	struct ramp_fit *fits = ramp_fits_make(a, &count);

	for (size_t i = 0; i < count; i++)
		if (!strcmp(fits[i].experiment, experiment))
			json_append(rows, fit_json(a, &fits[i]));
	ramp_fits_free(fits, count);
	json_add(object, "ramps", rows);
	return object;
}

struct json *json_of_memory(const struct analysis *analysis)
{
	return json_of(analysis, "memory");
}

struct json *json_of_density(const struct analysis *analysis)
{
	return json_of(analysis, "density");
}

/* How many go into 1 GiB: "7.41", "2 750"; "unknown" of a ramp that has no line. */
static const char *per_gib_text(double count, char text[UNITS_MAX])
{
	if (!isfinite(count))
		return "unknown";
	if (count >= 100 && count < 1e15)
		return units_count((unsigned long long)count, text);
	(void)snprintf(text, UNITS_MAX, "%.3g", count);
	return text;
}

/* `full`: with the interval of the last, which a narrow page leaves to that of the slope. */
static void marginal_row(struct table *table, const struct analysis *a, const struct ramp_fit *fit, bool full)
{
	char text[UNITS_MAX], ci[UNITS_MAX], low[UNITS_MAX], high[UNITS_MAX];
	const struct interval *one = interval_of(fit);
	struct interval per_gib = per_gib_of(fit);

	table_add(table, "%s", a->subjects[fit->subject].title);
	table_add(table, "%zu", fit->concurrency);
	table_add(table, "%s", units_text(UNITS_BYTES, fit->marginal.value, text));
	table_add(table, "%s",
		  one->known ? units_interval(UNITS_BYTES, fit->marginal.value, one->lo, one->hi, ci) : "no interval");
	if (full && per_gib.known)
		table_add(table, "%s (%s to %s)", per_gib_text(GIB / fit->marginal.value, text),
			  per_gib_text(per_gib.lo, low), per_gib_text(per_gib.hi, high));
	else
		table_add(table, "%s", per_gib_text(GIB / fit->marginal.value, text));
	table_add(table, "%.0f", fit->n_max);
	table_add(table, "%s", ramp_reason_text(fit->reason));
}

/* "vm: 206 MiB of Pss + 1.1 MiB of kernel = 207 MiB; the host's MemAvailable falls by 200 MiB; -7 MiB unexplained" */
static void reconcile(struct page *page, const struct ramp_fit *fit)
{
	char line[512] = "", text[UNITS_MAX], sum[UNITS_MAX], host[UNITS_MAX], rest[UNITS_MAX];
	size_t used = 0;
	cleanup_free char *lead = alloc_format("%s:", fit->title);

	if (isnan(fit->line)) {
		page_item(page, lead, "too few of its points were weighed for a line through them.");
		return;
	}
	for (size_t i = 0; i < RAMP_PART_COUNT && used < sizeof(line); i++)
		if (fabs(fit->parts[i]) >= 0.5)
			used += (size_t)snprintf(line + used, sizeof(line) - used, "%s%s %s", used ? " + " : "",
						 ramp_part_text((enum ramp_part)i),
						 units_text(UNITS_BYTES, fit->parts[i], text));
	page_item(page, lead,
		  "%s = %s. With each one the host's MemAvailable falls by %s; %s of that is unexplained%s.", line,
		  units_text(UNITS_BYTES, fit->line, sum), units_text(UNITS_BYTES, fit->available, host),
		  units_text(UNITS_BYTES, fit->available - fit->line, rest),
		  ramp_is_doubtful(fit) ? ", and the two differ by more than 15 % (F-MEMX)" : "");
}

static void section_of(struct page *page, const struct analysis *a, const char *experiment)
{
	struct table table = {.align = "srrrrrs"};
	size_t count;
	struct ramp_fit *fits = ramp_fits_make(a, &count);
	bool within = false;

	table_add(&table, "subject"), table_add(&table, "by"), table_add(&table, "one more");
	table_add(&table, "interval");
	table_add(&table, "per GiB"), table_add(&table, "at once"), table_add(&table, "ended because");
	for (size_t i = 0; i < count; i++)
		if (!strcmp(fits[i].experiment, experiment)) {
			marginal_row(&table, a, &fits[i], page_full(page));
			within |= !fits[i].marginal.ci.known && fits[i].within.known;
		}
	page_table(page, &table);
	for (size_t i = 0; i < count; i++)
		if (!strcmp(fits[i].experiment, experiment) && *fits[i].error)
			page_item(page, fits[i].title, "the start that failed: %s", fits[i].error);
	if (within)
		page_paragraph(page, "With one ramp the interval is that of Sen, from the points within it: what "
				     "differs from ramp to ramp is not in it.");
	for (size_t i = 0; i < count; i++)
		if (!strcmp(fits[i].experiment, experiment))
			reconcile(page, &fits[i]);
	page_gap(page);
	ramp_fits_free(fits, count);
}

/* "2.1 ms for a start and 0.7 ms for an end at N = 7 to 11, 2.3 ms and 0.8 ms at N = 565 to 904; 41.0 KiB ..." */
static void harness_item(struct page *page, const struct analysis *a, const struct ramp_fit *fit)
{
	const struct ramp_bin *first = NULL, *last = NULL;
	char starts[2][UNITS_MAX], ends[2][UNITS_MAX], memory[UNITS_MAX];
	bool guest = a->subjects[fit->subject].kind == KIND_VM;

	for (size_t i = 0; i < fit->bin_count; i++) {
		if (fit->bins[i].starts < HARNESS_STARTS_LEAST || isnan(fit->bins[i].harness_start_ns))
			continue;
		first = first ? first : &fit->bins[i];
		last = &fit->bins[i];
	}
	if (!first)
		return;
	cleanup_free char *lead = alloc_format("%s:", fit->title);

	page_item(page, lead,
		  "the harness itself takes %s of CPU time for a start and %s for an end at N = %zu to %zu, %s and %s "
		  "at N = %zu to %zu; it holds %s of memory for each that lives%s.",
		  units_text(UNITS_NS, first->harness_start_ns, starts[0]),
		  units_text(UNITS_NS, first->harness_end_ns, ends[0]), first->n_low, first->n_high,
		  units_text(UNITS_NS, last->harness_start_ns, starts[1]),
		  units_text(UNITS_NS, last->harness_end_ns, ends[1]), last->n_low, last->n_high,
		  units_text(UNITS_BYTES, fit->harness, memory),
		  guest ? ", what libvirt's driver keeps of it among them where that works inside the harness" : "");
}

static void section_starts(struct page *page, const struct analysis *a)
{
	struct table table = {.align = "srrrrsrr"};
	char text[UNITS_MAX], knee[32];
	size_t count;
	struct ramp_fit *fits = ramp_fits_make(a, &count);

	table_add(&table, "subject"), table_add(&table, "by"), table_add(&table, "starts");
	table_add(&table, "failed");
	table_add(&table, "knee at"), table_add(&table, "as it"), table_add(&table, "teardown");
	table_add(&table, "idle CPU");
	for (size_t i = 0; i < count; i++) {
		(void)snprintf(knee, sizeof(knee), "%.0f", fits[i].knee.n);
		if (strcmp(fits[i].experiment, "density") != 0)
			continue;
		table_add(&table, "%s", a->subjects[fits[i].subject].title);
		table_add(&table, "%zu", fits[i].concurrency);
		table_add(&table, "%zu", fits[i].start_count);
		table_add(&table, "%zu", fits[i].failed);
		table_add(&table, "%s", fits[i].knee.limit ? knee : "none");
		table_add(&table, "%s", ramp_limit_text(fits[i].knee.limit));
		table_add(&table, "%s", units_text(UNITS_NS, fits[i].teardown_ns, text));
		if (isnan(fits[i].idle_cpu_ratio))
			table_add(&table, "unknown");
		else
			table_add(&table, "%.1f %%", fits[i].idle_cpu_ratio * 100);
	}
	page_table(page, &table);
	for (size_t i = 0; i < count; i++)
		if (!strcmp(fits[i].experiment, "density"))
			harness_item(page, a, &fits[i]);
	page_gap(page);
	ramp_fits_free(fits, count);
}

void section_memory(struct page *page, const struct analysis *analysis)
{
	page_heading(page, "Memory of one more instance (the slope over N)");
	page_paragraph(page, "Each ramp starts more and more instances and reads what all of them take together. The "
			     "number is the Theil-Sen slope over N, where all take at least 64 MiB; its interval is "
			     "Student's t over the ramps. Pages that all share are not in it: a single instance pays "
			     "them in full.");
	section_of(page, analysis, "memory");
}

void section_density(struct page *page, const struct analysis *analysis)
{
	page_heading(page, "Density: how many at once");
	page_paragraph(page, "Instances are started until a guard says stop. The knee is where five starts in a row "
			     "took twice as long as the first five; what something on the host waited for in a tenth "
			     "of that time or more is what limits them. Each subject ramps up twice where it can: "
			     "its instances start one by one, and as many at a time as there are CPUs (\"by\").");
	section_of(page, analysis, "density");
	section_starts(page, analysis);
}
