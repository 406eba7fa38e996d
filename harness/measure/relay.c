/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/measure/relay.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"

#define PAIRS_MAX 64 /* an engine has some ten connections at once; more wait in the backlog */
#define BACKLOG 128
#define PIPE_BYTES (1 << 20)

enum { CLIENT, SERVER, SIDES };

/** What one side says, on its way to the other: at most a pipe full of it. */
struct way {
	int pipe[2];
	size_t held;
	bool ended; /* there comes no more */
};

struct pair {
	int fds[SIDES];
	struct way ways[SIDES]; /* [CLIENT]: from the client to the server */
};

struct relay {
	struct sockaddr_un server;
	uint16_t port;
	int listener, stop;
	pthread_t thread;
	struct pair pairs[PAIRS_MAX];
	size_t count;
	atomic_ullong bytes[SIDES], connections;
};

static void pair_close(struct pair *pair)
{
	for (size_t side = 0; side < SIDES; side++) {
		(void)close(pair->fds[side]);
		(void)close(pair->ways[side].pipe[0]);
		(void)close(pair->ways[side].pipe[1]);
	}
}

static int server_connect(const struct relay *relay)
{
	cleanup_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || connect(fd, (const struct sockaddr *)&relay->server, sizeof(relay->server)) < 0)
		return -1;
	return steal_fd(&fd);
}

static void pair_open(struct relay *relay)
{
	struct pair *pair = &relay->pairs[relay->count];
	int on = 1;

	*pair = (struct pair){.fds = {accept4(relay->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK), -1},
			      .ways = {{.pipe = {-1, -1}}, {.pipe = {-1, -1}}}};
	if (pair->fds[CLIENT] < 0)
		return;
	bool made = (pair->fds[SERVER] = server_connect(relay)) >= 0;

	for (size_t side = 0; side < SIDES && made; side++) {
		made = !pipe2(pair->ways[side].pipe, O_CLOEXEC | O_NONBLOCK);
		if (made) /* else it keeps its own size, which will do */
			(void)fcntl(pair->ways[side].pipe[0], F_SETPIPE_SZ, PIPE_BYTES);
	}
	if (!made) {
		pair_close(pair);
		return;
	}
	(void)setsockopt(pair->fds[CLIENT], IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	relay->connections++;
	relay->count++;
}

/* False: the connection is broken. */
static bool way_move(struct relay *relay, struct pair *pair, size_t from)
{
	struct way *way = &pair->ways[from];
	int to = pair->fds[SIDES - 1 - from];

	if (!way->held && !way->ended) {
		ssize_t got = splice(pair->fds[from], NULL, way->pipe[1], NULL, PIPE_BYTES,
				     SPLICE_F_NONBLOCK | SPLICE_F_MOVE);

		if (got < 0)
			return errno == EAGAIN;
		way->held = (size_t)got;
		way->ended = !got;
		if (way->ended)
			(void)shutdown(to, SHUT_WR);
	}
	while (way->held) {
		ssize_t put = splice(way->pipe[0], NULL, to, NULL, way->held, SPLICE_F_NONBLOCK | SPLICE_F_MOVE);

		if (put <= 0)
			return put < 0 && errno == EAGAIN;
		way->held -= (size_t)put;
		relay->bytes[from] += (unsigned long long)put;
	}
	return true;
}

static short events_wanted(const struct pair *pair, size_t side)
{
	const struct way *from = &pair->ways[side], *to = &pair->ways[SIDES - 1 - side];

	return (short)((!from->held && !from->ended ? POLLIN : 0) | (to->held ? POLLOUT : 0));
}

/* A side that is gone for good, after all that it said has been passed on, would wake us for ever. */
static bool is_gone(const struct pair *pair, const struct pollfd *polled, size_t side)
{
	return polled->revents & (POLLHUP | POLLERR) && pair->ways[side].ended && !pair->ways[side].held;
}

/* False: it is over. */
static bool pair_serve(struct relay *relay, struct pair *pair, const struct pollfd polled[SIDES])
{
	for (size_t side = 0; side < SIDES; side++)
		if (!way_move(relay, pair, side))
			return false;
	if (is_gone(pair, &polled[CLIENT], CLIENT) || is_gone(pair, &polled[SERVER], SERVER))
		return false;
	return !pair->ways[CLIENT].ended || !pair->ways[SERVER].ended || pair->ways[CLIENT].held ||
	       pair->ways[SERVER].held;
}

static void pairs_serve(struct relay *relay, const struct pollfd *polled)
{
	/* From the last to the first: the last one takes the place of one that is over. */
	for (size_t i = relay->count; i-- > 0;) {
		const struct pollfd *own = &polled[SIDES * i];

		if (!own[CLIENT].revents && !own[SERVER].revents)
			continue;
		if (!pair_serve(relay, &relay->pairs[i], own)) {
			pair_close(&relay->pairs[i]);
			relay->pairs[i] = relay->pairs[--relay->count];
		}
	}
}

static void *relay_run(void *data)
{
	struct relay *relay = data;
	struct pollfd polled[2 + SIDES * PAIRS_MAX];

	for (;;) {
		size_t count = relay->count;

		polled[0] = (struct pollfd){.fd = relay->stop, .events = POLLIN};
		polled[1] = (struct pollfd){.fd = count < PAIRS_MAX ? relay->listener : -1, .events = POLLIN};
		for (size_t i = 0; i < SIDES * count; i++)
			polled[2 + i] = (struct pollfd){
				.fd = relay->pairs[i / SIDES].fds[i % SIDES],
				.events = events_wanted(&relay->pairs[i / SIDES], i % SIDES),
			};
		if (poll(polled, 2 + SIDES * count, -1) < 0 && errno != EINTR)
			break;
		if (polled[0].revents)
			break;
		pairs_serve(relay, polled + 2);
		if (polled[1].revents && relay->count < PAIRS_MAX)
			pair_open(relay);
	}
	return NULL;
}

static int listen_on_loopback(struct relay *relay, struct error *err)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(address);

	relay->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (relay->listener < 0 || bind(relay->listener, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(relay->listener, BACKLOG) < 0 ||
	    getsockname(relay->listener, (struct sockaddr *)&address, &length) < 0)
		return error_errno(err, errno, "cannot listen on 127.0.0.1");
	relay->port = ntohs(address.sin_port);
	return 0;
}

/* Signals are the receiver's; and a peer that hangs up is no reason to die. */
static int thread_start(struct relay *relay)
{
	sigset_t all, before;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	int rc = pthread_create(&relay->thread, NULL, relay_run, relay);

	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc;
}

static void relay_free(struct relay *relay)
{
	for (size_t i = 0; i < relay->count; i++)
		pair_close(&relay->pairs[i]);
	if (relay->listener >= 0)
		(void)close(relay->listener);
	if (relay->stop >= 0)
		(void)close(relay->stop);
	free(relay);
}

int relay_start(struct relay **ret_relay, const char *socket, struct error *err)
{
	struct relay *relay = alloc_zero(1, sizeof(*relay));
	int rc;

	relay->server.sun_family = AF_UNIX;
	(void)snprintf(relay->server.sun_path, sizeof(relay->server.sun_path), "%s", socket);
	relay->stop = eventfd(0, EFD_CLOEXEC);
	relay->listener = -1;
	rc = strlen(socket) < sizeof(relay->server.sun_path) ? listen_on_loopback(relay, err)
							       : error_set(err, -ENAMETOOLONG, "%s", socket);
	if (!rc && (relay->stop < 0 || thread_start(relay)))
		rc = error_set(err, -ENOMEM, "cannot start a thread");
	if (rc < 0)
		relay_free(relay);
	else
		*ret_relay = relay;
	return rc;
}

uint16_t relay_port(const struct relay *relay)
{
	return relay->port;
}

struct relay_counts relay_counts(const struct relay *relay)
{
	return (struct relay_counts){relay->bytes[CLIENT], relay->bytes[SERVER], relay->connections};
}

void relay_stop(struct relay *relay)
{
	uint64_t one = 1;

	if (!relay)
		return;
	if (write(relay->stop, &one, sizeof(one)) == sizeof(one))
		(void)pthread_join(relay->thread, NULL);
	relay_free(relay);
}
