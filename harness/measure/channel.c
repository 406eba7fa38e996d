/* SPDX-License-Identifier: Apache-2.0 */
/* The measuring thread's side of a channel: open, wait for news, send commands, close. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/clock.h"
#include "harness/measure/receiver-internal.h"
#include "harness/model/runtime.h"

static int channel_listen(struct channel *channel, enum source_kind kind, int type, const char *path,
			  struct error *err)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct source *source = &channel->sources[kind];

	if (strlen(path) >= sizeof(address.sun_path))
		return error_set(err, -ENAMETOOLONG, "%s: too long for a socket", path);
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	source->fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (source->fd < 0 || bind(source->fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    chmod(path, 0666) < 0 || listen(source->fd, 1) < 0)
		return error_errno(err, errno, "%s: cannot listen", path);
	if (source_watch(channel->receiver, source) < 0)
		return error_errno(err, errno, "%s: cannot watch", path);
	return 0;
}

int channel_open(struct receiver *receiver, struct instance *in, struct channel **ret_channel, struct error *err)
{
	struct channel *channel = alloc_zero(1, sizeof(*channel));
	int rc;

	channel->receiver = receiver;
	channel->in = in;
	channel->guest = in->subject->runtime->kind == RUNTIME_VM;
	(void)snprintf(channel->text_path, sizeof(channel->text_path), "%s.s", in->socket);
	for (size_t i = 0; i < SOURCE_COUNT; i++)
		channel->sources[i] = (struct source){.kind = (enum source_kind)i, .fd = -1, .channel = channel};
	rc = channel_listen(channel, SOURCE_LISTEN_READY, channel->guest ? SOCK_STREAM : SOCK_SEQPACKET, in->socket,
			    err);
	if (!rc && channel->guest)
		rc = channel_listen(channel, SOURCE_LISTEN_TEXT, SOCK_STREAM, channel->text_path, err);
	if (!rc) {
		channel->sources[SOURCE_FAILURE].fd = in->failure_fd;
		rc = source_watch(receiver, &channel->sources[SOURCE_FAILURE]);
		if (rc < 0)
			(void)error_errno(err, -rc, "cannot watch for the runtime's failures");
	}
	if (rc < 0) {
		channel_close(channel);
		return rc;
	}
	*ret_channel = channel;
	return 0;
}

int channel_watch_process(struct channel *channel, struct error *err)
{
	struct source *process = &channel->sources[SOURCE_PROCESS];
	int rc = 0;

	(void)pthread_mutex_lock(&channel->receiver->lock);
	if (process->fd < 0 && channel->in->pidfd >= 0 && !(channel->news & CHANNEL_EXITED)) {
		process->fd = channel->in->pidfd;
		rc = source_watch(channel->receiver, process);
	}
	(void)pthread_mutex_unlock(&channel->receiver->lock);
	return rc < 0 ? error_errno(err, -rc, "cannot watch the main process") : 0;
}

unsigned channel_wait(struct channel *channel, unsigned wanted, uint64_t deadline_ns)
{
	struct receiver *receiver = channel->receiver;
	struct timespec until = {
		.tv_sec = (time_t)(deadline_ns / 1000000000u),
		.tv_nsec = (long)(deadline_ns % 1000000000u),
	};
	unsigned news;

	(void)pthread_mutex_lock(&receiver->lock);
	for (;;) {
		news = channel->news | (receiver->interrupted ? CHANNEL_INTERRUPTED : 0);
		if (news & wanted || pthread_cond_timedwait(&receiver->changed, &receiver->lock, &until) == ETIMEDOUT)
			break;
	}
	(void)pthread_mutex_unlock(&receiver->lock);
	return news;
}

int channel_send(struct channel *channel, const char *command, struct error *err)
{
	char line[PROTOCOL_LINE_MAX];
	int length = snprintf(line, sizeof(line), "%s\n", command);

	if (length >= (int)sizeof(line))
		return error_set(err, -E2BIG, "a command of %d bytes is longer than the payload takes", length);
	(void)pthread_mutex_lock(&channel->receiver->lock);
	int fd = channel->sources[channel->guest ? SOURCE_TEXT : SOURCE_READY].fd;

	channel->news &= ~(unsigned)CHANNEL_REPLY;
	channel->length = 0;
	channel->text[0] = '\0';
	channel->working = !strncmp(command, PROTOCOL_COMMAND_WORK " ", sizeof(PROTOCOL_COMMAND_WORK));
	channel->marks.count = 0;
	channel->one_line = !strcmp(command, PROTOCOL_COMMAND_PING);
	channel->trip.sent_ns = clock_now_ns();
	ssize_t put = fd < 0 ? -1 : send(fd, line, (size_t)length, MSG_NOSIGNAL | MSG_DONTWAIT);

	(void)pthread_mutex_unlock(&channel->receiver->lock);
	return put == length ? 0 : error_set(err, -EPIPE, "the payload's channel takes no command");
}

struct round_trip channel_round_trip(struct channel *channel)
{
	(void)pthread_mutex_lock(&channel->receiver->lock);
	struct round_trip trip = channel->trip;

	(void)pthread_mutex_unlock(&channel->receiver->lock);
	return trip;
}

struct channel_marks channel_marks(struct channel *channel)
{
	(void)pthread_mutex_lock(&channel->receiver->lock);
	struct channel_marks marks = channel->marks;

	(void)pthread_mutex_unlock(&channel->receiver->lock);
	return marks;
}

const char *channel_text(struct channel *channel)
{
	return channel->text;
}

bool channel_fact(const char *text, const char *key, char *value, size_t size)
{
	size_t length = strlen(key);

	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		if (strncmp(line, key, length) || line[length] != '=')
			continue;
		(void)snprintf(value, size, "%.*s", (int)strcspn(line + length + 1, "\n"), line + length + 1);
		return strcmp(value, PROTOCOL_FACT_UNKNOWN) != 0 && *value;
	}
	return false;
}

pid_t channel_peer(struct channel *channel)
{
	(void)pthread_mutex_lock(&channel->receiver->lock);
	pid_t peer = channel->peer;

	(void)pthread_mutex_unlock(&channel->receiver->lock);
	return peer;
}

void channel_close(struct channel *channel)
{
	if (!channel)
		return;
	struct receiver *receiver = channel->receiver;

	(void)unlink(channel->in->socket);
	if (channel->guest)
		(void)unlink(channel->text_path);
	(void)pthread_mutex_lock(&receiver->lock);
	for (size_t i = 0; i < SOURCE_COUNT; i++)
		source_close(receiver, &channel->sources[i], i != SOURCE_PROCESS && i != SOURCE_FAILURE);
	channel->in = NULL;
	channel->next_closed = receiver->closed;
	receiver->closed = channel;
	(void)pthread_mutex_unlock(&receiver->lock);
}
