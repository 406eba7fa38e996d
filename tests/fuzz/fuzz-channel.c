/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a payload sends. The first byte says whether it is a guest's; then come chunks: a byte with the kind
 * (ready channel, text channel, or the harness sends a command in between), a byte with the length, the bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/measure/identity.h"
#include "harness/measure/receiver-internal.h"
#include "harness/model/runtime.h"
#include "tests/fuzz/fuzz.h"

static struct channel *channel_make(struct receiver *receiver, struct instance *in, bool guest)
{
	struct channel *channel = calloc(1, sizeof(*channel));

	if (!channel)
		abort();
	channel->receiver = receiver;
	channel->in = in;
	channel->guest = guest;
	for (size_t i = 0; i < SOURCE_COUNT; i++)
		channel->sources[i].fd = -1;
	return channel;
}

static void chunk_take(struct channel *channel, uint8_t kind, const char *bytes, size_t length)
{
	static const char *const commands[] = {PROTOCOL_COMMAND_PING, PROTOCOL_COMMAND_MEMORY};

	if (kind % 4 > 1)
		(void)channel_send(channel, commands[kind % 4 - 2], NULL);
	else if (length && kind % 4)
		channel_take_text(channel, bytes, length);
	else if (length)
		channel_take_ready(channel, bytes, length);
	if (channel->length >= sizeof(channel->text) || channel->text[channel->length])
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct receiver receiver = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
	static const struct identity_expected expected = {.boot_id = "f1d0a7a2-7e8e-4b6e-9c55-000000000000"};
	struct timeline timeline;
	struct instance in = {.timeline = &timeline};
	struct sample sample;

	if (!size)
		return 0;
	timeline_init(&timeline);
	struct channel *channel = channel_make(&receiver, &in, *data & 1);

	for (data++, size--; size >= 2;) {
		size_t length = data[1] < size - 2 ? data[1] : size - 2;

		chunk_take(channel, data[0], (const char *)data + 2, length);
		data += 2 + length;
		size -= 2 + length;
	}
	sample_init(&sample);
	identity_read(channel, &in, &expected, &sample);
	json_free(sample_to_json(&sample));
	timeline_destroy(&timeline);
	free(channel);
	return 0;
}
