/* SPDX-License-Identifier: Apache-2.0 */
/* The receiving thread: what it does when a descriptor has news. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/clock.h"
#include "harness/measure/receiver-internal.h"

#define PATIENCE_S 1 /* without a keeper nothing may be left two seconds later */

static sigset_t interruption_signals(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGHUP);
	return set;
}

void receiver_block_signals(void)
{
	sigset_t set = interruption_signals();

	(void)pthread_sigmask(SIG_BLOCK, &set, NULL);
}

void receiver_unblock_signals(void)
{
	sigset_t set = interruption_signals();
	const struct timespec now = {0};

	while (sigtimedwait(&set, NULL, &now) > 0)
		;
	(void)pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

int source_watch(struct receiver *receiver, struct source *source)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = source};

	return epoll_ctl(receiver->epoll, EPOLL_CTL_ADD, source->fd, &event) < 0 ? -errno : 0;
}

void source_close(struct receiver *receiver, struct source *source, bool owned)
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

/* Marks come by turns, and only after a work order. */
static bool take_mark(struct channel *channel, char mark)
{
	struct channel_marks *marks = &channel->marks;
	char due = marks->count % 2 ? PROTOCOL_WORK_END : PROTOCOL_WORK_START;

	if (!channel->working || mark != due || marks->count == sizeof(marks->ns) / sizeof(marks->ns[0]))
		return false;
	marks->ns[marks->count++] = channel->arrived_ns;
	return true;
}

/* Appends bytes that have room; the marks among them are no text. False: such a mark must not be here. */
static bool append(struct channel *channel, const char *bytes, size_t length)
{
	bool right = true;

	for (size_t i = 0; i < length; i++)
		if (bytes[i] == PROTOCOL_WORK_START || bytes[i] == PROTOCOL_WORK_END)
			right = take_mark(channel, bytes[i]) && right;
		else
			channel->text[channel->length++] = bytes[i];
	channel->text[channel->length] = '\0';
	return right;
}

void channel_take_text(struct channel *channel, const char *bytes, size_t length)
{
	if (length && memchr(bytes, '\0', length))
		channel_tell(channel, CHANNEL_GARBLED);
	else if (channel->length + length >= sizeof(channel->text) || !append(channel, bytes, length))
		channel_tell(channel, CHANNEL_GARBLED);
	else
		channel_check_complete(channel);
}

void channel_take_ready(struct channel *channel, const char *bytes, size_t length)
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
	channel->arrived_ns = clock_now_ns();
	if (!channel->length)
		channel->trip.arrived_ns = channel->arrived_ns;
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
	if (connection->kind == SOURCE_TEXT && channel->in->greeting)
		(void)send(fd, channel->in->greeting, strlen(channel->in->greeting), MSG_NOSIGNAL | MSG_DONTWAIT);
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

static void on_keeper_lost(struct receiver *receiver, struct source *source)
{
	const struct itimerspec patience = {.it_value.tv_sec = PATIENCE_S};

	(void)epoll_ctl(receiver->epoll, EPOLL_CTL_DEL, source->fd, NULL);
	(void)timerfd_settime(receiver->own[SOURCE_PATIENCE].fd, 0, &patience, NULL);
	receiver->orphaned = true;
}

static void on_interruption(struct receiver *receiver, struct source *source)
{
	struct signalfd_siginfo info;

	if (source->kind == SOURCE_SIGNAL && receiver->abandon)
		receiver->abandon(receiver->abandon_data);
	if (source->kind == SOURCE_SIGNAL)
		(void)!read(source->fd, &info, sizeof(info));
	else
		on_keeper_lost(receiver, source);
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
		if (source->kind == SOURCE_PATIENCE)
			receiver->give_up(receiver->give_up_data);
		receiver_handle(receiver, source);
	}
}

static int receiver_open(struct receiver *receiver, struct error *err)
{
	sigset_t set = interruption_signals();

	receiver->epoll = epoll_create1(EPOLL_CLOEXEC);
	receiver->own[0] = (struct source){.kind = SOURCE_STOP, .fd = eventfd(0, EFD_CLOEXEC)};
	receiver->own[1] = (struct source){.kind = SOURCE_SIGNAL, .fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)};
	receiver->own[2] = (struct source){.kind = SOURCE_KEEPER, .fd = -1};
	receiver->own[3] = (struct source){.kind = SOURCE_PATIENCE, .fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC)};
	if (receiver->epoll < 0 || receiver->own[0].fd < 0 || receiver->own[1].fd < 0 || receiver->own[3].fd < 0)
		return error_errno(err, errno, "cannot make the receiver's descriptors");
	for (size_t i = 0; i < 4; i++)
		if (receiver->own[i].fd >= 0 && source_watch(receiver, &receiver->own[i]) < 0)
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
	/* Best effort: an ordinary user has no right to it. */
	const struct sched_param priority = {.sched_priority = 1};

	receiver->realtime = !pthread_setschedparam(receiver->thread, SCHED_FIFO, &priority);
	*ret_receiver = receiver;
	return 0;
}

bool receiver_is_realtime(const struct receiver *receiver)
{
	return receiver->realtime;
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
	(void)close(receiver->own[3].fd);
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

void receiver_set_abandon(struct receiver *receiver, void (*abandon)(void *data), void *data)
{
	(void)pthread_mutex_lock(&receiver->lock);
	receiver->abandon = abandon;
	receiver->abandon_data = data;
	(void)pthread_mutex_unlock(&receiver->lock);
}

bool receiver_orphaned(struct receiver *receiver)
{
	(void)pthread_mutex_lock(&receiver->lock);
	bool orphaned = receiver->orphaned;

	(void)pthread_mutex_unlock(&receiver->lock);
	return orphaned;
}

int receiver_watch_keeper(struct receiver *receiver, int fd, void (*give_up)(void *data), void *data,
			  struct error *err)
{
	struct epoll_event event = {.events = EPOLLRDHUP | EPOLLHUP, .data.ptr = &receiver->own[2]};

	receiver->own[2].fd = fd;
	receiver->give_up = give_up;
	receiver->give_up_data = data;
	if (epoll_ctl(receiver->epoll, EPOLL_CTL_ADD, fd, &event) < 0)
		return error_errno(err, errno, "cannot watch the keeper");
	return 0;
}
