/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/measure/experiment.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/clock.h"
#include "harness/measure/attempt-steps.h"
#include "harness/measure/daemons.h"

static const struct experiment experiments[] = {
	{"cow", experiment_cow},
	{EXPERIMENT_WORK, experiment_work},
	{"layers", experiment_layers},
	{"exec", experiment_exec},
	{"distribution", experiment_distribution},
	{"disk", experiment_disk},
	{"limit", experiment_limit},
	{"touch", experiment_touch},
	{"memory", experiment_ramp},
	{"density", experiment_ramp},
};

const struct experiment *experiment_find(const char *name)
{
	for (size_t i = 0; i < sizeof(experiments) / sizeof(experiments[0]); i++)
		if (!strcmp(experiments[i].name, name))
			return &experiments[i];
	return NULL;
}

struct json *experiment_begin_record(const struct experiment_turn *turn, const char *what)
{
	struct json *record = json_object();

	json_add_text(record, "record", "experiment");
	json_add_text(record, "experiment", turn->choice->spec->name);
	json_add_int(record, "sample", turn->sample->id);
	json_add_text(record, "subject", turn->subject->name);
	json_add_int(record, "block", (int64_t)turn->step->block);
	json_add_text(record, "what", what);
	return record;
}

struct json *experiment_recall(const struct recording *earlier)
{
	const struct json *found = NULL;

	for (const struct json *r = json_first(earlier->experiments); r; r = json_next(r))
		if (!strcmp(json_get_text(r, "what", ""), EXPERIMENT_KEPT))
			found = r;
	return found ? json_copy(found) : NULL;
}

bool experiment_record(struct experiment_turn *turn, struct json *record)
{
	if (!turn->failed)
		turn->failed = journal_append(turn->journal, record, &turn->err);
	if (!turn->failed && turn->on_record)
		turn->on_record(turn->data, turn->subject->name, json_get_text(record, "what", ""), ++turn->written);
	json_free(record);
	return !turn->failed;
}

void experiment_add_known(struct json *record, const char *key, int64_t number)
{
	if (number == UNKNOWN)
		json_add_null(record, key);
	else
		json_add_int(record, key, number);
}

bool experiment_must_end(const struct experiment_turn *turn)
{
	return turn->failed || receiver_interrupted(turn->attempts->receiver);
}

bool experiment_is_late(const struct experiment_turn *turn)
{
	return turn->deadline_ns && clock_now_ns() > turn->deadline_ns;
}

void experiment_fail(struct experiment_turn *turn, enum sample_status status, const char *phase,
		     const char *format, ...)
{
	struct sample *sample = turn->sample;
	va_list args;

	if (sample->status != SAMPLE_OK)
		return;
	sample->status = status;
	(void)snprintf(sample->phase, sizeof(sample->phase), "%s", phase);
	va_start(args, format);
	(void)vsnprintf(sample->error, sizeof(sample->error), format, args);
	va_end(args);
}

void experiment_instance(struct experiment_turn *turn,
			 void (*steps)(struct experiment_turn *turn, struct attempt *a, void *data), void *data)
{
	struct attempt a = {.all = turn->attempts, .subject = turn->step->subject, .sample = turn->sample};

	attempt_begin(&a);
	a.daemons_before = daemons_pss_bytes(a.in.subject);
	if (attempt_start(&a) && attempt_await_ready(&a)) {
		residue_remember(&a.residue, &a.in);
		attempt_learn(&a);
		if (turn->sample->status == SAMPLE_OK && attempt_inspect(&a))
			steps(turn, &a, data);
		attempt_stop(&a);
	}
	attempt_end(&a);
	if (receiver_interrupted(turn->attempts->receiver))
		experiment_fail(turn, SAMPLE_ABORTED, turn->choice->spec->name, "the run was interrupted");
}
