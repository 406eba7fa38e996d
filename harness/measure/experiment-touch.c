/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an instance takes while its payload holds memory, and after it gave that back: every lens at the points "idle",
 * "holding" and "after_work" (method R2.5). One fresh instance a turn. It shows which lens sees the work, and that a
 * guest does not give back what it once touched.
 *
 * Record "weighing": point, held_bytes, settle_ns, unsettled, and the lenses of sample.h under their own names.
 */
#include <stdio.h>
#include <stdlib.h>

#include "harness/base/clock.h"
#include "harness/measure/attempt-steps.h"
#include "harness/measure/experiment.h"
#include "harness/measure/memory.h"

#define ANSWER_WAIT_NS 60000000000u

static bool touch_weigh(struct experiment_turn *turn, struct attempt *a, const char *point, int64_t held)
{
	const struct scenario *scenario = turn->attempts->scenario;
	struct sample sample; /* for its reading, all unknown */
	struct json *record = experiment_begin_record(turn, "weighing");
	struct memory_task task = {
		.in = &a->in,
		.costs = &a->costs,
		.channel = a->channel,
		.settle_min_ns = scenario->settle_min_ns,
		.settle_max_ns = scenario->settle_max_ns,
		.daemons_before = a->daemons_before,
		.ready_ns = clock_now_ns(), /* it settles anew */
	};

	sample_init(&sample);
	memory_weigh(&task, &sample.memory);
	json_add_text(record, "point", point);
	json_add_int(record, "held_bytes", held);
	experiment_add_known(record, "settle_ns", sample.memory.settle_ns);
	json_add_bool(record, "unsettled", sample.memory.unsettled);
#define TOUCH_ADD(member, key, text) experiment_add_known(record, key, sample.memory.member);
	SAMPLE_MEMORY_FIELDS(TOUCH_ADD)
#undef TOUCH_ADD
	return experiment_record(turn, record);
}

/* False: it did not do it. */
static bool touch_hold(struct experiment_turn *turn, struct attempt *a, uint64_t bytes)
{
	char command[64], value[32];

	(void)snprintf(command, sizeof(command), PROTOCOL_COMMAND_TOUCH " %llu", (unsigned long long)bytes);
	if (!attempt_command(a, command, ANSWER_WAIT_NS))
		return false;
	if (channel_fact(channel_text(a->channel), PROTOCOL_FACT_TOUCHED, value, sizeof(value)))
		return true;
	experiment_fail(turn, SAMPLE_START_ERROR, "touch", "the payload could not take %llu bytes of memory",
			(unsigned long long)bytes);
	return false;
}

static void touch_steps(struct experiment_turn *turn, struct attempt *a, void *data)
{
	uint64_t bytes = experiment_number(turn->choice, "bytes");

	(void)data;
	if (touch_weigh(turn, a, "idle", 0) && !experiment_must_end(turn) && touch_hold(turn, a, bytes) &&
	    touch_weigh(turn, a, "holding", (int64_t)bytes) && !experiment_must_end(turn) && touch_hold(turn, a, 0))
		(void)touch_weigh(turn, a, "after_work", 0);
}

void experiment_touch(struct experiment_turn *turn)
{
	experiment_instance(turn, touch_steps, NULL);
}
