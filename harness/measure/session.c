/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/measure/session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/clock.h"
#include "harness/base/file.h"
#include "harness/base/places.h"
#include "harness/measure/attempt.h"
#include "harness/measure/describe.h"
#include "harness/measure/leftovers.h"
#include "harness/measure/noise.h"
#include "harness/model/recording.h"
#include "harness/model/runtime.h"

struct session {
	const struct session_options *options;
	struct scenario *scenario;
	struct plan plan;
	struct run run;
	struct attempts attempts;
	struct receiver *receiver;
	struct journal journal;
	struct calm calm;
	int lock; /* says that this run lives */
	bool *usable; /* per subject */
	char (*reasons)[1024]; /* why not, where not */
	uint64_t *first_use_ns;
	size_t *tried, *good; /* attempts per subject */
	uint64_t *spent_ns, *spent_count; /* per subject and kind, for the estimate of the time left */
	struct session_result result;
};

static void session_notice(const struct session *s, const char *text)
{
	if (s->options->on_notice)
		s->options->on_notice(s->options->data, text);
}

/* Whatever needs a short path or a private place lies there; QEMU and the payload are let in, nobody can list it. */
static int session_make_places(struct session *s, struct error *err)
{
	uint8_t id[8];
	struct run *run = &s->run;

	if (getrandom(id, sizeof(id), 0) != sizeof(id))
		return error_errno(err, errno, "cannot get random bytes");
	for (size_t i = 0; i < sizeof(id); i++)
		(void)snprintf(run->id + 2 * i, 3, "%02x", id[i]);
	(void)snprintf(run->private_folder, sizeof(run->private_folder), "%.40s/tare-%s", places_runtime(), run->id);
	(void)snprintf(run->artifacts, sizeof(run->artifacts), "%s", places_artifacts());
	cleanup_free char *absolute = realpath(s->options->folder, NULL);

	if (!absolute || snprintf(run->storage, sizeof(run->storage), "%s/instances", absolute) >= (int)sizeof(run->storage))
		return error_set(err, -ENAMETOOLONG, "%s: the path is too long", s->options->folder);
	run->connect_uri = s->options->connect_uri;
	/* First the keeper learns what to remove, then it is made. */
	if (run->keeper && (start_guard_folder(run->keeper, run->private_folder, err) < 0 ||
			    start_guard_folder(run->keeper, run->storage, err) < 0))
		return err->code;
	if (file_make_dirs(run->private_folder, 0711, err) < 0 || chmod(run->private_folder, 0711) < 0 ||
	    file_make_dirs(run->storage, 0711, err) < 0)
		return err->code ? err->code : error_errno(err, errno, "%s", run->private_folder);
	s->lock = leftovers_lock(run->private_folder, err);
	if (s->lock < 0)
		return s->lock;
	cleanup_free char *note = alloc_format("%s/storage", run->private_folder);

	/* For `tare clean`, after a kill that left nobody to sweep. */
	return file_write(note, run->storage, strlen(run->storage), err);
}

static int session_make_folder(const struct session *s, struct error *err)
{
	cleanup_free char *journal = alloc_format("%s/" RECORDING_JOURNAL, s->options->folder);
	int rc = file_make_dirs(s->options->folder, 0755, err);

	if (rc < 0 || access(s->options->folder, W_OK) < 0) {
		if (!rc)
			(void)error_errno(err, errno, "%s: cannot write", s->options->folder);
		err->class = ERROR_INPUT;
		return err->code;
	}
	if (file_exists(journal))
		return error_input(err, "%s: there is a run already; give a new folder to --out", s->options->folder);
	return 0;
}

static bool session_needs_keeper(const struct scenario *scenario)
{
	for (size_t i = 0; i < scenario->subject_count; i++)
		if (scenario->subjects[i].runtime->kind != RUNTIME_MOCK)
			return true;
	return false;
}

static int session_open(struct session *s, struct error *err)
{
	int rc = session_make_folder(s, err);

	(void)leftovers_clean(false, NULL, NULL);
	if (!rc && session_needs_keeper(s->scenario))
		rc = start_connect(&s->run.keeper, err);
	if (!rc)
		rc = session_make_places(s, err);
	if (!rc)
		rc = receiver_start(&s->receiver, err);
	if (!rc && s->run.keeper)
		rc = receiver_watch_keeper(s->receiver, start_lost_fd(s->run.keeper), err);
	if (!rc && session_needs_keeper(s->scenario))
		rc = identity_expect(s->run.artifacts, &s->attempts.expected, err);
	return rc;
}

static void session_reject(struct session *s, size_t subject, const char *reason)
{
	char text[1200];

	(void)snprintf(s->reasons[subject], sizeof(s->reasons[subject]), "%s", reason);
	(void)snprintf(text, sizeof(text), "%s is left out: %s", s->scenario->subjects[subject].name, reason);
	session_notice(s, text);
}

/* Untimed for the samples, but the first use has a price of its own (method R1.5), and that is recorded. */
static void session_prepare(struct session *s)
{
	for (size_t i = 0; i < s->scenario->subject_count && !receiver_interrupted(s->receiver); i++) {
		struct subject *subject = &s->scenario->subjects[i];
		struct finding finding = {.level = FINDING_OK};
		struct error err = {0};

		subject->runtime->probe(&s->run, subject, &finding);
		if (finding.level == FINDING_FAIL) {
			session_reject(s, i, finding.reason);
			continue;
		}
		uint64_t begin_ns = clock_now_ns();
		int rc = subject->runtime->prepare(&s->run, subject, &err);

		s->first_use_ns[i] = clock_now_ns() - begin_ns;
		if (rc < 0) {
			session_reject(s, i, err.text);
			continue;
		}
		s->usable[i] = true;
		s->result.usable_subjects++;
	}
}

static int session_write_json(const struct session *s, const char *name, struct json *value, struct error *err)
{
	cleanup_free char *path = alloc_format("%s/%s", s->options->folder, name);
	cleanup_free char *text = json_text(value, true);

	json_free(value);
	return file_write(path, text, strlen(text), err);
}

static int session_describe(struct session *s, struct error *err)
{
	struct describe_run described = {
		.run = &s->run,
		.scenario = s->scenario,
		.plan = &s->plan,
		.options = s->options,
		.usable = s->usable,
		.first_use_ns = s->first_use_ns,
		.payload_sha256 = s->attempts.expected.payload_sha256,
	};
	const char **reasons = alloc_zero(s->scenario->subject_count, sizeof(*reasons));

	for (size_t i = 0; i < s->scenario->subject_count; i++)
		reasons[i] = s->reasons[i];
	described.reasons = reasons;
	int rc = session_write_json(s, RECORDING_PLAN, describe_plan(&described), err);

	free(reasons);
	if (!rc)
		rc = session_write_json(s, RECORDING_HOST, describe_host(s->run.storage, s->run.artifacts), err);
	return rc;
}

static uint64_t session_estimate_ns(const struct session *s, size_t from)
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

static void session_fill(const struct session *s, size_t index, struct sample *sample)
{
	const struct plan_step *step = &s->plan.steps[index];

	sample_init(sample);
	sample->id = (int64_t)index;
	sample->kind = step->kind;
	sample->block = (int64_t)step->block;
	sample->position = (int64_t)step->position;
	sample->warmup = step->warmup;
	(void)snprintf(sample->subject, sizeof(sample->subject), "%s", s->scenario->subjects[step->subject].name);
}

static void session_attempt(struct session *s, size_t index, struct sample *sample)
{
	const struct plan_step *step = &s->plan.steps[index];

	session_fill(s, index, sample);
	if (!s->usable[step->subject]) {
		sample->status = SAMPLE_SKIPPED;
		(void)snprintf(sample->phase, sizeof(sample->phase), "prepare");
		(void)snprintf(sample->error, sizeof(sample->error), "%s", s->reasons[step->subject]);
		return;
	}
	sample->gap_ns = (int64_t)noise_calm_down(&s->calm);
	attempt_run(&s->attempts, step, sample);
}

static int session_step(struct session *s, size_t index, struct error *err)
{
	const struct plan_step *step = &s->plan.steps[index];
	size_t cell = step->subject * BLOCK_KIND_COUNT + (size_t)step->kind;
	uint64_t begin_ns = clock_now_ns();
	struct sample sample;

	session_attempt(s, index, &sample);
	struct json *record = sample_to_json(&sample);
	int rc = journal_append(&s->journal, record, err);

	json_free(record);
	if (rc < 0)
		return rc;
	s->result.samples++;
	s->tried[step->subject] += sample.status != SAMPLE_ABORTED;
	s->good[step->subject] += sample.status == SAMPLE_OK;
	s->spent_ns[cell] += clock_now_ns() - begin_ns;
	s->spent_count[cell]++;
	struct session_progress progress = {
		.step = step,
		.scenario = s->scenario,
		.done = index + 1,
		.total = s->plan.count,
		.elapsed_ns = clock_now_ns() - s->attempts.epoch_ns,
		.left_ns = session_estimate_ns(s, index + 1),
		.sample = &sample,
	};

	if (s->options->on_sample)
		s->options->on_sample(s->options->data, &progress);
	return 0;
}

static bool session_out_of_budget(const struct session *s, const struct plan_step *next)
{
	uint64_t spent_ns = clock_now_ns() - s->attempts.epoch_ns;

	return !next->position && s->options->budget_ns && spent_ns > s->options->budget_ns;
}

static int session_loop(struct session *s, struct error *err)
{
	s->result.stop_reason = "complete";
	for (size_t i = 0; i < s->plan.count && !receiver_interrupted(s->receiver); i++) {
		if (session_out_of_budget(s, &s->plan.steps[i])) {
			s->result.stop_reason = "budget";
			break;
		}
		int rc = session_step(s, i, err);

		if (rc < 0)
			return rc;
	}
	for (size_t i = 0; i < s->scenario->subject_count; i++)
		s->result.failed_subjects += s->tried[i] && !s->good[i];
	s->result.interrupted = receiver_interrupted(s->receiver);
	if (s->result.interrupted)
		s->result.stop_reason = "interrupted";
	return 0;
}

static void add_rusage(struct json *end)
{
	struct rusage usage;

	(void)getrusage(RUSAGE_SELF, &usage);
	json_add_int(end, "harness_cpu_ns",
		     ((int64_t)usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000 +
			     ((int64_t)usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000);
	json_add_int(end, "harness_maxrss_bytes", (int64_t)usage.ru_maxrss * 1024);
}

static int session_end(struct session *s, struct error *err)
{
	struct json *end = json_object();
	struct start_status status;

	json_add_text(end, "record", "end");
	json_add_text(end, "stop_reason", s->result.stop_reason);
	json_add_int(end, "duration_ns", (int64_t)(clock_now_ns() - s->attempts.epoch_ns));
	add_rusage(end);
	if (s->run.keeper && start_status(s->run.keeper, &status, NULL) >= 0) {
		json_add_int(end, "keeper_rss_bytes", (int64_t)status.keeper_rss_bytes);
		json_add_int(end, "starter_rss_bytes", (int64_t)status.starter_rss_bytes);
	}
	int rc = journal_append(&s->journal, end, err);

	json_free(end);
	return rc;
}

static void session_close(struct session *s)
{
	for (size_t i = 0; i < s->scenario->subject_count; i++)
		s->scenario->subjects[i].runtime->finish(&s->scenario->subjects[i]);
	journal_close(&s->journal);
	receiver_stop(s->receiver);
	if (*s->run.private_folder)
		(void)file_remove_tree(s->run.private_folder, NULL);
	if (*s->run.storage)
		(void)file_remove_tree(s->run.storage, NULL);
	if (s->lock >= 0)
		(void)close(s->lock);
	start_disconnect(s->run.keeper);
	plan_release(&s->plan);
	free(s->usable);
	free(s->reasons);
	free(s->first_use_ns);
	free(s->tried);
	free(s->good);
	free(s->spent_ns);
	free(s->spent_count);
}

static int session_work(struct session *s, struct error *err)
{
	int rc = session_open(s, err);

	if (rc < 0)
		return rc;
	s->attempts.receiver = s->receiver;
	session_prepare(s);
	if (!s->result.usable_subjects && !receiver_interrupted(s->receiver))
		return error_host(err, "no subject of '%s' can work here; %s: %s", s->scenario->name,
				  s->scenario->subjects[0].name, s->reasons[0]);
	rc = session_describe(s, err);
	if (!rc)
		rc = journal_create(s->options->folder, &s->journal, err);
	s->attempts.epoch_ns = clock_now_ns();
	if (!rc)
		rc = session_loop(s, err);
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

	s.attempts.run = &s.run;
	s.attempts.scenario = scenario;
	plan_make(scenario, options->seed, &s.plan);
	int rc = session_work(&s, err);

	session_close(&s);
	*ret_result = s.result;
	return rc;
}
