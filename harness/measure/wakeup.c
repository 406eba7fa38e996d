/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/measure/wakeup.h"

#include <pthread.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/base/clock.h"
#include "harness/host/topology.h"

#define LEAST 20
#define PAUSE_NS 200000u /* long enough for the other thread to sleep again */

struct sender {
	int socket;
	const char *cpus;
	uint64_t until_ns;
};

/* Each packet is the instant at which it is sent. */
static void *sender_main(void *data)
{
	const struct sender *sender = data;

	if (sender->cpus)
		(void)topology_bind(0, sender->cpus, NULL);
	for (size_t i = 0; i < WAKEUP_MOST && (i < LEAST || clock_now_ns() < sender->until_ns); i++) {
		clock_sleep_until(clock_now_ns() + PAUSE_NS);
		uint64_t now = clock_now_ns();

		if (send(sender->socket, &now, sizeof(now), MSG_NOSIGNAL) != sizeof(now))
			break;
	}
	(void)shutdown(sender->socket, SHUT_WR);
	return NULL;
}

struct waiter {
	int socket, epoll;
	struct wakeup *wakeup;
};

/* As the receiver does it: epoll, then a read, then the clock. */
static void *waiter_main(void *data)
{
	const struct waiter *waiter = data;
	struct epoll_event event;
	uint64_t sent;

	while (waiter->wakeup->count < WAKEUP_MOST) {
		if (epoll_wait(waiter->epoll, &event, 1, -1) != 1)
			continue;
		if (recv(waiter->socket, &sent, sizeof(sent), MSG_DONTWAIT) != sizeof(sent))
			break;
		waiter->wakeup->late_ns[waiter->wakeup->count++] = clock_now_ns() - sent;
	}
	return NULL;
}

static void exchange(struct sender *sender, struct waiter *waiter, bool realtime)
{
	const struct sched_param priority = {.sched_priority = 1};
	pthread_t sending, waiting;

	if (pthread_create(&waiting, NULL, waiter_main, waiter))
		return;
	waiter->wakeup->realtime = realtime && !pthread_setschedparam(waiting, SCHED_FIFO, &priority);
	if (!pthread_create(&sending, NULL, sender_main, sender))
		(void)pthread_join(sending, NULL);
	else
		(void)shutdown(sender->socket, SHUT_WR);
	(void)pthread_join(waiting, NULL);
}

void wakeup_measure(const char *sender_cpus, bool realtime, uint64_t until_ns, struct wakeup *ret)
{
	int pair[2];
	struct epoll_event event = {.events = EPOLLIN};

	ret->count = 0;
	ret->realtime = false;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return;
	struct sender sender = {.socket = pair[0], .cpus = sender_cpus, .until_ns = until_ns};
	struct waiter waiter = {.socket = pair[1], .epoll = epoll_create1(EPOLL_CLOEXEC), .wakeup = ret};

	if (waiter.epoll >= 0 && !epoll_ctl(waiter.epoll, EPOLL_CTL_ADD, pair[1], &event))
		exchange(&sender, &waiter, realtime);
	if (waiter.epoll >= 0)
		(void)close(waiter.epoll);
	(void)close(pair[0]);
	(void)close(pair[1]);
}
