/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/measure/work-counts.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/measure/work-order.h"
#include "harness/model/runtime.h"

#define MILLISECOND_NS 1e6
#define ENOUGH_NS (20 * MILLISECOND_NS) /* a measurement this long tells what an operation costs */
#define LEAP_MAX 1000.0
#define ROUNDS_MAX 16

uint64_t work_count(const struct work_aim *aim, const double *costs, size_t count, bool *ret_left_out)
{
	double fastest = INFINITY, slowest = 0;

	for (size_t i = 0; i < count; i++)
		fastest = costs[i] < fastest ? costs[i] : fastest;
	if (isinf(fastest))
		return 0;
	double least = fmax(1, ceil(aim->floor_ns / fastest));

	if (aim->most)
		least = fmin(least, (double)aim->most);
	for (size_t i = 0; i < count; i++) {
		ret_left_out[i] = costs[i] * least > aim->limit_ns;
		if (!ret_left_out[i] && costs[i] > slowest)
			slowest = costs[i];
	}
	double ops = ceil(aim->goal_ns / fastest);

	if (slowest > 0)
		ops = fmin(ops, floor(aim->limit_ns / slowest));
	ops = fmax(ops, least);
	return aim->most && ops > (double)aim->most ? aim->most : (uint64_t)ops;
}

bool work_folder_make(struct attempt *a, char *folder, size_t size)
{
	/* A box has its own layer there; a process has none. */
	const char *path = a->runtime->kind == RUNTIME_PROCESS ? a->in.storage : "/.";

	if (a->runtime->kind == RUNTIME_PROCESS && mkdir(path, 0700) < 0 && errno != EEXIST) {
		attempt_fail(a, SAMPLE_START_ERROR, "work", "cannot make its scratch folder");
		return false;
	}
	if (snprintf(folder, size, "%s", path) < (int)size)
		return true;
	attempt_fail(a, SAMPLE_START_ERROR, "work", "the path of its scratch folder is too long");
	return false;
}

void work_folder_end(const struct attempt *a)
{
	if (a->runtime && a->runtime->kind == RUNTIME_PROCESS)
		(void)file_remove_tree(a->in.storage, NULL);
}

/* What one subject's first instance found of a workload. */
struct found {
	double ns; /* of one operation; NAN: it does not work there */
	char why[sizeof(((struct work_result *)NULL)->error)];
};

static double cost_of(struct attempt *a, const struct workload *workload, const char *folder,
		      uint64_t patience_ms, struct found *ret_found)
{
	struct work_order order = {
		.workload = workload,
		.tool = scenario_tool(a->all->scenario),
		.ops = 1,
		.iterations = 2,
		.limit_ms = patience_ms,
		.folder = folder,
	};
	struct work_result result;

	for (int round = 0;; round++) {
		if (!work_carry_out(a, &order, &result)) {
			(void)snprintf(ret_found->why, sizeof(ret_found->why), "%.*s",
				       (int)sizeof(ret_found->why) - 1, a->sample->error);
			return NAN;
		}
		if (!work_is(&result, PROTOCOL_WORK_OK) || !result.count) {
			(void)snprintf(ret_found->why, sizeof(ret_found->why), "%s",
				       *result.error ? result.error : result.status);
			return NAN;
		}
		double ns =
			(double)(result.ns[0] < result.ns[result.count - 1] ? result.ns[0]
									    : result.ns[result.count - 1]);

		if (ns >= ENOUGH_NS || round == ROUNDS_MAX || order.ops == workload->most)
			return fmax(ns, 1) / (double)order.ops;
		double leap = fmin(fmax(1.2 * ENOUGH_NS / fmax(ns, 1), 2), LEAP_MAX);

		order.ops = (uint64_t)((double)order.ops * leap);
		if (workload->most && order.ops > workload->most)
			order.ops = workload->most;
	}
}

static bool is_out_of_reach(const struct workload *workload, const struct subject *subject)
{
	return workload->class == WORKLOAD_OUTSIDE && !subject->connected;
}

/* What is found out here is nobody's turn yet. */
static bool must_end(const struct experiment_turn *turn)
{
	return experiment_must_end(turn) || experiment_is_late(turn);
}

/* One instance of the subject runs everything for a moment. */
static void costs_of_subject(struct experiment_turn *turn, size_t subject, struct found *ret_found)
{
	const struct workload_choice *choice = &turn->attempts->scenario->workloads;
	uint64_t patience_ms = experiment_number(turn->choice, "patience_ms");
	char folder[PROTOCOL_LINE_MAX / 2];
	struct sample sample;
	struct attempt a = {.all = turn->attempts, .subject = subject, .sample = &sample};

	sample_init(&sample);
	sample.id = (*turn->next_id)++;
	attempt_begin(&a);
	if (attempt_start(&a) && attempt_await_ready(&a)) {
		attempt_learn(&a);
		bool works = sample.status == SAMPLE_OK && attempt_inspect(&a) &&
			     work_folder_make(&a, folder, sizeof(folder));

		for (size_t i = 0; works && i < choice->count && !must_end(turn); i++) {
			if (is_out_of_reach(choice->list[i], &turn->attempts->scenario->subjects[subject]))
				continue;
			ret_found[i].ns = cost_of(&a, choice->list[i], folder, patience_ms, &ret_found[i]);
			works = sample.status == SAMPLE_OK;
		}
		attempt_stop(&a);
	}
	work_folder_end(&a);
	attempt_end(&a);
}

/* Why a workload works nowhere, by the first subject that says so; for free(). NULL: nobody says. */
static char *why_nowhere(const struct scenario *scenario, size_t which, const struct found *all)
{
	for (size_t i = 0; i < scenario->subject_count; i++) {
		const char *why = all[i * scenario->workloads.count + which].why;

		if (*why)
			return alloc_format("it works in no subject; in %s: %s", scenario->subjects[i].name, why);
	}
	return NULL;
}

static struct json *describe(const struct experiment_turn *turn, size_t which, const struct found *all)
{
	const struct scenario *scenario = turn->attempts->scenario;
	const struct workload *workload = scenario->workloads.list[which];
	size_t subjects = scenario->subject_count, fastest = 0;
	cleanup_free double *costs = alloc_zero(subjects, sizeof(*costs));
	cleanup_free bool *left_out = alloc_zero(subjects, sizeof(*left_out));
	const struct work_aim aim = {
		.goal_ns = (double)experiment_number(turn->choice, "goal_ms") * MILLISECOND_NS,
		.limit_ns = (double)experiment_number(turn->choice, "limit_ms") * MILLISECOND_NS,
		.floor_ns = (double)experiment_number(turn->choice, "floor_ms") * MILLISECOND_NS,
		.most = workload->most,
	};
	struct json *row = json_object(), *list = json_array(), *out = json_array();

	for (size_t i = 0; i < subjects; i++) {
		costs[i] = all[i * scenario->workloads.count + which].ns;
		if (isnan(costs[fastest]) || costs[i] < costs[fastest])
			fastest = i;
	}
	uint64_t ops = work_count(&aim, costs, subjects, left_out);

	if (!ops && workload->most == 1)
		ops = 1; /* there is nothing to find: each turn says what is wrong */
	json_add_text(row, "workload", workload->name);
	for (size_t i = 0; i < subjects; i++) {
		struct json *cost = json_object();

		json_add_text(cost, "subject", scenario->subjects[i].name);
		json_add_number(cost, "ns_per_op", costs[i]);
		json_append(list, cost);
		bool alone = is_out_of_reach(workload, &scenario->subjects[i]);

		if (!left_out[i] && !alone)
			continue;
		struct json *one = json_object();
		cleanup_free char *reason =
			alone ? alloc_text("no way leads to the peer; namespace and vm with network=bridge or "
					   "network=user have one")
			      : alloc_format("one iteration would take more than %.3g s even if %s took "
					     "only %.3g ms",
					     aim.limit_ns / 1e9, scenario->subjects[fastest].name,
					     aim.floor_ns / MILLISECOND_NS);

		json_add_text(one, "subject", scenario->subjects[i].name);
		json_add_text(one, "reason", reason);
		json_append(out, one);
	}
	if (ops)
		json_add_int(row, "ops_count", (int64_t)ops);
	else
		json_add_null(row, "ops_count");
	cleanup_free char *why = ops ? NULL : why_nowhere(scenario, which, all);

	json_add_text(row, "why", why);
	json_add_text(row, "fastest", ops ? scenario->subjects[fastest].name : NULL);
	json_add(row, "costs", list);
	json_add(row, "left_out", out);
	return row;
}

bool work_calibrate(struct experiment_turn *turn)
{
	const struct scenario *scenario = turn->attempts->scenario;
	size_t width = scenario->workloads.count, cells = width * scenario->subject_count;
	cleanup_free struct found *found = alloc_zero(cells, sizeof(*found));

	if (*turn->kept)
		return true;
	for (size_t i = 0; i < cells; i++)
		found[i].ns = NAN;
	for (size_t i = 0; i < scenario->subject_count && !must_end(turn); i++)
		if (turn->usable[i])
			costs_of_subject(turn, i, found + i * width);
	if (must_end(turn))
		return false;
	struct json *record = experiment_begin_record(turn, EXPERIMENT_KEPT), *rows = json_array();

	for (size_t i = 0; i < width; i++)
		json_append(rows, describe(turn, i, found));
	json_add(record, "workloads", rows);
	*turn->kept = json_copy(record);
	return experiment_record(turn, record);
}

uint64_t work_count_of(const struct experiment_turn *turn, const struct workload *workload,
		       const char **ret_reason)
{
	const struct json *row = json_first(json_get(*turn->kept, "workloads"));

	while (row && strcmp(json_get_text(row, "workload", ""), workload->name) != 0)
		row = json_next(row);
	*ret_reason = json_get_text(row, "why", "it works in no subject");
	for (const struct json *out = json_first(json_get(row, "left_out")); out; out = json_next(out))
		if (!strcmp(json_get_text(out, "subject", ""), turn->subject->name)) {
			*ret_reason = json_get_text(out, "reason", "");
			return 0;
		}
	int64_t ops = json_get_int(row, "ops_count", 0);

	return ops > 0 ? (uint64_t)ops : 0;
}
