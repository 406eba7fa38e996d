/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ramp: instances are started until a guard says stop, and stay alive; at some N all that they cost is read. For the
 * experiments `memory` (the slope over N is the headline, method R2.1) and `density` (R4.8). A turn has two ramps where
 * `concurrency_wide` says so: one after the other, which is first changes from block to block.
 *
 * Each record has the ramp's concurrency: how many are started at the same time.
 * Record "start": n (its place), latency_ns (request to ready; null: it failed), status, phase, error; at_ns since the
 *   ramp began, for how long of it something on the host waited for a resource (hostload.h), and harness_cpu_ns: how
 *   much CPU time harness and keeper took of it, without that for points.
 * Record "point": n, settle_ns, and in bytes what all instances together take: pss, kernel (host-wide growth),
 *   cgroup_kernel (the part of it that is charged to them), sec_pagetables, private_cache, daemons (growth of the
 *   keeper and of what manages the instances), footprint (the sum without cgroup_kernel), mem_available (by how much
 *   the host's fell); harness (growth of its own anonymous memory), swap, ksm_shared; idle_cpu_ns: their CPU time in
 *   settle_ns.
 * Record "teardown": n at once, each_ns: how long the end of each took, the newest first; harness_cpu_each_ns: how much
 *   CPU time harness and keeper took for it.
 * Record "end": n at once, started, failed, starters, reason, error (of the start that failed), teardown_ns.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/clock.h"
#include "harness/base/start.h"
#include "harness/measure/ramp-guard.h"
#include "harness/measure/ramp.h"

#define POINT_STEP 1.6 /* from one point's N to the next */
#define REST_STEP_NS 250000000u
#define REST_STEPS_MAX 40
#define REST_BYTES (256 << 10)

struct json *ramp_begin_record(const struct ramp *ramp, const char *what)
{
	struct json *record = experiment_begin_record(ramp->turn, what);

	json_add_int(record, "concurrency", (int64_t)ramp->concurrency);
	return record;
}

/* The first guard that says stop, in the order in which they matter to the host. */
static const char *guard(const struct ramp *ramp)
{
	const struct experiment_choice *choice = ramp->turn->choice;
	struct hostmem now;

	hostmem_read(&now);
	const char *memory = ramp_guard_memory(&ramp->first, &now);

	if (receiver_interrupted(ramp->turn->attempts->receiver))
		return "interrupted";
	if (ramp->turn->failed)
		return "journal";
	if (memory)
		return memory;
	if (experiment_number(choice, "knee_ends") && ramp_is_past_knee(ramp->latencies, ramp->latency_count))
		return "latency_doubled";
	if (ramp->count >= experiment_number(choice, "instances_max"))
		return "instances_max";
	return experiment_is_late(ramp->turn) ? "budget" : NULL;
}

static void ramp_grow(struct ramp *ramp)
{
	size_t most = experiment_number(ramp->turn->choice, "instances_max");
	size_t width = ramp->concurrency;
	size_t next = 1, weighed = 0;

	while (!ramp->reason && !(ramp->reason = guard(ramp))) {
		size_t room = most - ramp->count;

		ramp_start(ramp, width < room ? width : room);
		if (ramp->count < next || ramp->reason)
			continue;
		ramp_weigh(ramp);
		weighed = ramp->count;
		while (next <= ramp->count)
			next = (size_t)((double)next * POINT_STEP) + 1;
	}
	if (ramp->count > weighed && strcmp(ramp->reason, "interrupted") != 0)
		ramp_weigh(ramp);
}

static int64_t starters_of(struct start_client *keeper)
{
	struct start_status status;
	int64_t count = 0;

	if (!keeper || start_status(keeper, &status, NULL) < 0)
		return UNKNOWN;
	for (size_t i = 0; i < START_LANES_MAX; i++)
		count += status.starters[i].pid != 0;
	return count;
}

static void ramp_end(struct ramp *ramp)
{
	size_t most = ramp->count;
	int64_t starters = starters_of(ramp->turn->attempts->run->keeper);
	uint64_t begin_ns = clock_now_ns();

	ramp_take_down(ramp);
	uint64_t end_ns = clock_now_ns();
	struct json *record = ramp_begin_record(ramp, "end");

	json_add_int(record, "n", (int64_t)most);
	json_add_int(record, "started", (int64_t)ramp->started);
	json_add_int(record, "failed", (int64_t)ramp->failed);
	experiment_add_known(record, "starters", starters);
	json_add_text(record, "reason", ramp->reason);
	json_add_text(record, "error", *ramp->error ? ramp->error : NULL);
	json_add_int(record, "teardown_ns", (int64_t)(end_ns - begin_ns));
	(void)experiment_record(ramp->turn, record);
	if (!strcmp(ramp->reason, "interrupted"))
		experiment_fail(ramp->turn, SAMPLE_ABORTED, "ramp", "the run was interrupted");
	if (!most)
		experiment_fail(ramp->turn, SAMPLE_START_ERROR, "ramp", "not one instance became ready%s%.900s",
				*ramp->error ? ": " : "", ramp->error);
}

/* The kernel removes what a ramp leaves (network namespaces, cgroups) behind our back: the next begins after that. */
static void ramp_rest(const struct experiment_turn *turn)
{
	struct hostmem before, now;

	hostmem_read(&before);
	for (int i = 0; i < REST_STEPS_MAX && !experiment_must_end(turn) && !experiment_is_late(turn); i++) {
		clock_sleep_until(clock_now_ns() + REST_STEP_NS);
		hostmem_read(&now);
		if (before.kernel - now.kernel < REST_BYTES)
			return;
		before = now;
	}
}

/* False: what ended it ends the turn. */
static bool ramp_run(struct experiment_turn *turn, size_t concurrency)
{
	size_t most = experiment_number(turn->choice, "instances_max");
	struct start_client *keeper = turn->attempts->run->keeper;
	struct ramp *ramp = alloc_zero(1, sizeof(*ramp));

	ramp->turn = turn;
	ramp->concurrency = concurrency;
	ramp->members = alloc_zero(most, sizeof(struct ramp_member *));
	ramp->latencies = alloc_zero(most, sizeof(double));
	if (keeper)
		(void)start_widen(keeper, (unsigned)concurrency, NULL);
	ramp_rest(turn);
	ramp->begin_ns = clock_now_ns();
	hostload_read(&ramp->load_first);
	hostmem_read(&ramp->first);
	ramp->daemons_first = ramp_daemons_bytes(ramp);
	ramp_harness_begin(ramp);
	ramp_grow(ramp);
	ramp_end(ramp);
	if (keeper)
		(void)start_widen(keeper, 1, NULL);
	bool any = ramp->latency_count;

	free(ramp->members);
	free(ramp->latencies);
	free(ramp);
	return any && !experiment_must_end(turn) && !experiment_is_late(turn);
}

/* Of the second ramp; as many as of the first: there is none. */
static size_t concurrency_wide(const struct experiment_turn *turn)
{
	uint64_t wanted = experiment_number(turn->choice, "concurrency_wide");
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	if (wanted)
		return wanted;
	return cpus < 1 ? 1 : cpus > RAMP_CONCURRENCY_MAX ? RAMP_CONCURRENCY_MAX : (size_t)cpus;
}

void experiment_ramp(struct experiment_turn *turn)
{
	size_t narrow = experiment_number(turn->choice, "concurrency"), wide = concurrency_wide(turn);
	bool wide_first = turn->step->block % 2;

	if (wide <= narrow)
		(void)ramp_run(turn, narrow);
	else if (ramp_run(turn, wide_first ? wide : narrow))
		(void)ramp_run(turn, wide_first ? narrow : wide);
}
