/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/measure/work-order.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/file.h"

#define MILLISECOND_NS 1000000u
#define ANSWER_WAIT_NS 30000000000u /* for what it prepares, beyond its own limit */

bool work_is(const struct work_result *result, const char *status)
{
	return !strcmp(result->status, status);
}

/* The sum over the instance's processes, those that they waited for included; UNKNOWN where one cannot be
 * read. */
static int64_t bytes_of_processes(const struct costs *costs, const char *key)
{
	int64_t sum = 0;

	for (size_t i = 0; i < costs->process_count; i++) {
		char path[48];
		uint64_t bytes;

		(void)snprintf(path, sizeof(path), "/proc/%d/io", (int)costs->processes[i]);
		if (file_read_field(path, key, &bytes, NULL) < 0)
			return UNKNOWN;
		sum += (int64_t)bytes;
	}
	return sum;
}

static int64_t difference(int64_t before, int64_t after)
{
	return before == UNKNOWN || after == UNKNOWN ? UNKNOWN : after - before;
}

static int64_t number_of(const char *text, const char *key)
{
	char value[32];

	return channel_fact(text, key, value, sizeof(value)) ? strtoll(value, NULL, 10) : UNKNOWN;
}

/* Numbers with blanks between, at most as many as fit; how many there are. */
static size_t numbers_of(const char *text, const char *key, int64_t *ret_numbers)
{
	char value[PROTOCOL_LINE_MAX], *at = value, *end;
	size_t count = 0;

	if (!channel_fact(text, key, value, sizeof(value)))
		return 0;
	while (count < PROTOCOL_WORK_ITERATIONS_MAX) {
		int64_t number = strtoll(at, &end, 10);

		if (end == at)
			break;
		ret_numbers[count++] = number;
		at = end;
	}
	return count;
}

/* Lines of KEY=VALUE, and nothing else. */
static bool is_answer(const char *text)
{
	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		size_t length = strcspn(line, "\n");

		if (!memchr(line, '=', length))
			return false;
		for (size_t i = 0; i < length; i++)
			if (!isprint((unsigned char)line[i]))
				return false;
	}
	return *text;
}

/* "WHAT: ERRNO" of something that cannot be done here, in words. The number is this kernel's, whatever runs inside. */
static void explain(struct work_result *ret)
{
	char *number = strrchr(ret->error, ' ');
	size_t used = number ? (size_t)(number + 1 - ret->error) : 0;

	if (work_is(ret, PROTOCOL_WORK_CANNOT) && used)
		(void)snprintf(number + 1, sizeof(ret->error) - used, "%s", strerror((int)strtol(number, NULL, 10)));
}

static void read_answer(const char *text, const struct tool *tool, const struct channel_marks *marks,
			struct work_result *ret)
{
	if (!channel_fact(text, PROTOCOL_WORK_STATUS, ret->status, sizeof(ret->status)))
		(void)snprintf(ret->status, sizeof(ret->status), "%s", PROTOCOL_WORK_CRASH);
	(void)channel_fact(text, PROTOCOL_WORK_ERROR, ret->error, sizeof(ret->error));
	explain(ret);
	(void)channel_fact(text, PROTOCOL_WORK_CHECKSUM, ret->checksum, sizeof(ret->checksum));
	ret->count = numbers_of(text, PROTOCOL_WORK_NS, ret->ns);
	if (numbers_of(text, PROTOCOL_WORK_COST, ret->cost_ns) != ret->count)
		(void)memcpy(ret->cost_ns, ret->ns, sizeof(ret->cost_ns));
	for (size_t i = 0; i < ret->count; i++)
		ret->host_ns[i] = 2 * i + 1 < marks->count
					  ? (int64_t)(marks->ns[2 * i + 1] - marks->ns[2 * i])
					  : UNKNOWN;
	ret->claimed_bytes = number_of(text, PROTOCOL_WORK_CLAIMED);
	ret->read_bytes = number_of(text, PROTOCOL_WORK_READ);
	ret->written_bytes = number_of(text, PROTOCOL_WORK_WRITTEN);
	char why[sizeof(ret->error)];

	if (program_output_read(text, tool, &ret->output, why, sizeof(why)) || !work_is(ret, PROTOCOL_WORK_OK))
		return;
	(void)snprintf(ret->status, sizeof(ret->status), PROTOCOL_WORK_GARBAGE);
	(void)snprintf(ret->error, sizeof(ret->error), "%s", why);
}

bool work_carry_out(struct attempt *a, const struct work_order *order, struct work_result *ret_result)
{
	char command[PROTOCOL_LINE_MAX];
	int64_t read_before = bytes_of_processes(&a->costs, "read_bytes");
	int64_t written_before = bytes_of_processes(&a->costs, "write_bytes");
	struct device_bytes device_before = device_bytes_of(a->in.run->storage);
	int length = snprintf(command, sizeof(command),
			      PROTOCOL_COMMAND_WORK " %s %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %s",
			      order->workload->name, order->ops, order->warmup, order->iterations,
			      order->limit_ms, order->folder);

	*ret_result = (struct work_result){
		.claimed_bytes = UNKNOWN, .read_bytes = UNKNOWN, .written_bytes = UNKNOWN,
		.device = {UNKNOWN, UNKNOWN}};
	if (length >= (int)sizeof(command)) {
		attempt_fail(a, SAMPLE_START_ERROR, "work", "the path of its scratch folder is too long");
		return false;
	}
	if (!attempt_command(a, command, order->limit_ms * MILLISECOND_NS + ANSWER_WAIT_NS))
		return false;
	const char *text = channel_text(a->channel);
	struct channel_marks marks = channel_marks(a->channel);

	if (!is_answer(text)) {
		attempt_fail(a, SAMPLE_LOST_CHANNEL, "work",
			     "the answer to a work order is not the protocol");
		return false;
	}
	struct device_bytes device_after = device_bytes_of(a->in.run->storage);

	read_answer(text, order->tool, &marks, ret_result);
	ret_result->device = device_bytes_since(&device_before, &device_after);
	ret_result->host_read_bytes = difference(read_before, bytes_of_processes(&a->costs, "read_bytes"));
	ret_result->host_written_bytes =
		difference(written_before, bytes_of_processes(&a->costs, "write_bytes"));
	return true;
}
