/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/measure/receiver.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/clock.h"
#include "harness/model/runtime.h"

enum source_kind {
	SOURCE_STOP,	     /* eventfd: end the thread */
	SOURCE_SIGNAL,	     /* signalfd */
	SOURCE_KEEPER,	     /* hang-up of the keeper's socket */
	SOURCE_LISTEN_READY, /* listening socket of the ready byte (and of everything else, for a container) */
	SOURCE_LISTEN_TEXT,  /* listening socket of a guest's serial port */
	SOURCE_READY,	     /* the connections of these two */
	SOURCE_TEXT,
	SOURCE_PROCESS, /* pidfd */
	SOURCE_FAILURE, /* eventfd of instance_fail() */
	SOURCE_COUNT
};

/* One descriptor in the epoll set; `channel` is NULL for the receiver's own. */
struct source {
	enum source_kind kind;
	int fd;
	struct channel *channel;
};

struct channel {
	struct receiver *receiver;
	struct instance *in;
	struct source sources[SOURCE_COUNT];
	bool guest;
	unsigned news;
	pid_t peer;
	char text[PROTOCOL_FACTS_MAX];
	size_t length;
	bool one_line; /* the reply is a single line, not a block with an end mark */
	char text_path[108];
	struct channel *next_closed;
};

struct receiver {
	pthread_t thread;
	pthread_mutex_t lock; /* guards the channels' news and text, and their life against the thread */
	pthread_cond_t changed;
	int epoll;
	struct source own[3];
	struct channel *closed; /* freed by the thread between two events, so that none in its hand is lost */
	bool interrupted;
};

void receiver_block_signals(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGHUP);
	(void)pthread_sigmask(SIG_BLOCK, &set, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
}

static int source_watch(struct receiver *receiver, struct source *source)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = source};

	return epoll_ctl(receiver->epoll, EPOLL_CTL_ADD, source->fd, &event) < 0 ? -errno : 0;
}

static void source_close(struct receiver *receiver, struct source *source, bool owned)
{
	if (source->fd < 0)
		return;
	(void)epoll_ctl(receiver->epoll, EPOLL_CTL_DEL, source->fd, NULL);
	if (owned)
		(void)close(source->fd);
	source->fd = -1;
}

/* With the lock held. */
static void channel_tell(struct channel *channel, unsigned news)
{
	channel->news |= news;
	(void)pthread_cond_broadcast(&channel->receiver->changed);
}

/* With the lock held: is the end mark (or, for a one-line reply, a newline) there? Cuts it off. */
static void channel_check_complete(struct channel *channel)
{
	char *text = channel->text;
	char *end = channel->one_line ? strchr(text, '\n') : strstr(text, "\n" PROTOCOL_END "\n");

	if (!end && !channel->one_line && !strcmp(text, PROTOCOL_END "\n"))
		end = text;
	if (!end)
		return;
	*end = '\0';
	channel_tell(channel, CHANNEL_REPLY);
}

static void channel_take_text(struct channel *channel, const char *bytes, size_t length)
{
	if (length && memchr(bytes, '\0', length))
		channel_tell(channel, CHANNEL_GARBLED);
	else if (channel->length + length >= sizeof(channel->text))
		channel_tell(channel, CHANNEL_GARBLED);
	else {
		(void)memcpy(channel->text + channel->length, bytes, length);
		channel->length += length;
		channel->text[channel->length] = '\0';
		channel_check_complete(channel);
	}
}

static void channel_take_ready(struct channel *channel, const char *bytes, size_t length)
{
	if (!(channel->news & CHANNEL_READY)) {
		if (*bytes != PROTOCOL_READY) {
			channel_tell(channel, CHANNEL_GARBLED);
			return;
		}
		channel_tell(channel, CHANNEL_READY);
		bytes++;
		length--;
	}
	if (length && channel->guest)
		channel_tell(channel, CHANNEL_GARBLED);
	else if (length)
		channel_take_text(channel, bytes, length);
}

static void on_bytes(struct channel *channel, struct source *source)
{
	char bytes[4096];
	ssize_t got = recv(source->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (got > 0 && source->kind == SOURCE_READY && *bytes == PROTOCOL_READY)
		timeline_mark(channel->in->timeline, EVENT_READY_OBS, "harness");
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		source_close(channel->receiver, source, true);
		channel_tell(channel, CHANNEL_CLOSED);
	} else if (source->kind == SOURCE_READY) {
		channel_take_ready(channel, bytes, (size_t)got);
	} else {
		channel_take_text(channel, bytes, (size_t)got);
	}
}

/* A guest's main process is whoever opens its channel: QEMU. */
static void channel_adopt_peer(struct channel *channel)
{
	struct source *process = &channel->sources[SOURCE_PROCESS];
	int pidfd = (int)syscall(SYS_pidfd_open, channel->peer, 0);

	if (pidfd < 0)
		return;
	channel->in->pid = channel->peer;
	channel->in->pidfd = pidfd;
	process->fd = pidfd;
	(void)source_watch(channel->receiver, process);
}

static void on_connection(struct channel *channel, struct source *listener)
{
	struct source *connection =
		&channel->sources[listener->kind == SOURCE_LISTEN_READY ? SOURCE_READY : SOURCE_TEXT];
	int fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct ucred peer = {0};
	socklen_t size = sizeof(peer);

	if (fd < 0)
		return;
	if (connection->kind == SOURCE_READY && channel->guest)
		timeline_mark(channel->in->timeline, EVENT_QEMU_CONNECTED, "accept");
	/* Only the first peer is the instance. */
	source_close(channel->receiver, listener, true);
	connection->fd = fd;
	(void)source_watch(channel->receiver, connection);
	if (connection->kind == SOURCE_READY && !getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size)) {
		channel->peer = peer.pid;
		if (channel->guest && channel->in->pidfd < 0)
			channel_adopt_peer(channel);
	}
	channel_tell(channel, CHANNEL_CONNECTED);
}

static void on_process_end(struct channel *channel, struct source *source)
{
	timeline_mark(channel->in->timeline, EVENT_EXITED, "pidfd");
	source_close(channel->receiver, source, false);
	channel_tell(channel, CHANNEL_EXITED);
}

static void on_failure(struct channel *channel, struct source *source)
{
	source_close(channel->receiver, source, false);
	channel_tell(channel, CHANNEL_FAILED);
}

static void on_interruption(struct receiver *receiver, struct source *source)
{
	struct signalfd_siginfo info;

	if (source->kind == SOURCE_SIGNAL)
		(void)!read(source->fd, &info, sizeof(info));
	else
		(void)epoll_ctl(receiver->epoll, EPOLL_CTL_DEL, source->fd, NULL);
	receiver->interrupted = true;
	(void)pthread_cond_broadcast(&receiver->changed);
}

/* The handlers run with the lock held: it is free but for the instants in which the measuring thread looks. */
static void (*const channel_handlers[SOURCE_COUNT])(struct channel *, struct source *) = {
	[SOURCE_LISTEN_READY] = on_connection, [SOURCE_LISTEN_TEXT] = on_connection,
	[SOURCE_READY] = on_bytes,	       [SOURCE_TEXT] = on_bytes,
	[SOURCE_PROCESS] = on_process_end,     [SOURCE_FAILURE] = on_failure,
};

static void receiver_handle(struct receiver *receiver, struct source *source)
{
	(void)pthread_mutex_lock(&receiver->lock);
	if (source->fd < 0)
		; /* closed while the event was on its way */
	else if (source->channel)
		channel_handlers[source->kind](source->channel, source);
	else
		on_interruption(receiver, source);
	(void)pthread_mutex_unlock(&receiver->lock);
}

static void receiver_bury(struct receiver *receiver)
{
	(void)pthread_mutex_lock(&receiver->lock);
	struct channel *closed = receiver->closed;

	receiver->closed = NULL;
	(void)pthread_mutex_unlock(&receiver->lock);
	while (closed) {
		struct channel *next = closed->next_closed;

		free(closed);
		closed = next;
	}
}

/* One event a turn: a handler may close a descriptor that a second event of the same turn would name. */
static void *receiver_main(void *data)
{
	struct receiver *receiver = data;
	struct epoll_event event;

	for (;;) {
		receiver_bury(receiver);
		if (epoll_wait(receiver->epoll, &event, 1, -1) != 1)
			continue;
		struct source *source = event.data.ptr;

		if (source->kind == SOURCE_STOP)
			return NULL;
		receiver_handle(receiver, source);
	}
}

static int receiver_open(struct receiver *receiver, struct error *err)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGHUP);
	receiver->epoll = epoll_create1(EPOLL_CLOEXEC);
	receiver->own[0] = (struct source){.kind = SOURCE_STOP, .fd = eventfd(0, EFD_CLOEXEC)};
	receiver->own[1] = (struct source){.kind = SOURCE_SIGNAL, .fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)};
	receiver->own[2] = (struct source){.kind = SOURCE_KEEPER, .fd = -1};
	if (receiver->epoll < 0 || receiver->own[0].fd < 0 || receiver->own[1].fd < 0)
		return error_errno(err, errno, "cannot make the receiver's descriptors");
	for (size_t i = 0; i < 2; i++)
		if (source_watch(receiver, &receiver->own[i]) < 0)
			return error_errno(err, errno, "cannot watch the receiver's descriptors");
	return 0;
}

int receiver_start(struct receiver **ret_receiver, struct error *err)
{
	struct receiver *receiver = alloc_zero(1, sizeof(*receiver));
	pthread_condattr_t attributes;
	int rc = receiver_open(receiver, err);

	(void)pthread_mutex_init(&receiver->lock, NULL);
	(void)pthread_condattr_init(&attributes);
	(void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&receiver->changed, &attributes);
	if (!rc) {
		rc = -pthread_create(&receiver->thread, NULL, receiver_main, receiver);
		if (rc < 0)
			(void)error_errno(err, -rc, "cannot start the receiving thread");
	}
	if (rc < 0) {
		free(receiver);
		return rc;
	}
	/* Best effort: an ordinary user has no right to it, and the run says so. */
	(void)pthread_setschedparam(receiver->thread, SCHED_FIFO, &(struct sched_param){.sched_priority = 1});
	*ret_receiver = receiver;
	return 0;
}

void receiver_stop(struct receiver *receiver)
{
	uint64_t one = 1;

	if (!receiver)
		return;
	(void)!write(receiver->own[0].fd, &one, sizeof(one));
	(void)pthread_join(receiver->thread, NULL);
	receiver_bury(receiver);
	(void)close(receiver->own[0].fd);
	(void)close(receiver->own[1].fd);
	(void)close(receiver->epoll);
	(void)pthread_cond_destroy(&receiver->changed);
	(void)pthread_mutex_destroy(&receiver->lock);
	free(receiver);
}

bool receiver_interrupted(struct receiver *receiver)
{
	(void)pthread_mutex_lock(&receiver->lock);
	bool interrupted = receiver->interrupted;

	(void)pthread_mutex_unlock(&receiver->lock);
	return interrupted;
}

int receiver_watch_keeper(struct receiver *receiver, int fd, struct error *err)
{
	struct epoll_event event = {.events = EPOLLRDHUP | EPOLLHUP, .data.ptr = &receiver->own[2]};

	receiver->own[2].fd = fd;
	if (epoll_ctl(receiver->epoll, EPOLL_CTL_ADD, fd, &event) < 0)
		return error_errno(err, errno, "cannot watch the keeper");
	return 0;
}

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
	char line[64];
	int length = snprintf(line, sizeof(line), "%s\n", command);

	(void)pthread_mutex_lock(&channel->receiver->lock);
	int fd = channel->sources[channel->guest ? SOURCE_TEXT : SOURCE_READY].fd;

	channel->news &= ~(unsigned)CHANNEL_REPLY;
	channel->length = 0;
	channel->text[0] = '\0';
	channel->one_line = !strcmp(command, PROTOCOL_COMMAND_PING);
	ssize_t put = fd < 0 ? -1 : send(fd, line, (size_t)length, MSG_NOSIGNAL | MSG_DONTWAIT);

	(void)pthread_mutex_unlock(&channel->receiver->lock);
	return put == length ? 0 : error_set(err, -EPIPE, "the payload's channel takes no command");
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
