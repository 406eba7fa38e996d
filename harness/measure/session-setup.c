/* SPDX-License-Identifier: Apache-2.0 */
/* The begin and the end of a run: its places, its subjects, what is known before the first sample. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/clock.h"
#include "harness/base/file.h"
#include "harness/base/places.h"
#include "harness/measure/describe.h"
#include "harness/measure/leftovers.h"
#include "harness/measure/program-roots.h"
#include "harness/measure/session-internal.h"
#include "harness/measure/session-resume.h"
#include "harness/model/runtime.h"

void session_notice(const struct session *s, const char *text)
{
	if (s->options->on_notice)
		s->options->on_notice(s->options->data, text);
}

/* A run that goes on has its id already. */
static int session_make_id(struct run *run, struct error *err)
{
	uint8_t id[8];

	if (*run->id)
		return 0;
	if (getrandom(id, sizeof(id), 0) != sizeof(id))
		return error_errno(err, errno, "cannot get random bytes");
	for (size_t i = 0; i < sizeof(id); i++)
		(void)snprintf(run->id + 2 * i, 3, "%02x", id[i]);
	return 0;
}

static int session_guard_places(const struct run *run, struct error *err)
{
	int rc = run->keeper ? start_guard_folder(run->keeper, run->private_folder, err) : 0;

	return rc < 0 || !run->keeper ? rc : start_guard_folder(run->keeper, run->storage, err);
}

/* Whatever needs a short path or a private place lies there; QEMU and the payload are let in, nobody can list it. */
static int session_make_places(struct session *s, struct error *err)
{
	struct run *run = &s->run;

	(void)snprintf(run->private_folder, sizeof(run->private_folder), "%.40s/" LEFTOVERS_PREFIX "%s",
		       places_runtime(), run->id);
	(void)snprintf(run->artifacts, sizeof(run->artifacts), "%s", places_artifacts());
	cleanup_free char *absolute = realpath(s->options->folder, NULL);

	if (!absolute || snprintf(run->storage, sizeof(run->storage), "%s/" LEFTOVERS_PREFIX "%s", absolute, run->id) >=
				 (int)sizeof(run->storage))
		return error_set(err, -ENAMETOOLONG, "%s: the path is too long", s->options->folder);
	run->connect_uri = s->options->connect_uri;
	cleanup_free char *note = alloc_format("%s/" LEFTOVERS_NOTE, run->private_folder);

	/* First the keeper learns what to remove, then it is made. A run that goes on may turn out to be alive. */
	int rc = s->options->earlier ? 0 : session_guard_places(run, err);

	if (!rc)
		rc = s->lock = leftovers_claim(run->private_folder, err);
	if (rc >= 0 && s->options->earlier)
		rc = session_guard_places(run, err);
	/* The note is for `tare clean`, after a kill that left nobody to sweep; it comes before what it tells of. */
	if (rc >= 0)
		rc = file_write(note, run->storage, strlen(run->storage), err);
	return rc < 0 ? rc : file_make_dirs(run->storage, 0711, err);
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
	if (!s->options->earlier && file_exists(journal))
		return error_input(err, "%s: there is a run already; give a new folder to --out, or go on with "
				   "--resume", s->options->folder);
	return 0;
}

static bool session_needs_keeper(const struct scenario *scenario)
{
	for (size_t i = 0; i < scenario->subject_count; i++)
		if (scenario->subjects[i].runtime->kind != RUNTIME_MOCK)
			return true;
	return false;
}

/*
 * In the receiver's thread: the keeper is gone, and something keeps the run from ending as usual. A child that has
 * only this thread tidies up (and holds the lock), so that no other thread starts anything more meanwhile.
 */
static void session_give_up(void *data)
{
	const struct session *s = data;

	if (fork() <= 0)
		leftovers_end(s->run.private_folder);
	_exit(128 + SIGINT);
}

int session_open(struct session *s, struct error *err)
{
	int rc = session_make_folder(s, err);

	(void)leftovers_clean(false, NULL, NULL);
	if (!rc && session_needs_keeper(s->scenario))
		rc = start_connect(&s->run.keeper, err);
	if (!rc)
		rc = session_make_id(&s->run, err);
	if (!rc)
		rc = session_make_places(s, err);
	/* Before there is a second thread. */
	if (!rc)
		rc = placement_choose(s->options->placement ? s->options->placement : "auto", &s->placement, err);
	if (!rc)
		rc = placement_enter(&s->placement, s->run.keeper, err);
	s->run.subject_cpus = placement_subject_cpus(&s->placement);
	if (!rc)
		rc = receiver_start(&s->receiver, err);
	if (!rc && s->run.keeper)
		rc = receiver_watch_keeper(s->receiver, start_lost_fd(s->run.keeper), session_give_up, s, err);
	if (!rc)
		rc = program_roots_make(&s->run, s->scenario, err);
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

/* In the receiver's thread, before there is anything to report: the keeper ends and removes what there is. */
static void session_abandon(void *data)
{
	const struct session *s = data;

	if (!s->run.keeper)
		return;
	if (getppid() != s->keeper_pid)
		session_give_up(data); /* the keeper's death is what the signal told of, before its socket does */
	(void)rmdir(s->run.storage);
	(void)rmdir(s->options->folder);
	_exit(128 + SIGINT);
}

/* Untimed for the samples, but the first use has a price of its own (method R1.5), and that is recorded. */
void session_prepare(struct session *s)
{
	receiver_set_abandon(s->receiver, session_abandon, s);
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
	receiver_set_abandon(s->receiver, NULL, NULL);
}

static int session_write_json(const struct session *s, const char *name, struct json *value, struct error *err)
{
	cleanup_free char *path = alloc_format("%s/%s", s->options->folder, name);
	cleanup_free char *text = json_text(value, true);

	json_free(value);
	return file_write(path, text, strlen(text), err);
}

int session_describe(struct session *s, struct error *err)
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
	struct json *plan = describe_plan(&described);
	struct json *host = describe_host(s->run.storage, s->run.artifacts, &s->placement);

	neighbours_look(&s->neighbours, s->run.id);
	json_add(host, "concurrent_runs", neighbours_json(&s->neighbours));

	free(reasons);
	if (s->options->earlier)
		return resume_record(s, plan, host, err);
	int rc = session_write_json(s, RECORDING_PLAN, plan, err);

	if (rc < 0)
		json_free(host);
	else
		rc = session_write_json(s, RECORDING_HOST, host, err);
	return rc < 0 ? rc : journal_create(s->options->folder, &s->journal, err);
}

void session_close(struct session *s)
{
	for (size_t i = 0; i < s->scenario->subject_count; i++)
		s->scenario->subjects[i].runtime->finish(&s->scenario->subjects[i]);
	journal_close(&s->journal);
	if (s->lock >= 0) { /* else the places are not ours */
		(void)file_remove_tree(s->run.storage, NULL);
		(void)file_remove_tree(s->run.private_folder, NULL); /* last: its note says where the rest is */
	}
	s->result.orphaned = s->receiver && receiver_orphaned(s->receiver);
	receiver_stop(s->receiver);
	if (s->lock >= 0)
		(void)close(s->lock);
	start_disconnect(s->run.keeper);
	placement_leave(&s->placement);
	plan_release(&s->plan);
	free(s->usable);
	free(s->reasons);
	free(s->first_use_ns);
	free(s->tried);
	free(s->good);
	free(s->spent_ns);
	free(s->spent_count);
	json_free(s->kept);
	free(s->done);
}
