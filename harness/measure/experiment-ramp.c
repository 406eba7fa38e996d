/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ramp: instances are started until a guard says stop, and stay alive; at some N all that they cost is read. For the
 * experiments `memory` (the slope over N is the headline, method R2.1) and `density` (R4.8).
 *
 * Record "start": n (its place), latency_ns (request to ready; null: it failed), status, phase, error.
 * Record "point": n, settle_ns, and in bytes what all instances together take: pss, kernel (host-wide growth),
 *   cgroup_kernel (the part of it that is charged to them), sec_pagetables, private_cache, daemons (growth of the
 *   keeper and of what manages the instances), footprint (the sum without cgroup_kernel), mem_available (by how much
 *   the host's fell); harness (growth of its own anonymous memory), swap, ksm_shared; idle_cpu_ns: their CPU time in
 *   settle_ns.
 * Record "end": n at once, started, failed, reason, teardown_ns.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/clock.h"
#include "harness/base/start.h"
#include "harness/measure/attempt-steps.h"
#include "harness/measure/counters.h"
#include "harness/measure/daemons.h"
#include "harness/measure/experiment.h"
#include "harness/measure/hostmem.h"
#include "harness/measure/memory.h"
#include "harness/model/runtime.h"

#define AVAILABLE_LEAST 0.15   /* of all memory: R4.8 */
#define GROWTH_MOST 0.60       /* of what was available at first: R2.1 */
#define PRESSURE_MOST 10.0     /* percent */
#define SWAP_MOST (16 << 20)
#define KNEE_STARTS 5
#define KNEE_RATIO 2.0
#define POINT_STEP 1.6	       /* from one point's N to the next */
#define PIDS_MAX 4
#define CONCURRENCY_MAX 64 /* of the option, in model/experiment.c */

/* One instance. Its pages come from mmap, so that what is not used of it takes no memory. */
struct member {
	struct attempt attempt;
	struct sample sample;
	pid_t pids[PIDS_MAX];
	size_t pid_count;
	pthread_t thread;
	bool ready;
};

struct ramp {
	struct experiment_turn *turn;
	struct member **members; /* those that live */
	size_t count, started, failed;
	struct hostmem first;
	int64_t daemons_first, harness_first;
	double *latencies; /* of the starts that went well, in order */
	size_t latency_count;
	const char *reason; /* why it ended; NULL: it goes on */
	struct costs costs; /* scratch: one for all */
};

static int64_t known_or_0(int64_t number)
{
	return number == UNKNOWN ? 0 : number;
}

/*
 * Those that serve all instances: what they grow by is the instances'. The manager of guests works inside the harness
 * where no daemon of its own is known; for other subjects the harness's growth is its own book-keeping and not theirs.
 */
static int64_t daemons_bytes(const struct ramp *ramp)
{
	const struct run *run = ramp->turn->attempts->run;
	struct start_status status;
	const struct subject *subject = ramp->turn->subject;
	bool inside = subject->runtime->kind == RUNTIME_VM && !subject->daemon_count;
	int64_t total = (inside ? hostmem_process_pss(getpid()) : 0) + known_or_0(daemons_pss_bytes(subject));

	if (run->keeper && start_status(run->keeper, &status, NULL) >= 0) {
		total += hostmem_process_pss(status.keeper.pid);
		for (size_t i = 0; i < START_LANES_MAX && status.starters[i].pid; i++)
			total += hostmem_process_pss(status.starters[i].pid);
	}
	return total;
}

/* In a thread of its own where several are started at once. */
static void *member_start(void *data)
{
	struct member *member = data;
	struct attempt *a = &member->attempt;

	if (attempt_start(a) && attempt_await_ready(a)) {
		residue_remember(&a->residue, &a->in);
		attempt_learn(a);
	}
	member->ready = member->sample.status == SAMPLE_OK;
	return NULL;
}

static struct member *member_new(struct ramp *ramp)
{
	struct experiment_turn *turn = ramp->turn;
	struct member *member = mmap(NULL, sizeof(*member), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (member == MAP_FAILED)
		return NULL;
	member->attempt.all = turn->attempts;
	member->attempt.subject = turn->step->subject;
	member->attempt.sample = &member->sample;
	sample_init(&member->sample);
	member->sample.id = (*turn->next_id)++;
	(void)snprintf(member->sample.subject, sizeof(member->sample.subject), "%s", turn->subject->name);
	attempt_begin(&member->attempt);
	return member;
}

/* Away with it; what it left behind makes the turn fail. */
static void member_free(struct ramp *ramp, struct member *member)
{
	if (member->attempt.channel && member->ready)
		attempt_stop(&member->attempt);
	attempt_end(&member->attempt);
	if (*member->sample.residue && !*ramp->turn->sample->residue)
		(void)snprintf(ramp->turn->sample->residue, sizeof(ramp->turn->sample->residue), "%s",
			       member->sample.residue);
	(void)munmap(member, sizeof(*member));
}

static void member_find_processes(struct ramp *ramp, struct member *member)
{
	struct attempt *a = &member->attempt;

	a->in.deadline_ns = clock_now_ns() + 10000000000u;
	if (a->runtime->inspect(&a->in, &ramp->costs, &a->err) < 0)
		return;
	while (member->pid_count < PIDS_MAX && member->pid_count < ramp->costs.process_count) {
		member->pids[member->pid_count] = ramp->costs.processes[member->pid_count];
		member->pid_count++;
	}
}

static bool start_record(struct ramp *ramp, const struct member *member, int64_t latency_ns)
{
	struct json *record = experiment_begin_record(ramp->turn, "start");

	json_add_int(record, "n", (int64_t)++ramp->started);
	experiment_add_known(record, "latency_ns", latency_ns);
	json_add_text(record, "status", sample_status_name(member->sample.status));
	if (!member->ready) {
		json_add_text(record, "phase", member->sample.phase);
		json_add_text(record, "error", member->sample.error);
	}
	return experiment_record(ramp->turn, record);
}

/* What became of one start: it joins the others, or goes. */
static void member_take(struct ramp *ramp, struct member *member)
{
	struct timeline *timeline = &member->attempt.timeline;
	struct event request = timeline_get(timeline, EVENT_REQUEST), ready = timeline_get(timeline, EVENT_READY_OBS);
	int64_t latency_ns = member->ready && request.set && ready.set ? (int64_t)(ready.t_ns - request.t_ns) : UNKNOWN;

	(void)start_record(ramp, member, latency_ns);
	if (member->ready) {
		member_find_processes(ramp, member);
		attempt_refill(&member->attempt);
		ramp->latencies[ramp->latency_count++] = (double)latency_ns;
		ramp->members[ramp->count++] = member;
		return;
	}
	ramp->failed++;
	ramp->reason = member->sample.status == SAMPLE_ABORTED ? "interrupted" : "failed_start";
	if (member->sample.status != SAMPLE_ABORTED)
		(void)snprintf(ramp->turn->sample->error, sizeof(ramp->turn->sample->error),
			       "ended at a start that failed: %.900s", member->sample.error);
	member_free(ramp, member);
}

/* `count` at the same time: the first in this thread, the others in theirs. */
static void ramp_start(struct ramp *ramp, size_t count)
{
	struct member *members[CONCURRENCY_MAX] = {NULL};
	bool threaded[CONCURRENCY_MAX] = {false};

	for (size_t i = 0; i < count; i++)
		members[i] = member_new(ramp);
	for (size_t i = 1; i < count; i++)
		threaded[i] = members[i] && !pthread_create(&members[i]->thread, NULL, member_start, members[i]);
	for (size_t i = 0; i < count; i++)
		if (members[i] && !threaded[i])
			(void)member_start(members[i]);
	for (size_t i = 0; i < count; i++) {
		if (threaded[i])
			(void)pthread_join(members[i]->thread, NULL);
		if (members[i])
			member_take(ramp, members[i]);
		else
			ramp->reason = "no_memory";
	}
}

static double median_of(const double *values, size_t count)
{
	double sorted[KNEE_STARTS];

	(void)memcpy(sorted, values, count * sizeof(*sorted));
	for (size_t i = 1; i < count; i++)
		for (size_t k = i; k && sorted[k] < sorted[k - 1]; k--) {
			double swap = sorted[k];

			sorted[k] = sorted[k - 1];
			sorted[k - 1] = swap;
		}
	return sorted[count / 2];
}

static bool is_past_knee(const struct ramp *ramp)
{
	size_t n = ramp->latency_count;

	return n >= 2 * KNEE_STARTS && median_of(ramp->latencies + n - KNEE_STARTS, KNEE_STARTS) >
					       KNEE_RATIO * median_of(ramp->latencies, KNEE_STARTS);
}

/* The first guard that says stop, in the order in which they matter to the host. */
static const char *guard(const struct ramp *ramp)
{
	const struct experiment_choice *choice = ramp->turn->choice;
	struct hostmem now;

	hostmem_read(&now);
	double fell = (double)(ramp->first.available - now.available);

	if (receiver_interrupted(ramp->turn->attempts->receiver))
		return "interrupted";
	if (ramp->turn->failed)
		return "journal";
	if ((double)now.available < AVAILABLE_LEAST * (double)now.total)
		return "memory_available_15_percent";
	if (fell > GROWTH_MOST * (double)ramp->first.available)
		return "memory_growth_60_percent";
	if (now.swap_used - ramp->first.swap_used > SWAP_MOST)
		return "swap";
	if (now.pressure > PRESSURE_MOST)
		return "memory_pressure";
	if (experiment_number(choice, "knee_ends") && is_past_knee(ramp))
		return "latency_doubled";
	if (ramp->count >= experiment_number(choice, "instances_max"))
		return "instances_max";
	return experiment_must_end(ramp->turn) ? "budget" : NULL;
}

/* What all instances together have charged to their cgroups, keep in the page cache, and used of the CPU. */
struct totals {
	int64_t pss, cgroup_kernel, private_cache, cpu_ns;
};

static struct totals totals_read(const struct ramp *ramp, bool cpu_only)
{
	struct totals totals = {0};

	for (size_t i = 0; i < ramp->count; i++) {
		struct member *member = ramp->members[i];
		struct counters_memory memory;

		for (size_t k = 0; k < member->pid_count; k++) {
			totals.cpu_ns += hostmem_process_cpu_ns(member->pids[k]);
			if (!cpu_only)
				totals.pss += hostmem_process_pss(member->pids[k]);
		}
		if (cpu_only)
			continue;
		counters_read_memory(&member->attempt.residue.cgroups, &memory);
		totals.cgroup_kernel += known_or_0(memory.kernel);
		totals.private_cache += known_or_0(memory_cached_bytes(member->attempt.in.storage));
	}
	return totals;
}

static int64_t sec_growth(const struct ramp *ramp, const struct hostmem *now)
{
	return now->sec_pagetables == UNKNOWN || ramp->first.sec_pagetables == UNKNOWN
		       ? 0
		       : now->sec_pagetables - ramp->first.sec_pagetables;
}

/* One point, after the newest has settled. */
static void ramp_weigh(struct ramp *ramp)
{
	uint64_t settle_ns = ramp->turn->attempts->scenario->settle_min_ns, begin_ns = clock_now_ns();
	struct totals before = totals_read(ramp, true);
	struct hostmem now;

	if (ramp->count)
		(void)channel_wait(ramp->members[0]->attempt.channel, CHANNEL_INTERRUPTED, begin_ns + settle_ns);
	uint64_t waited_ns = clock_now_ns() - begin_ns;
	struct totals totals = totals_read(ramp, false);
	int64_t daemons = daemons_bytes(ramp) - ramp->daemons_first;

	hostmem_read(&now);
	int64_t kernel = now.kernel - ramp->first.kernel, sec = sec_growth(ramp, &now);
	int64_t footprint = totals.pss + kernel + sec + totals.private_cache + daemons;
	const struct {
		const char *key;
		int64_t number;
	} rows[] = {
		{"n", (int64_t)ramp->count},
		{"settle_ns", (int64_t)waited_ns},
		{"pss_bytes", totals.pss},
		{"kernel_bytes", kernel},
		{"cgroup_kernel_bytes", totals.cgroup_kernel},
		{"sec_pagetables_bytes", sec},
		{"private_cache_bytes", totals.private_cache},
		{"daemons_bytes", daemons},
		{"footprint_bytes", footprint},
		{"mem_available_bytes", ramp->first.available - now.available},
		{"harness_bytes", hostmem_process_anon(getpid()) - ramp->harness_first},
		{"swap_bytes", now.swap_used - ramp->first.swap_used},
		{"ksm_shared_bytes", now.ksm_shared},
		{"idle_cpu_ns", totals.cpu_ns - before.cpu_ns},
	};
	struct json *record = experiment_begin_record(ramp->turn, "point");

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		experiment_add_known(record, rows[i].key, rows[i].number);
	(void)experiment_record(ramp->turn, record);
	if (!ramp->reason && footprint >= (int64_t)experiment_number(ramp->turn->choice, "bytes_max"))
		ramp->reason = "bytes_max";
}

static void ramp_grow(struct ramp *ramp)
{
	size_t most = experiment_number(ramp->turn->choice, "instances_max");
	size_t width = experiment_number(ramp->turn->choice, "concurrency");
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

static void ramp_end(struct ramp *ramp)
{
	struct json *record;
	size_t most = ramp->count;
	uint64_t begin_ns = clock_now_ns();

	while (ramp->count)
		member_free(ramp, ramp->members[--ramp->count]);
	record = experiment_begin_record(ramp->turn, "end");
	json_add_int(record, "n", (int64_t)most);
	json_add_int(record, "started", (int64_t)ramp->started);
	json_add_int(record, "failed", (int64_t)ramp->failed);
	json_add_text(record, "reason", ramp->reason);
	json_add_int(record, "teardown_ns", (int64_t)(clock_now_ns() - begin_ns));
	(void)experiment_record(ramp->turn, record);
	if (!strcmp(ramp->reason, "interrupted"))
		experiment_fail(ramp->turn, SAMPLE_ABORTED, "ramp", "the run was interrupted");
	if (!most)
		experiment_fail(ramp->turn, SAMPLE_START_ERROR, "ramp", "not one instance became ready");
}

void experiment_ramp(struct experiment_turn *turn)
{
	size_t most = experiment_number(turn->choice, "instances_max");
	struct start_client *keeper = turn->attempts->run->keeper;
	struct ramp *ramp = alloc_zero(1, sizeof(*ramp));

	ramp->turn = turn;
	ramp->members = alloc_zero(most, sizeof(struct member *));
	ramp->latencies = alloc_zero(most, sizeof(double));
	if (keeper)
		(void)start_widen(keeper, (unsigned)experiment_number(turn->choice, "concurrency"), NULL);
	hostmem_read(&ramp->first);
	ramp->harness_first = hostmem_process_anon(getpid());
	ramp->daemons_first = daemons_bytes(ramp);
	ramp_grow(ramp);
	ramp_end(ramp);
	if (keeper)
		(void)start_widen(keeper, 1, NULL);
	free(ramp->members);
	free(ramp->latencies);
	free(ramp);
}
