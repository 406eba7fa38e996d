/* SPDX-License-Identifier: Apache-2.0 */
/* The keeper's client against a scripted keeper: replies, exits in any order, threads, and a keeper that goes
 * away. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/base/clock.h"
#include "harness/base/packet.h"
#include "harness/base/start.h"

#define SECOND_NS 1000000000u

/* The other end of a client's socket. */
struct fake {
	struct start_client *client;
	int socket;
};

static void fake_open(struct fake *fake)
{
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	fake->client = start_connect_fd(pair[0]);
	fake->socket = pair[1];
}

static void fake_close(struct fake *fake)
{
	start_disconnect(fake->client);
	if (fake->socket >= 0)
		(void)close(fake->socket);
}

static void fake_exit(const struct fake *fake, pid_t pid, int status, uint64_t t_ns)
{
	struct start_message message = {
	    .is_exit = 1, .pid = pid, .exited = {.pid = pid, .status = status, .t_ns = t_ns}};

	assert_int_equal(packet_send(fake->socket, &message, sizeof(message), NULL, 0), 0);
}

static void exits_are_found_in_any_order(void **state)
{
	struct fake fake;
	struct exited exited;
	struct error err = {0};

	(void)state;
	fake_open(&fake);
	for (int i = 1; i <= 5; i++)
		fake_exit(&fake, 100 + i, i, 0);
	for (int i = 5; i >= 1; i--) {
		assert_int_equal(
		    start_await_exit(fake.client, 100 + i, clock_now_ns() + SECOND_NS, &exited, &err), 0);
		assert_int_equal(exited.status, i);
	}
	assert_int_equal(start_await_exit(fake.client, 99, clock_now_ns() + SECOND_NS / 100, &exited, &err),
			 -ETIMEDOUT);
	fake_close(&fake);
}

struct waiter {
	struct fake *fake;
	pid_t pid;
	int rc;
};

static void *waiter_run(void *data)
{
	struct waiter *w = data;
	struct exited exited;

	w->rc = start_await_exit(w->fake->client, w->pid, clock_now_ns() + 10 * (uint64_t)SECOND_NS, &exited,
				 NULL);
	return NULL;
}

static void each_thread_gets_its_exit(void **state)
{
	enum { THREADS = 8 };
	struct fake fake;
	struct waiter waiters[THREADS];
	pthread_t threads[THREADS];

	(void)state;
	fake_open(&fake);
	for (int i = 0; i < THREADS; i++) {
		waiters[i] = (struct waiter){.fake = &fake, .pid = 10 + i, .rc = 1};
		assert_int_equal(pthread_create(&threads[i], NULL, waiter_run, &waiters[i]), 0);
	}
	for (int i = THREADS - 1; i >= 0; i--)
		fake_exit(&fake, 10 + i, 0, 0);
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_int_equal(waiters[i].rc, 0);
	}
	fake_close(&fake);
}

/* Answers one request with an exit in front of the reply, and one behind it. */
static void *answer_run(void *data)
{
	struct fake *fake = data;
	struct start_request *request = calloc(1, sizeof(*request));
	struct start_message reply = {.pid = 7, .stamp_count = 1};
	struct packet_fds fds;
	struct packet_fds pidfd = {.fds = {dup(fake->socket)}, .count = 1};

	reply.stamps[0] = (struct start_stamp){.stage = BOX_STAGE_CLONE_CALL, .t_ns = 1000};
	assert_true(packet_receive(fake->socket, request, sizeof(*request), &fds, 0) > 0);
	assert_string_equal(request->program.text, "/bin/true");
	fake_exit(fake, 7, 1, 500); /* an earlier process with this id */
	fake_exit(fake, 8, 2, 500);
	assert_int_equal(packet_send(fake->socket, &reply, sizeof(reply), &pidfd, 0), 0);
	packet_close(&pidfd);
	fake_exit(fake, 7, 3, 2000);
	free(request);
	return NULL;
}

static void replies_and_exits_mix(void **state)
{
	struct fake fake;
	struct start_program program = {.argument_count = 1};
	struct started started;
	struct exited exited;
	struct error err = {0};
	pthread_t thread;
	size_t used = 0;

	(void)state;
	fake_open(&fake);
	assert_int_equal(start_program_add(&program, &used, "/bin/true", &err), 0);
	assert_int_equal(pthread_create(&thread, NULL, answer_run, &fake), 0);
	assert_int_equal(start_program(fake.client, &program, -1, &started, &err), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(started.pid, 7);
	assert_true(started.pidfd >= 0);
	assert_int_equal(start_await_exit(fake.client, 7, clock_now_ns() + SECOND_NS, &exited, &err), 0);
	assert_int_equal(exited.status, 3);
	assert_int_equal(start_await_exit(fake.client, 8, clock_now_ns() + SECOND_NS, &exited, &err), 0);
	(void)close(started.pidfd);
	fake_close(&fake);
}

static void lost_keeper_is_an_error(void **state)
{
	struct fake fake;
	struct exited exited;
	struct start_status status;
	struct error err = {0};

	(void)state;
	fake_open(&fake);
	struct pollfd lost = {.fd = start_lost_fd(fake.client)};

	assert_int_equal(poll(&lost, 1, 0), 0);
	(void)close(fake.socket);
	fake.socket = -1;
	assert_int_equal(poll(&lost, 1, 1000), 1);
	assert_true(lost.revents & POLLHUP);
	assert_int_equal(start_await_exit(fake.client, 7, clock_now_ns() + SECOND_NS, &exited, &err), -EPIPE);
	assert_int_equal(start_status(fake.client, &status, &err), -EPIPE);
	assert_string_equal(err.text, "the keeper is gone");
	fake_close(&fake);
}

static void texts_must_fit(void **state)
{
	struct start_program program = {0};
	struct error err = {0};
	size_t used = 0;
	int rc;

	(void)state;
	do
		rc = start_program_add(&program, &used, "/some/argument", &err);
	while (!rc);
	assert_int_equal(rc, -E2BIG);
	assert_in_range(used, START_TEXT_MAX - 15, START_TEXT_MAX);
}

static void no_keeper_says_so(void **state)
{
	struct start_client *client;
	struct error err = {0};

	(void)state;
	(void)unsetenv(START_ENV_FD);
	assert_true(start_connect(&client, &err) < 0);
	assert_int_equal(err.class, ERROR_HOST);
	(void)setenv(START_ENV_FD, "0", 1);
	assert_true(start_connect(&client, &err) < 0);
	start_disconnect(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(exits_are_found_in_any_order),
	    cmocka_unit_test(each_thread_gets_its_exit),
	    cmocka_unit_test(replies_and_exits_mix),
	    cmocka_unit_test(lost_keeper_is_an_error),
	    cmocka_unit_test(texts_must_fit),
	    cmocka_unit_test(no_keeper_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
