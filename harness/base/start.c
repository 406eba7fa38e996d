/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client's side. Replies and exits share one socket: whoever waits and finds nobody reading reads
 * for all, so that there is no thread of its own and no wake-up that nobody needs.
 */
#include "harness/base/start.h"

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
#include "harness/base/packet.h"

#define START_EXITS_KEPT 4096u /* more than can be alive at once in a ramp */
#define START_FOREVER UINT64_MAX

struct start_client {
	int socket, starter;
	pthread_mutex_t request_lock; /* one request at a time: from sending to its reply */
	pthread_mutex_t starter_lock; /* the same for boxes */

	pthread_mutex_t lock; /* of everything below */
	pthread_cond_t changed;
	bool reading, lost, replied;
	struct start_message reply;
	struct packet_fds reply_fds;
	size_t exit_count; /* all that ever came; the newest START_EXITS_KEPT are kept */
	struct exited *exits;
};

typedef bool (*client_done)(struct start_client *client, void *data);

int start_program_add(struct start_program *program, size_t *used, const char *text, struct error *err)
{
	size_t length = strlen(text) + 1;

	if (length > sizeof(program->text) - *used)
		return error_set(err, -E2BIG, "%s: more than %zu bytes of arguments and environment", program->text,
				 sizeof(program->text));
	(void)memcpy(program->text + *used, text, length);
	*used += length;
	return 0;
}

struct start_client *start_connect_fd(int socket)
{
	struct start_client *client = alloc_zero(1, sizeof(*client));
	pthread_condattr_t monotonic;

	client->socket = socket;
	client->starter = -1;
	client->exits = alloc_zero(START_EXITS_KEPT, sizeof(*client->exits));
	(void)pthread_mutex_init(&client->request_lock, NULL);
	(void)pthread_mutex_init(&client->starter_lock, NULL);
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

	if (fd <= STDERR_FILENO || getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) < 0 || type != SOCK_SEQPACKET)
		return error_host(err, "%s=%s: not the keeper's socket; start tare, not tare-harness", START_ENV_FD, text);
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
	if (client->starter >= 0)
		(void)close(client->starter);
	packet_close(&client->reply_fds);
	(void)pthread_cond_destroy(&client->changed);
	(void)pthread_mutex_destroy(&client->lock);
	(void)pthread_mutex_destroy(&client->starter_lock);
	(void)pthread_mutex_destroy(&client->request_lock);
	free(client->exits);
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
	struct timespec timeout = {.tv_sec = (time_t)(left / 1000000000u), .tv_nsec = (long)(left % 1000000000u)};

	if (ppoll(&ready, 1, deadline_ns == START_FOREVER ? NULL : &timeout, NULL) <= 0)
		return -EAGAIN;
	ssize_t got = packet_receive(client->socket, message, sizeof(*message), fds, MSG_DONTWAIT);

	if (got == sizeof(*message))
		return 0;
	packet_close(fds);
	return got == -EAGAIN ? -EAGAIN : -EPIPE;
}

static void client_take(struct start_client *client, const struct start_message *message, const struct packet_fds *fds)
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

static int client_request(struct start_client *client, const void *request, size_t length, struct start_message *ret_reply,
			  struct packet_fds *ret_fds, struct error *err)
{
	(void)pthread_mutex_lock(&client->request_lock);
	int rc = packet_send(client->socket, request, length, NULL, 0);

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

/* What a reply says about a start; the pidfd goes to the caller. */
static void reply_started(const struct start_message *reply, struct packet_fds *fds, struct started *ret_started)
{
	*ret_started = (struct started){.pid = reply->pid, .pidfd = -1, .stamp_count = reply->stamp_count};
	if (ret_started->stamp_count > START_STAMPS_MAX)
		ret_started->stamp_count = START_STAMPS_MAX;
	(void)memcpy(ret_started->stamps, reply->stamps, sizeof(reply->stamps));
	if (fds->count) {
		ret_started->pidfd = fds->fds[0];
		fds->fds[0] = -1;
	}
	packet_close(fds);
}

int start_program(struct start_client *client, const struct start_program *program, struct started *ret_started,
		  struct error *err)
{
	struct start_request request = {.kind = START_PROGRAM, .program = *program};
	struct start_message reply;
	struct packet_fds fds;
	int rc = client_request(client, &request, offsetof(struct start_request, program) + sizeof(*program), &reply,
				&fds, err);

	if (rc < 0)
		return rc;
	reply_started(&reply, &fds, ret_started);
	if (reply.errnum)
		return error_errno(err, reply.errnum, "%s: cannot start (%s)", program->text,
				   box_stage_name(reply.stage));
	return 0;
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

int start_status(struct start_client *client, struct start_status *ret_status, struct error *err)
{
	struct start_request request = {.kind = START_STATUS};
	struct start_message reply;
	struct packet_fds fds;
	int rc = client_request(client, &request, offsetof(struct start_request, path), &reply, &fds, err);

	if (rc < 0)
		return rc;
	packet_close(&fds);
	*ret_status = reply.status;
	return 0;
}

static int client_guard(struct start_client *client, enum start_kind kind, const char *path, struct error *err)
{
	struct start_request request = {.kind = kind};
	struct start_message reply;
	struct packet_fds fds;
	size_t length = strlen(path) + 1;

	if (length > sizeof(request.path))
		return error_errno(err, ENAMETOOLONG, "%s", path);
	(void)memcpy(request.path, path, length);
	int rc = client_request(client, &request, offsetof(struct start_request, path) + length, &reply, &fds, err);

	if (rc < 0)
		return rc;
	packet_close(&fds);
	return reply.errnum ? error_errno(err, reply.errnum, "%s: the keeper does not guard it", path) : 0;
}

int start_guard_folder(struct start_client *client, const char *path, struct error *err)
{
	return client_guard(client, START_GUARD_FOLDER, path, err);
}

int start_guard_cgroup(struct start_client *client, const char *path, struct error *err)
{
	return client_guard(client, START_GUARD_CGROUP, path, err);
}
