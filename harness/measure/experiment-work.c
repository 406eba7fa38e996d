/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Identical work in every subject (method 4.1): each turn is one fresh instance, which runs every workload of
 * the scenario; in one block all subjects run them in the same random order. The instance is what is repeated
 * (R5.6). A program of the user's is a workload like the others.
 *
 * Record "work": workload, status (of protocol.h, or "left_out"), error, ops_count, warmup_count (so many of
 * the first iterations do not count), checksum; for each iteration ns (its own clock), cost_ns (the part that
 * is the cost) and host_ns (between the marks at the harness); of a user's program metrics, an array of {name, unit,
 * values: by iteration}; claimed_bytes (of one iteration); in `accounted_count` iterations (of a cold read those that
 * count, else all) read_bytes and written_bytes (from and to storage, by the account of its own kernel),
 * host_read_bytes and host_written_bytes (by the host's, of all of its processes: what they made dirty, a whole folio
 * for each byte), device_read_bytes and device_written_bytes (by the device that the run's storage is on, for everybody
 * who uses it); evicted (of a cold read: the host forgot the file before each iteration).
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/random.h"
#include "harness/measure/experiment.h"
#include "harness/measure/residency.h"
#include "harness/measure/work-counts.h"
#include "harness/measure/work-order.h"
#include "harness/model/runtime.h"

#define LEFT_OUT "left_out"

/* How each of the payload's words ends the turn; what is not here does not. */
static const struct {
	const char *word;
	enum sample_status status;
	const char *text;
} endings[] = {
	{PROTOCOL_WORK_WRONG, SAMPLE_WRONG_CHECKSUM, "its result is not what this work gives"},
	{PROTOCOL_WORK_CRASH, SAMPLE_CRASH, "it died"},
	{PROTOCOL_WORK_GARBAGE, SAMPLE_GARBAGE, "what it wrote cannot be used"},
	{PROTOCOL_WORK_TIMEOUT, SAMPLE_TIMEOUT, "it was killed, as it did not end in time"},
};

static void add_numbers(struct json *record, const char *key, const int64_t *numbers, size_t count)
{
	struct json *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_append(array, numbers[i] == UNKNOWN ? json_new_number(NAN) : json_new_int(numbers[i]));
	json_add(record, key, array);
}

static void add_metrics(struct json *record, const struct work_result *result)
{
	struct json *list = json_array();

	for (size_t i = 0; i < result->output.count; i++) {
		const struct program_metric *metric = &result->output.metrics[i];
		struct json *row = json_object(), *values = json_array();

		json_add_text(row, "name", metric->name);
		json_add_text(row, "unit", metric->unit);
		for (size_t k = 0; k < result->count; k++)
			json_append(values, json_new_number(metric->values[k]));
		json_add(row, "values", values);
		json_append(list, row);
	}
	json_add(record, "metrics", list);
}

static bool write_record(struct experiment_turn *turn, const struct work_order *order,
			 const struct work_result *result, bool evicted)
{
	struct json *record = experiment_begin_record(turn, "work");

	json_add_text(record, "workload", order->workload->name);
	json_add_text(record, "status", result->status);
	json_add_text(record, "error", *result->error ? result->error : NULL);
	json_add_int(record, "ops_count", (int64_t)order->ops);
	json_add_int(record, "warmup_count", (int64_t)order->warmup);
	json_add_text(record, "checksum", *result->checksum ? result->checksum : NULL);
	add_numbers(record, "ns", result->ns, result->count);
	add_numbers(record, "cost_ns", result->cost_ns, result->count);
	add_numbers(record, "host_ns", result->host_ns, result->count);
	if (order->workload == &workload_program)
		add_metrics(record, result);
	experiment_add_known(record, "claimed_bytes", result->claimed_bytes);
	experiment_add_known(record, "read_bytes", result->read_bytes);
	experiment_add_known(record, "written_bytes", result->written_bytes);
	experiment_add_known(record, "host_read_bytes", result->host_read_bytes);
	experiment_add_known(record, "host_written_bytes", result->host_written_bytes);
	experiment_add_known(record, "device_read_bytes", result->device.read);
	experiment_add_known(record, "device_written_bytes", result->device.written);
	json_add_int(record, "accounted_count",
		     (int64_t)(order->workload->device == DEVICE_READS ? order->iterations
							   : order->warmup + order->iterations));
	json_add_bool(record, "evicted", evicted);
	return experiment_record(turn, record);
}

static int64_t sum(int64_t a, int64_t b)
{
	return a == UNKNOWN || b == UNKNOWN ? UNKNOWN : a + b;
}

/* Everything that is the instance's own leaves the host's page cache. */
static bool evict(struct attempt *a)
{
	bool done = a->runtime->kind != RUNTIME_PROCESS || !residency_evict(a->in.storage, NULL);

	for (size_t i = 0; i < a->costs.path_count; i++)
		if (a->costs.paths[i].row == DISK_INSTANCE)
			done = !residency_evict(a->costs.paths[i].path, NULL) && done;
	return done;
}

static void take_iteration(struct work_result *all, const struct work_result *one, bool counts)
{
	size_t at = all->count++;

	all->ns[at] = one->ns[0];
	all->cost_ns[at] = one->cost_ns[0];
	all->host_ns[at] = one->host_ns[0];
	if (!counts)
		return;
	all->read_bytes = sum(all->read_bytes, one->read_bytes);
	all->written_bytes = sum(all->written_bytes, one->written_bytes);
	all->host_read_bytes = sum(all->host_read_bytes, one->host_read_bytes);
	all->host_written_bytes = sum(all->host_written_bytes, one->host_written_bytes);
	all->device.read = sum(all->device.read, one->device.read);
	all->device.written = sum(all->device.written, one->device.written);
}

/* One order for each iteration, so that the host can forget the file in between; one before them makes it. */
static bool work_cold(struct attempt *a, const struct work_order *order, struct work_result *all,
		      bool *ret_evicted)
{
	struct work_order one = *order;
	struct work_result result;

	one.warmup = 0;
	one.iterations = 1;
	*ret_evicted = true;
	for (uint64_t i = 0; i <= order->warmup + order->iterations; i++) {
		*ret_evicted = (!i || evict(a)) && *ret_evicted;
		if (!work_carry_out(a, &one, &result))
			return false;
		if (!work_is(&result, PROTOCOL_WORK_OK) || !result.count) {
			*all = result;
			return true;
		}
		if (!i) {
			*all = result;
			all->count = 0;
			all->read_bytes = all->written_bytes = all->host_read_bytes =
				all->host_written_bytes = 0;
			all->device = (struct device_bytes){0, 0};
		} else {
			take_iteration(all, &result, i > order->warmup);
		}
	}
	return true;
}

/* False: the turn ends. */
static bool work_one(struct experiment_turn *turn, struct attempt *a, const struct workload *workload,
		     const char *folder)
{
	uint64_t limit_ms = experiment_number(turn->choice, "limit_ms");
	struct work_order order = {
		.workload = workload,
		.tool = scenario_tool(turn->attempts->scenario),
		.warmup = experiment_number(turn->choice, "warmup"),
		.iterations = experiment_number(turn->choice, "iterations"),
		.folder = folder,
	};
	struct work_result result = {.claimed_bytes = UNKNOWN,
				     .read_bytes = UNKNOWN,
				     .written_bytes = UNKNOWN,
				     .host_read_bytes = UNKNOWN,
				     .host_written_bytes = UNKNOWN,
				     .device = {UNKNOWN, UNKNOWN}};
	const char *reason;
	bool evicted = false;

	order.limit_ms = limit_ms * (order.warmup + order.iterations) * 2 +
			 experiment_number(turn->choice, "patience_ms");
	order.ops = work_count_of(turn, workload, &reason);
	if (!order.ops) {
		(void)snprintf(result.status, sizeof(result.status), LEFT_OUT);
		(void)snprintf(result.error, sizeof(result.error), "%s", reason);
	} else if (!(workload->device == DEVICE_READS ? work_cold(a, &order, &result, &evicted)
					  : work_carry_out(a, &order, &result))) {
		return false;
	}
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (work_is(&result, endings[i].word))
			experiment_fail(turn, endings[i].status, "work", "%s: %s%s%s", workload->name,
					endings[i].text, *result.error ? "; " : "", result.error);
	return write_record(turn, &order, &result, evicted);
}

static void work_all(struct experiment_turn *turn, struct attempt *a)
{
	const struct workload_choice *choice = &turn->attempts->scenario->workloads;
	cleanup_free const struct workload **order =
		alloc_zero(choice->count, sizeof(const struct workload *));
	char folder[PROTOCOL_LINE_MAX / 2];
	struct random random;

	(void)memcpy(order, choice->list, choice->count * sizeof(const struct workload *));
	random_seed(&random, turn->step->block);
	random_shuffle(&random, order, choice->count, sizeof(const struct workload *));
	if (!work_folder_make(a, folder, sizeof(folder)))
		return;
	for (size_t i = 0; i < choice->count; i++)
		if (experiment_must_end(turn) || !work_one(turn, a, order[i], folder))
			return;
}

void experiment_work(struct experiment_turn *turn)
{
	struct attempt a = {.all = turn->attempts, .subject = turn->step->subject, .sample = turn->sample};

	if (!work_calibrate(turn)) {
		experiment_fail(turn, SAMPLE_ABORTED, "work",
				"the run ended before the amount of work was known");
		return;
	}
	attempt_begin(&a);
	if (attempt_start(&a) && attempt_await_ready(&a)) {
		residue_remember(&a.residue, &a.in);
		attempt_learn(&a);
		if (turn->sample->status == SAMPLE_OK && attempt_inspect(&a))
			work_all(turn, &a);
		attempt_stop(&a);
	}
	work_folder_end(&a);
	attempt_end(&a);
	if (receiver_interrupted(turn->attempts->receiver))
		experiment_fail(turn, SAMPLE_ABORTED, "work", "the run was interrupted");
}
