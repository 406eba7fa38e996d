/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One command inside of an instance that runs, as to "log in and look": the payload's program, which ends at once.
 * Through each way that the subject has: the runtime's own ("runtime": an engine's exec, a program that enters the
 * namespaces), and the payload's channel ("channel": it makes the child itself), which every subject has and a guest
 * alone. One fresh instance a turn; the commands follow each other without a pause. A payload in a guest looks at its
 * serial port more and more rarely when nothing comes, which the first command through the channel pays for.
 *
 * Record "commands": way, latency_ns (of each command in order: from the request until its end is known, harness's
 *   clock), first_ns, again_ns (median of the further ones).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/clock.h"
#include "harness/measure/attempt-steps.h"
#include "harness/measure/experiment.h"
#include "harness/model/runtime.h"

#define COMMAND_WAIT_NS 20000000000u

static bool by_runtime(struct attempt *a)
{
	a->in.deadline_ns = clock_now_ns() + COMMAND_WAIT_NS;
	int rc = a->runtime->exec(&a->in, &a->err);

	if (rc < 0)
		attempt_fail(a, rc == -ETIMEDOUT ? SAMPLE_TIMEOUT : SAMPLE_START_ERROR, "exec", a->err.text);
	return !rc;
}

static bool by_channel(struct attempt *a)
{
	return attempt_command(a, PROTOCOL_COMMAND_EXEC, COMMAND_WAIT_NS);
}

/* Whether the command that the payload answered for was one. */
static bool channel_judge(struct attempt *a)
{
	char value[32];

	if (channel_fact(channel_text(a->channel), PROTOCOL_FACT_EXEC_NS, value, sizeof(value)))
		return true;
	if (!channel_fact(channel_text(a->channel), PROTOCOL_FACT_ERROR, value, sizeof(value)))
		attempt_fail(a, SAMPLE_LOST_CHANNEL, "exec", "the payload did not say how the command ended");
	else
		attempt_fail(a, SAMPLE_START_ERROR, "exec", strerror((int)strtol(value, NULL, 10)));
	return false;
}

static int compare_int64(const void *one, const void *other)
{
	int64_t a = *(const int64_t *)one, b = *(const int64_t *)other;

	return (a > b) - (a < b);
}

/* Sorts them. */
static int64_t median(int64_t *values, size_t count)
{
	qsort(values, count, sizeof(*values), compare_int64);
	return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

static bool way_record(struct experiment_turn *turn, const char *way, int64_t *latencies, size_t count)
{
	struct json *record = experiment_begin_record(turn, "commands"), *all = json_array();

	for (size_t i = 0; i < count; i++)
		json_append(all, json_new_int(latencies[i]));
	json_add_text(record, "way", way);
	json_add(record, "latency_ns", all);
	json_add_int(record, "first_ns", latencies[0]);
	json_add_int(record, "again_ns", median(latencies + 1, count - 1));
	return experiment_record(turn, record);
}

/* False: the turn is over. */
static bool way_take(struct experiment_turn *turn, struct attempt *a, const char *way,
		     bool (*command)(struct attempt *a), bool (*judge)(struct attempt *a))
{
	size_t count = experiment_number(turn->choice, "commands");
	cleanup_free int64_t *latencies = alloc_zero(count, sizeof(*latencies));

	for (size_t i = 0; i < count; i++) {
		if (experiment_must_end(turn))
			return false;
		uint64_t begin_ns = clock_now_ns();
		bool done = command(a);

		latencies[i] = (int64_t)(clock_now_ns() - begin_ns);
		if (!done || (judge && !judge(a)))
			return false;
	}
	return way_record(turn, way, latencies, count);
}

static void exec_steps(struct experiment_turn *turn, struct attempt *a, void *data)
{
	(void)data;
	if (a->runtime->exec && !way_take(turn, a, "runtime", by_runtime, NULL))
		return;
	(void)way_take(turn, a, "channel", by_channel, channel_judge);
}

void experiment_exec(struct experiment_turn *turn)
{
	experiment_instance(turn, exec_steps, NULL);
}
