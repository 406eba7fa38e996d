/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/measure/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/clock.h"
#include "harness/measure/experiment.h"
#include "harness/measure/session-resume.h"
#include "harness/measure/session-stop.h"

uint64_t session_estimate_ns(const struct session *s, size_t from)
{
	uint64_t left_ns = 0, mean_ns = 0, count = 0;
	size_t cells = s->scenario->subject_count * BLOCK_KIND_COUNT;

	for (size_t i = 0; i < cells; i++) {
		mean_ns += s->spent_ns[i];
		count += s->spent_count[i];
	}
	mean_ns = count ? mean_ns / count : 0;
	for (size_t i = from; i < s->plan.count; i++) {
		const struct plan_step *step = &s->plan.steps[i];

		if (s->done[i])
			continue;
		size_t cell = step->subject * BLOCK_KIND_COUNT + (size_t)step->kind;
		size_t other = step->subject * BLOCK_KIND_COUNT + BLOCK_LATENCY;

		if (s->spent_count[cell])
			left_ns += s->spent_ns[cell] / s->spent_count[cell];
		else if (step->kind == BLOCK_FOOTPRINT && s->spent_count[other])
			left_ns += s->spent_ns[other] / s->spent_count[other] + s->scenario->settle_min_ns;
		else
			left_ns += mean_ns;
	}
	return left_ns;
}

static void session_fill(struct session *s, size_t index, struct sample *sample)
{
	const struct plan_step *step = &s->plan.steps[index];

	sample_init(sample);
	sample->id = s->next_id++;
	sample->kind = step->kind;
	sample->block = (int64_t)step->block;
	sample->position = (int64_t)step->position;
	sample->warmup = step->warmup;
	(void)snprintf(sample->subject, sizeof(sample->subject), "%s", s->scenario->subjects[step->subject].name);
}

static int session_experiment(struct session *s, const struct plan_step *step, struct sample *sample, struct error *err)
{
	const struct experiment_choice *choice = &s->scenario->experiment;
	uint64_t budget_ns = s->options->budget_ns;
	struct experiment_turn turn = {
		.attempts = &s->attempts,
		.step = step,
		.choice = choice,
		.subject = &s->scenario->subjects[step->subject],
		.sample = sample,
		.deadline_ns = budget_ns ? s->begin_ns + budget_ns : 0,
		.next_id = &s->next_id,
		.journal = &s->journal,
		.usable = s->usable,
		.kept = &s->kept,
		.on_record = s->options->on_record,
		.data = s->options->data,
	};

	if (!s->kept && s->options->earlier)
		s->kept = experiment_recall(s->options->earlier);

	experiment_find(choice->spec->name)->run(&turn);
	s->result.records += turn.written;
	if (turn.failed && err)
		*err = turn.err;
	return turn.failed;
}

static int session_attempt(struct session *s, size_t index, struct sample *sample, struct error *err)
{
	const struct plan_step *step = &s->plan.steps[index];

	session_fill(s, index, sample);
	if (!s->usable[step->subject]) {
		sample->status = SAMPLE_SKIPPED;
		(void)snprintf(sample->phase, sizeof(sample->phase), "prepare");
		(void)snprintf(sample->error, sizeof(sample->error), "%s", s->reasons[step->subject]);
		return 0;
	}
	sample->gap_ns = (int64_t)noise_calm_down(&s->calm);
	if (step->kind == BLOCK_EXPERIMENT)
		return session_experiment(s, step, sample, err);
	attempt_run(&s->attempts, step, sample);
	return 0;
}

static int session_step(struct session *s, size_t index, struct error *err)
{
	const struct plan_step *step = &s->plan.steps[index];
	size_t cell = step->subject * BLOCK_KIND_COUNT + (size_t)step->kind;
	uint64_t begin_ns = clock_now_ns();
	struct sample sample;

	int rc = session_attempt(s, index, &sample, err);

	if (rc < 0)
		return rc;
	neighbours_look(&s->neighbours, s->run.id);
	struct json *record = sample_to_json(&sample);

	rc = journal_append(&s->journal, record, err);
	json_free(record);
	if (rc < 0)
		return rc;
	s->result.samples++;
	/* What an experiment has nothing to do with was not tried. */
	bool left_out = s->usable[step->subject] && sample.status == SAMPLE_SKIPPED;

	s->tried[step->subject] += sample.status != SAMPLE_ABORTED && !left_out;
	s->good[step->subject] += sample.status == SAMPLE_OK;
	s->spent_ns[cell] += clock_now_ns() - begin_ns;
	s->spent_count[cell]++;
	struct session_progress progress = {
		.step = step,
		.scenario = s->scenario,
		.done = index + 1,
		.total = s->plan.count,
		.elapsed_ns = clock_now_ns() - s->begin_ns,
		.left_ns = session_estimate_ns(s, index + 1),
		.sample = &sample,
	};

	if (s->options->on_sample)
		s->options->on_sample(s->options->data, &progress);
	return 0;
}

static bool session_skips(const struct session *s, size_t index)
{
	size_t subject = s->plan.steps[index].subject;

	return s->done[index] || (s->scenario->subjects[subject].optional && !s->usable[subject]);
}

static int session_loop(struct session *s, struct error *err)
{
	for (size_t i = 0; i < s->plan.count && !receiver_interrupted(s->receiver); i++) {
		if (session_over(s, i))
			continue;
		int rc = session_skips(s, i) ? 0 : session_step(s, i, err);

		if (!rc)
			rc = session_look(s, i, err);
		if (rc < 0)
			return rc;
	}
	s->result.stop_reason = session_stop_reason(s);
	for (size_t i = 0; i < s->scenario->subject_count; i++)
		s->result.failed_subjects += s->tried[i] && !s->good[i];
	s->result.interrupted = receiver_interrupted(s->receiver);
	if (s->result.interrupted)
		s->result.stop_reason = "interrupted";
	return 0;
}

static void add_rusage(const struct session *s, struct json *end)
{
	struct rusage usage;

	(void)getrusage(RUSAGE_SELF, &usage);
	int64_t cpu_ns = ((int64_t)usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000 +
			 ((int64_t)usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000;

	if (s->earlier_cpu_ns == UNKNOWN)
		json_add_null(end, "harness_cpu_ns"); /* the part before was killed */
	else
		json_add_int(end, "harness_cpu_ns", cpu_ns + s->earlier_cpu_ns);
	json_add_int(end, "harness_maxrss_bytes", (int64_t)usage.ru_maxrss * 1024);
}

static int session_end(struct session *s, struct error *err)
{
	struct json *end = json_object();
	struct start_status status;

	json_add_text(end, "record", "end");
	json_add_text(end, "stop_reason", s->result.stop_reason);
	session_stop_json(s, end);
	json_add_int(end, "duration_ns", (int64_t)(clock_now_ns() - s->attempts.epoch_ns));
	json_add(end, "concurrent_runs", neighbours_json(&s->neighbours));
	add_rusage(s, end);
	if (s->run.keeper && start_status(s->run.keeper, &status, NULL) >= 0) {
		json_add_int(end, "keeper_rss_bytes", (int64_t)status.keeper.rss_bytes);
		json_add_int(end, "starter_rss_bytes", (int64_t)status.starters[0].rss_bytes);
	}
	int rc = journal_append(&s->journal, end, err);

	json_free(end);
	return rc;
}

static int session_calibrate(struct session *s, const char *when, struct error *err)
{
	struct calibrate_task task = {
		.attempts = &s->attempts,
		.when = when,
		.subject_cpus = s->run.subject_cpus,
		.budget_ns = calibrate_budget_ns(s->plan.count - s->done_count),
	};
	struct json *record = calibrate(&task, &s->calibrated);
	int rc = journal_append(&s->journal, record, err);

	json_free(record);
	return rc;
}

static int session_work(struct session *s, struct error *err)
{
	int rc = s->options->earlier ? resume_begin(s, err) : 0;

	if (!rc)
		rc = session_open(s, err);
	if (rc < 0)
		return rc;
	s->attempts.receiver = s->receiver;
	session_prepare(s);
	if (!s->result.usable_subjects && !receiver_interrupted(s->receiver))
		return error_host(err, "no subject of '%s' can work here; %s: %s", s->scenario->name,
				  s->scenario->subjects[0].name, s->reasons[0]);
	rc = session_describe(s, err);
	s->begin_ns = clock_now_ns();
	s->attempts.epoch_ns = s->begin_ns - (uint64_t)s->earlier_ns;
	if (!rc)
		rc = session_calibrate(s, "before", err);
	s->begin_ns = clock_now_ns();
	if (!rc)
		rc = session_loop(s, err);
	if (!rc && !s->result.interrupted)
		rc = session_calibrate(s, "after", err);
	return rc < 0 ? rc : session_end(s, err);
}

int session_run(struct scenario *scenario, const struct session_options *options, struct session_result *ret_result,
		struct error *err)
{
	size_t subjects = scenario->subject_count, cells = subjects * BLOCK_KIND_COUNT;
	struct session s = {
		.options = options,
		.scenario = scenario,
		.journal = {.fd = -1},
		.lock = -1,
		.usable = alloc_zero(subjects, sizeof(*s.usable)),
		.reasons = alloc_zero(subjects, sizeof(*s.reasons)),
		.first_use_ns = alloc_zero(subjects, sizeof(*s.first_use_ns)),
		.tried = alloc_zero(subjects, sizeof(*s.tried)),
		.good = alloc_zero(subjects, sizeof(*s.good)),
		.spent_ns = alloc_zero(cells, sizeof(*s.spent_ns)),
		.spent_count = alloc_zero(cells, sizeof(*s.spent_count)),
	};

	for (size_t i = 0; options->cache && i < subjects; i++)
		if (scenario->subjects[i].cache == CACHE_UNSAID)
			scenario->subjects[i].cache = strcmp(options->cache, "cold") ? CACHE_WARM : CACHE_COLD;
	s.keeper_pid = getppid(); /* if it dies before the next line, so do we */
	receiver_block_signals();
	s.attempts.run = &s.run;
	s.attempts.scenario = scenario;
	plan_make(scenario, options->seed, &s.plan);
	s.done = alloc_zero(s.plan.count, sizeof(*s.done));
	int rc = session_work(&s, err);

	session_close(&s);
	receiver_unblock_signals();
	*ret_result = s.result;
	return rc;
}
