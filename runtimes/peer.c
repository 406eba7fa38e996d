/* SPDX-License-Identifier: Apache-2.0 */
#include "runtimes/peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/model/protocol.h"

#define PEER_BUFFER 65536
#define PEER_EVENTS 16

/* One connection. A guest that was killed says no farewell: those stay until the end. */
struct talk {
	struct talk *next;
	int fd;
	char kind; /* PROTOCOL_PEER_ECHO or _TAKE, its first byte; 0: not said yet */
	uint64_t taken; /* bytes that are not acknowledged yet */
};

struct peer {
	int listener, epoll, stop;
	bool running;
	pthread_t thread;
	struct talk *talks;
	char buffer[PEER_BUFFER];
};

static bool watch(const struct peer *peer, int fd, void *what)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = what};

	return epoll_ctl(peer->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

static void talk_begin(struct peer *peer)
{
	const int one = 1;
	struct talk *talk = alloc_zero(1, sizeof(*talk));

	talk->fd = accept4(peer->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (talk->fd < 0 || !watch(peer, talk->fd, talk)) {
		if (talk->fd >= 0)
			(void)close(talk->fd);
		free(talk);
		return;
	}
	(void)setsockopt(talk->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	talk->next = peer->talks;
	peer->talks = talk;
}

static void talk_end(struct peer *peer, struct talk *talk)
{
	struct talk **at = &peer->talks;

	while (*at != talk)
		at = &(*at)->next;
	*at = talk->next;
	(void)close(talk->fd);
	free(talk);
}

/* False: who does not read what he asked for is not served any more. */
static bool say(const struct talk *talk, const char *bytes, size_t length)
{
	return !length || send(talk->fd, bytes, length, MSG_NOSIGNAL) == (ssize_t)length;
}

static bool take(struct talk *talk, uint64_t length)
{
	static const char done = PROTOCOL_PEER_DONE;

	for (talk->taken += length; talk->taken >= PROTOCOL_PEER_CHUNK; talk->taken -= PROTOCOL_PEER_CHUNK)
		if (!say(talk, &done, 1))
			return false;
	return true;
}

/* False: it is over. */
static bool talk_on(struct peer *peer, struct talk *talk)
{
	ssize_t count = recv(talk->fd, peer->buffer, sizeof(peer->buffer), 0);
	const char *bytes = peer->buffer;

	if (count < 0)
		return errno == EAGAIN || errno == EINTR;
	if (!count)
		return false;
	if (!talk->kind) {
		talk->kind = *bytes++;
		count--;
	}
	if (talk->kind == PROTOCOL_PEER_ECHO)
		return say(talk, bytes, (size_t)count);
	return talk->kind == PROTOCOL_PEER_TAKE && take(talk, (uint64_t)count);
}

static void *serve(void *data)
{
	struct peer *peer = data;
	struct epoll_event events[PEER_EVENTS];

	for (;;) {
		int count = epoll_wait(peer->epoll, events, PEER_EVENTS, -1);

		for (int i = 0; i < count; i++) {
			struct talk *talk = events[i].data.ptr;

			if (!talk)
				return NULL;
			if ((void *)talk == peer)
				talk_begin(peer);
			else if (!talk_on(peer, talk))
				talk_end(peer, talk);
		}
	}
}

static int listen_at(const char *address, int port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	if (inet_pton(AF_INET, address, &at.sin_addr) == 1 && !bind(fd, (struct sockaddr *)&at, sizeof(at)) &&
	    !listen(fd, SOMAXCONN))
		return fd;
	int rc = -errno;

	(void)close(fd);
	return rc;
}

/* Signals are for the harness's other threads. */
static int thread_start(struct peer *peer)
{
	sigset_t all, before;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	int rc = pthread_create(&peer->thread, NULL, serve, peer);

	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	peer->running = !rc;
	return -rc;
}

struct peer *peer_start(const char *address, int port, struct error *err)
{
	struct peer *peer = alloc_zero(1, sizeof(*peer));
	int rc = 0;

	peer->listener = listen_at(address, port);
	peer->epoll = epoll_create1(EPOLL_CLOEXEC);
	peer->stop = eventfd(0, EFD_CLOEXEC);
	if (peer->listener < 0)
		rc = peer->listener;
	else if (peer->epoll < 0 || peer->stop < 0 || !watch(peer, peer->listener, peer) ||
		 !watch(peer, peer->stop, NULL))
		rc = -errno;
	if (!rc)
		rc = thread_start(peer);
	if (!rc)
		return peer;
	(void)error_errno(err, -rc, "%s:%d: cannot listen there", address, port);
	peer_stop(peer);
	return NULL;
}

int peer_port(const struct peer *peer)
{
	struct sockaddr_in at = {0};
	socklen_t size = sizeof(at);

	(void)getsockname(peer->listener, (struct sockaddr *)&at, &size);
	return ntohs(at.sin_port);
}

void peer_stop(struct peer *peer)
{
	if (!peer)
		return;
	if (peer->running && eventfd_write(peer->stop, 1) == 0)
		(void)pthread_join(peer->thread, NULL);
	while (peer->talks)
		talk_end(peer, peer->talks);
	const int fds[] = {peer->listener, peer->epoll, peer->stop};

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			(void)close(fds[i]);
	free(peer);
}
