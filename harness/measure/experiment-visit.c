/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/measure/experiment-visit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/clock.h"
#include "harness/model/runtime.h"

#define ANSWER_WAIT_NS 60000000000u
#define COMMIT_WAIT_NS 60000000000u

/* What is done with one that is ready, until it has been stopped. */
static bool visit_ready(struct experiment_turn *turn, struct attempt *a, const struct experiment_visit *visit)
{
	attempt_learn(a);
	bool goes_on = a->sample->status == SAMPLE_OK && (!visit->ready || visit->ready(turn, a, visit->data));

	attempt_stop(a);
	return goes_on && a->sample->status == SAMPLE_OK && (!visit->stopped || visit->stopped(turn, a, visit->data));
}

bool experiment_visit(struct experiment_turn *turn, const struct experiment_visit *visit)
{
	struct sample sample;
	struct attempt a = {.all = turn->attempts, .subject = turn->step->subject, .sample = &sample};

	sample_init(&sample);
	sample.id = (*turn->next_id)++;
	(void)snprintf(sample.subject, sizeof(sample.subject), "%s", turn->subject->name);
	attempt_begin(&a);
	bool ready = attempt_start(&a) && attempt_await_ready(&a);

	residue_remember(&a.residue, &a.in);
	bool goes_on = !visit->came || visit->came(turn, &a, ready, visit->data);

	if (ready)
		goes_on = visit_ready(turn, &a, visit) && goes_on;
	attempt_end(&a);
	if (sample.status != SAMPLE_OK)
		experiment_fail(turn, sample.status, sample.phase, "%s", sample.error);
	if (*sample.residue && !*turn->sample->residue)
		(void)snprintf(turn->sample->residue, sizeof(turn->sample->residue), "%s", sample.residue);
	return goes_on && sample.status == SAMPLE_OK;
}

bool experiment_change(struct attempt *a, size_t number, uint64_t bytes)
{
	char command[96], value[32];

	(void)snprintf(command, sizeof(command), PROTOCOL_COMMAND_WRITE " /etc/change-%zu 0 %llu", number,
		       (unsigned long long)bytes);
	if (!attempt_command(a, command, ANSWER_WAIT_NS))
		return false;
	if (!channel_fact(channel_text(a->channel), PROTOCOL_FACT_ERROR, value, sizeof(value)))
		return true;
	attempt_fail(a, SAMPLE_START_ERROR, "change", strerror((int)strtol(value, NULL, 10)));
	return false;
}

bool experiment_commit(struct attempt *a, uint64_t *ret_ns)
{
	a->in.deadline_ns = clock_now_ns() + COMMIT_WAIT_NS;
	uint64_t begin_ns = clock_now_ns();
	int rc = a->runtime->commit(&a->in, &a->err);

	*ret_ns = clock_now_ns() - begin_ns;
	if (rc < 0)
		attempt_fail(a, rc == -ETIMEDOUT ? SAMPLE_TIMEOUT : SAMPLE_START_ERROR, "commit", a->err.text);
	return !rc;
}

int64_t experiment_latency_ns(struct attempt *a)
{
	struct event request = timeline_get(&a->timeline, EVENT_REQUEST);
	struct event ready = timeline_get(&a->timeline, EVENT_READY_OBS);

	return request.set && ready.set ? (int64_t)(ready.t_ns - request.t_ns) : UNKNOWN;
}
