/* SPDX-License-Identifier: Apache-2.0 */
/* The instances of a ramp: started, one or several at the same time, and ended. */
#include <stdio.h>
#include <sys/mman.h>

#include "harness/base/clock.h"
#include "harness/measure/ramp.h"
#include "harness/model/runtime.h"

/* In a thread of its own where several are started at once. */
static void *member_start(void *data)
{
	struct ramp_member *member = data;
	struct attempt *a = &member->attempt;

	if (attempt_start(a) && attempt_await_ready(a)) {
		residue_remember(&a->residue, &a->in);
		attempt_learn(a);
	}
	member->ready = member->sample.status == SAMPLE_OK;
	return NULL;
}

static struct ramp_member *member_new(struct ramp *ramp)
{
	struct experiment_turn *turn = ramp->turn;
	struct ramp_member *member =
		mmap(NULL, sizeof(*member), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

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
static void member_free(struct ramp *ramp, struct ramp_member *member)
{
	if (member->attempt.channel && member->ready)
		attempt_stop(&member->attempt);
	attempt_end(&member->attempt);
	if (*member->sample.residue && !*ramp->turn->sample->residue)
		(void)snprintf(ramp->turn->sample->residue, sizeof(ramp->turn->sample->residue), "%s",
			       member->sample.residue);
	(void)munmap(member, sizeof(*member));
}

static void member_find_processes(struct ramp *ramp, struct ramp_member *member)
{
	struct attempt *a = &member->attempt;

	a->in.deadline_ns = clock_now_ns() + 10000000000u;
	if (a->runtime->inspect(&a->in, &ramp->costs, &a->err) < 0)
		return;
	while (member->pid_count < RAMP_PIDS_MAX && member->pid_count < ramp->costs.process_count) {
		member->pids[member->pid_count] = ramp->costs.processes[member->pid_count];
		member->pid_count++;
	}
}

/* What the host waited for since the ramp began: what was short, where starts become slow. */
static void load_add(const struct ramp *ramp, struct json *record)
{
	struct hostload now;

	hostload_read(&now);
	json_add_int(record, "at_ns", (int64_t)(clock_now_ns() - ramp->begin_ns));
	json_add_int(record, "harness_cpu_ns", ramp_harness_cpu_ns(ramp));
	for (size_t i = 0; i < HOSTLOAD_COUNT; i++)
		experiment_add_known(record, hostload_key((enum hostload_resource)i),
				     hostload_difference(&ramp->load_first, &now, (enum hostload_resource)i));
}

static bool start_record(struct ramp *ramp, const struct ramp_member *member, int64_t latency_ns)
{
	struct json *record = ramp_begin_record(ramp, "start");

	json_add_int(record, "n", (int64_t)++ramp->started);
	experiment_add_known(record, "latency_ns", latency_ns);
	load_add(ramp, record);
	json_add_text(record, "status", sample_status_name(member->sample.status));
	if (!member->ready) {
		json_add_text(record, "phase", member->sample.phase);
		json_add_text(record, "error", member->sample.error);
	}
	return experiment_record(ramp->turn, record);
}

/* What became of one start: it joins the others, or goes. */
static void member_take(struct ramp *ramp, struct ramp_member *member)
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
		(void)snprintf(ramp->error, sizeof(ramp->error), "%s", member->sample.error);
	member_free(ramp, member);
}

/* `count` at the same time: the first in this thread, the others in theirs. */
void ramp_start(struct ramp *ramp, size_t count)
{
	struct ramp_member *members[RAMP_CONCURRENCY_MAX] = {NULL};
	bool threaded[RAMP_CONCURRENCY_MAX] = {false};

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

void ramp_take_down(struct ramp *ramp)
{
	struct json *record = ramp_begin_record(ramp, "teardown"), *times = json_array(), *cpu = json_array();

	json_add_int(record, "n", (int64_t)ramp->count);
	while (ramp->count) {
		uint64_t begin_ns = clock_now_ns();
		int64_t cpu_begin_ns = ramp_harness_cpu_ns(ramp);

		member_free(ramp, ramp->members[--ramp->count]);
		json_append(times, json_new_int((int64_t)(clock_now_ns() - begin_ns)));
		json_append(cpu, json_new_int(ramp_harness_cpu_ns(ramp) - cpu_begin_ns));
	}
	json_add(record, "each_ns", times);
	json_add(record, "harness_cpu_each_ns", cpu);
	(void)experiment_record(ramp->turn, record);
}
