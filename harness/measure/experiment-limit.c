/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The smallest memory limit with which the payload still gets ready: bisection between a limit that works and one that
 * does not. A limit works if every one of its trials got ready, each with a fresh instance.
 *
 * Record "trial": limit_bytes, trial (from 1), ready, status, error, and of one that got ready how much it had needed
 * at most until then: cgroup_peak_bytes (what its cgroup was charged), rss_peak_bytes (resident sets of its processes).
 * Record "bound": works_bytes, fails_bytes (null: none was found), step_bytes (no two limits closer were told apart).
 */
#include <math.h>
#include <stdio.h>

#include "harness/base/cleanup.h"
#include "harness/base/clock.h"
#include "harness/base/file.h"
#include "harness/measure/attempt-steps.h"
#include "harness/measure/counters.h"
#include "harness/measure/experiment.h"
#include "harness/model/runtime.h"

#define LEAST_BYTES (64ull << 10)	 /* where the search begins: a container's */
#define LEAST_GUEST_BYTES (16ull << 20) /* a guest's */
#define PAGE_BYTES 4096u
#define PATIENCE_FACTOR 8u	     /* a start that takes so many times as long as with the full limit, */
#define PATIENCE_NS 3000000000u	     /* and this, hangs */
#define DEFAULT_BYTES (256ull << 20) /* where the scenario has no limit */

/* One trial's answer. */
struct trial {
	bool ready;
	uint64_t took_ns;
};

static int64_t rss_peak(const struct costs *costs)
{
	int64_t total = UNKNOWN;

	for (size_t i = 0; i < costs->process_count; i++) {
		char path[64];
		uint64_t kib;

		(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)costs->processes[i]);
		if (!file_read_field(path, "VmHWM", &kib, NULL))
			total = (total == UNKNOWN ? 0 : total) + (int64_t)kib * 1024;
	}
	return total;
}

/* The runtime takes its subject's limits when it prepares. */
static int limit_set(const struct experiment_turn *turn, uint64_t bytes, struct error *err)
{
	struct subject *subject = turn->subject;

	subject->runtime->finish(subject);
	json_free(subject->facts);
	subject->facts = NULL;
	subject->daemon_count = 0;
	subject->limits.memory_bytes = bytes;
	return subject->runtime->prepare(turn->attempts->run, subject, err);
}

static void peaks_add(struct attempt *a, struct json *record)
{
	struct counters_memory memory;

	counters_read_memory(&a->residue.cgroups, &memory);
	experiment_add_known(record, "cgroup_peak_bytes", memory.peak);
	experiment_add_known(record, "rss_peak_bytes", attempt_inspect(a) ? rss_peak(&a->costs) : UNKNOWN);
}

static struct trial trial_run(struct experiment_turn *turn, uint64_t number)
{
	struct sample sample;
	struct attempt a = {.all = turn->attempts, .subject = turn->step->subject, .sample = &sample};
	struct json *record = experiment_begin_record(turn, "trial");
	struct trial trial = {.took_ns = clock_now_ns()};

	sample_init(&sample);
	sample.id = (*turn->next_id)++;
	attempt_begin(&a);
	if (attempt_start(&a) && attempt_await_ready(&a)) {
		trial.took_ns = clock_now_ns() - trial.took_ns;
		residue_remember(&a.residue, &a.in);
		attempt_learn(&a);
	}
	trial.ready = sample.status == SAMPLE_OK;
	json_add_int(record, "limit_bytes", (int64_t)turn->subject->limits.memory_bytes);
	json_add_int(record, "trial", (int64_t)number);
	json_add_bool(record, "ready", trial.ready);
	json_add_text(record, "status", sample_status_name(sample.status));
	json_add_text(record, "error", sample.error);
	if (trial.ready) {
		peaks_add(&a, record);
		attempt_stop(&a);
	}
	attempt_end(&a);
	if (*sample.residue)
		(void)snprintf(turn->sample->residue, sizeof(turn->sample->residue), "%s", sample.residue);
	(void)experiment_record(turn, record);
	return trial;
}

/* Do all trials get ready? The first that does not decides. */
static bool limit_works(struct experiment_turn *turn, uint64_t bytes, uint64_t *ret_longest_ns)
{
	uint64_t trials = experiment_number(turn->choice, "trials");
	struct error err = {0};

	if (limit_set(turn, bytes, &err) < 0) {
		struct json *record = experiment_begin_record(turn, "trial");

		json_add_int(record, "limit_bytes", (int64_t)bytes);
		json_add_bool(record, "ready", false);
		json_add_text(record, "status", sample_status_name(SAMPLE_START_ERROR));
		json_add_text(record, "error", err.text);
		(void)experiment_record(turn, record);
		return false;
	}
	for (uint64_t i = 1; i <= trials && !experiment_must_end(turn); i++) {
		struct trial trial = trial_run(turn, i);

		if (!trial.ready)
			return false;
		*ret_longest_ns = trial.took_ns > *ret_longest_ns ? trial.took_ns : *ret_longest_ns;
	}
	return !experiment_must_end(turn);
}

/* Far apart the middle of the logarithms, then of the numbers; whole pages. */
static uint64_t middle(uint64_t fails, uint64_t works)
{
	double mean = works > 2 * fails ? sqrt((double)fails * (double)works) : ((double)fails + (double)works) / 2;

	return (uint64_t)mean / PAGE_BYTES * PAGE_BYTES;
}

static void bisect(struct experiment_turn *turn, uint64_t works)
{
	uint64_t step = experiment_number(turn->choice, "step_bytes"), longest_ns = 0, fails = 0;
	uint64_t least = turn->subject->runtime->kind == RUNTIME_VM ? LEAST_GUEST_BYTES : LEAST_BYTES;

	if (!limit_works(turn, works, &longest_ns)) {
		experiment_fail(turn, SAMPLE_START_ERROR, "limit", "with %llu bytes it does not get ready either",
				(unsigned long long)works);
		return;
	}
	turn->subject->timeout_ns = PATIENCE_FACTOR * longest_ns + PATIENCE_NS;
	while (works - fails > step && !experiment_must_end(turn)) {
		uint64_t next = middle(fails ? fails : least, works);

		if (next >= works || next <= fails)
			break;
		if (limit_works(turn, next, &longest_ns))
			works = next;
		else if (!experiment_must_end(turn))
			fails = next;
	}
	struct json *record = experiment_begin_record(turn, "bound");

	json_add_int(record, "works_bytes", (int64_t)works);
	experiment_add_known(record, "fails_bytes", fails ? (int64_t)fails : UNKNOWN);
	json_add_int(record, "step_bytes", (int64_t)step);
	(void)experiment_record(turn, record);
}

void experiment_limit(struct experiment_turn *turn)
{
	struct subject *subject = turn->subject;
	uint64_t bytes = subject->limits.memory_bytes, timeout_ns = subject->timeout_ns;
	struct error err = {0};

	if (subject->runtime->kind != RUNTIME_CONTAINER && subject->runtime->kind != RUNTIME_VM) {
		experiment_fail(turn, SAMPLE_SKIPPED, "limit", "nothing limits its memory");
		return;
	}
	subject->limit_is_tried = true;
	bisect(turn, bytes ? bytes : DEFAULT_BYTES);
	subject->limit_is_tried = false;
	subject->timeout_ns = timeout_ns;
	if (limit_set(turn, bytes, &err) < 0)
		experiment_fail(turn, SAMPLE_START_ERROR, "limit", "%s", err.text);
	if (receiver_interrupted(turn->attempts->receiver))
		experiment_fail(turn, SAMPLE_ABORTED, "limit", "the run was interrupted");
}
