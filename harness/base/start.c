/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client's side. Replies and exits share one socket: whoever waits and finds nobody reading reads
 * for all, so that there is no thread of its own and no wake-up that nobody needs.
 */
#include "harness/base/start-client.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/clock.h"

#define START_FOREVER UINT64_MAX

typedef bool (*client_done)(struct start_client *client, void *data);

struct start_client *start_connect_fd(int socket)
{
	struct start_client *client = alloc_zero(1, sizeof(*client));
	pthread_condattr_t monotonic;

	client->socket = socket;
	client->lane_count = 1;
	for (size_t i = 0; i < START_LANES_MAX; i++) {
		client->lanes[i].socket = -1;
		(void)pthread_mutex_init(&client->lanes[i].lock, NULL);
	}
	client->exits = alloc_zero(START_EXITS_KEPT, sizeof(*client->exits));
	(void)pthread_mutex_init(&client->request_lock, NULL);
	(void)pthread_mutex_init(&client->lock, NULL);
	(void)pthread_condattr_init(&monotonic);
	(void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&client->changed, &monotonic);
	(void)pthread_condattr_destroy(&monotonic);
	return client;
}

int start_connect(struct start_client **ret_client, struct error *err)
{
	const char *text = getenv(START_ENV_FD);
	int type = 0;
	socklen_t size = sizeof(type);

	if (!text)
		return error_host(err, "no keeper: start tare, not tare-harness");
	int fd = (int)strtol(text, NULL, 10);

	if (fd <= STDERR_FILENO || getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) < 0 ||
	    type != SOCK_SEQPACKET)
		return error_host(err, "%s=%s: not the keeper's socket; start tare, not tare-harness",
				  START_ENV_FD, text);
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		return error_errno(err, errno, "%s=%s", START_ENV_FD, text);
	*ret_client = start_connect_fd(fd);
	return 0;
}

void start_disconnect(struct start_client *client)
{
	if (!client)
		return;
	(void)close(client->socket);
	for (size_t i = 0; i < START_LANES_MAX; i++) {
		if (client->lanes[i].socket >= 0)
			(void)close(client->lanes[i].socket);
		(void)pthread_mutex_destroy(&client->lanes[i].lock);
	}
	packet_close(&client->reply_fds);
	(void)pthread_cond_destroy(&client->changed);
	(void)pthread_mutex_destroy(&client->lock);
	(void)pthread_mutex_destroy(&client->request_lock);
	free(client->exits);
	free(client->base);
	free(client);
}

int start_lost_fd(const struct start_client *client)
{
	return client->socket;
}

static int lost_error(struct error *err)
{
	return error_set(err, -EPIPE, "the keeper is gone");
}

/* Waits for the next message until the deadline; called without the lock, by one thread at a time. */
static int client_read(struct start_client *client, uint64_t deadline_ns, struct start_message *message,
		       struct packet_fds *fds)
{
	struct pollfd ready = {.fd = client->socket, .events = POLLIN};
	uint64_t now = clock_now_ns();
	uint64_t left = deadline_ns > now ? deadline_ns - now : 0;
	struct timespec timeout = {.tv_sec = (time_t)(left / 1000000000u),
				   .tv_nsec = (long)(left % 1000000000u)};

	if (ppoll(&ready, 1, deadline_ns == START_FOREVER ? NULL : &timeout, NULL) <= 0)
		return -EAGAIN;
	ssize_t got = packet_receive(client->socket, message, sizeof(*message), fds, MSG_DONTWAIT);

	if (got == sizeof(*message))
		return 0;
	packet_close(fds);
	return got == -EAGAIN ? -EAGAIN : -EPIPE;
}

static void client_take(struct start_client *client, const struct start_message *message,
			const struct packet_fds *fds)
{
	if (message->is_exit) {
		client->exits[client->exit_count++ % START_EXITS_KEPT] = message->exited;
		return;
	}
	client->reply = *message;
	client->reply_fds = *fds;
	client->replied = true;
}

/* Waits with the lock held until done() or the deadline. */
static int client_wait(struct start_client *client, uint64_t deadline_ns, client_done done, void *data)
{
	struct timespec until = {
	    .tv_sec = (time_t)(deadline_ns / 1000000000u),
	    .tv_nsec = (long)(deadline_ns % 1000000000u),
	};

	while (!done(client, data)) {
		if (client->lost)
			return -EPIPE;
		if (client->reading) {
			if (pthread_cond_timedwait(&client->changed, &client->lock, &until) == ETIMEDOUT)
				return done(client, data) ? 0 : -ETIMEDOUT;
			continue;
		}
		struct start_message message;
		struct packet_fds fds;

		client->reading = true;
		(void)pthread_mutex_unlock(&client->lock);
		int rc = client_read(client, deadline_ns, &message, &fds);

		(void)pthread_mutex_lock(&client->lock);
		client->reading = false;
		if (!rc)
			client_take(client, &message, &fds);
		client->lost = rc == -EPIPE;
		(void)pthread_cond_broadcast(&client->changed);
		if (rc == -EAGAIN && clock_now_ns() >= deadline_ns)
			return done(client, data) ? 0 : -ETIMEDOUT;
	}
	return 0;
}

static bool done_reply(struct start_client *client, void *data)
{
	(void)data;
	return client->replied;
}

int client_request(struct start_client *client, const void *request, size_t length,
		   const struct packet_fds *sent, struct start_message *ret_reply, struct packet_fds *ret_fds,
		   struct error *err)
{
	(void)pthread_mutex_lock(&client->request_lock);
	int rc = packet_send(client->socket, request, length, sent, 0);

	if (!rc) {
		(void)pthread_mutex_lock(&client->lock);
		rc = client_wait(client, START_FOREVER, done_reply, NULL);
		if (!rc) {
			*ret_reply = client->reply;
			*ret_fds = client->reply_fds;
			client->reply_fds.count = 0;
			client->replied = false;
		}
		(void)pthread_mutex_unlock(&client->lock);
	}
	(void)pthread_mutex_unlock(&client->request_lock);
	if (rc == -EPIPE || rc == -ECONNRESET)
		return lost_error(err);
	return rc < 0 ? error_errno(err, -rc, "cannot ask the keeper") : 0;
}

struct exit_search {
	pid_t pid;
	struct exited found;
};

static bool done_exit(struct start_client *client, void *data)
{
	struct exit_search *search = data;
	size_t kept = client->exit_count < START_EXITS_KEPT ? client->exit_count : START_EXITS_KEPT;

	for (size_t i = 1; i <= kept; i++) {
		const struct exited *e = &client->exits[(client->exit_count - i) % START_EXITS_KEPT];

		if (e->pid != search->pid)
			continue;
		search->found = *e;
		return true;
	}
	return false;
}

int start_await_exit(struct start_client *client, pid_t pid, uint64_t deadline_ns, struct exited *ret_exited,
		     struct error *err)
{
	struct exit_search search = {.pid = pid};

	(void)pthread_mutex_lock(&client->lock);
	int rc = client_wait(client, deadline_ns, done_exit, &search);

	(void)pthread_mutex_unlock(&client->lock);
	if (rc == -EPIPE)
		return lost_error(err);
	if (rc < 0)
		return error_errno(err, -rc, "process %d has not ended", (int)pid);
	*ret_exited = search.found;
	return 0;
}

void client_forget(struct start_client *client, pid_t pid, uint64_t before_ns)
{
	(void)pthread_mutex_lock(&client->lock);
	size_t kept = client->exit_count < START_EXITS_KEPT ? client->exit_count : START_EXITS_KEPT;

	for (size_t i = 0; i < kept; i++)
		if (client->exits[i].pid == pid && client->exits[i].t_ns < before_ns)
			client->exits[i].pid = 0;
	(void)pthread_mutex_unlock(&client->lock);
}
