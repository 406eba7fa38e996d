/* SPDX-License-Identifier: Apache-2.0 */
/* The counting reader: what goes in comes out, in full, and is counted; whoever hangs up first. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/measure/relay.h"

#define LARGE (8u << 20) /* more than any socket or pipe holds */

static char folder[] = "/tmp/test-relay-XXXXXX";

/* A server for one connection: reads to the end, then answers so many bytes. */
struct server {
	char path[64];
	int listener;
	size_t answer, got;
	bool hangs_up; /* after the first bytes */
	pthread_t thread;
};

static void *server_run(void *data)
{
	struct server *s = data;
	cleanup_close int fd = accept(s->listener, NULL, NULL);
	cleanup_free char *bytes = alloc_zero(LARGE, 1);
	ssize_t n;

	while ((n = read(fd, bytes, LARGE)) > 0 && !s->hangs_up)
		s->got += (size_t)n;
	for (size_t put = 0; put < s->answer && n >= 0;) {
		n = send(fd, bytes, s->answer - put, MSG_NOSIGNAL);
		put += n > 0 ? (size_t)n : 0;
	}
	return NULL;
}

static void server_begin(struct server *s)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	(void)snprintf(s->path, sizeof(s->path), "%s/server", folder);
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", s->path);
	s->listener = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(s->listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(s->listener, 1), 0);
	assert_int_equal(pthread_create(&s->thread, NULL, server_run, s), 0);
}

static void server_end(struct server *s)
{
	assert_int_equal(pthread_join(s->thread, NULL), 0);
	(void)close(s->listener);
	(void)unlink(s->path);
}

static int client_open(const struct relay *relay)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_port = htons(relay_port(relay)),
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

/* Sends so much, says that it was all, and returns how much comes back. */
static size_t client_talk(int fd, size_t size)
{
	cleanup_free char *bytes = alloc_zero(LARGE, 1);
	size_t got = 0;
	ssize_t n = 0;

	for (size_t put = 0; put < size && n >= 0; put += n > 0 ? (size_t)n : 0)
		n = send(fd, bytes, size - put, MSG_NOSIGNAL);
	(void)shutdown(fd, SHUT_WR);
	while ((n = read(fd, bytes, LARGE)) > 0)
		got += (size_t)n;
	return got;
}

static void all_passes_and_is_counted(void **state)
{
	struct server server = {.answer = LARGE};
	struct relay *relay = NULL;
	struct error err = {0};

	(void)state;
	server_begin(&server);
	assert_int_equal(relay_start(&relay, server.path, &err), 0);
	cleanup_close int fd = client_open(relay);

	assert_int_equal(client_talk(fd, LARGE), LARGE);
	server_end(&server);
	assert_int_equal(server.got, LARGE);
	struct relay_counts counts = relay_counts(relay);

	assert_int_equal(counts.to_server_bytes, LARGE);
	assert_int_equal(counts.from_server_bytes, LARGE);
	assert_int_equal(counts.connections, 1);
	relay_stop(relay);
}

/* The client sees the end of the connection, and what was on its way is not waited for. */
static void a_server_that_hangs_up_is_passed_on(void **state)
{
	struct server server = {.hangs_up = true};
	struct relay *relay = NULL;
	struct error err = {0};

	(void)state;
	server_begin(&server);
	assert_int_equal(relay_start(&relay, server.path, &err), 0);
	cleanup_close int fd = client_open(relay);

	assert_int_equal(client_talk(fd, LARGE), 0);
	server_end(&server);
	relay_stop(relay);
}

static void without_a_server_it_hangs_up(void **state)
{
	struct relay *relay = NULL;
	struct error err = {0};
	char path[64];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/nobody", folder);
	assert_int_equal(relay_start(&relay, path, &err), 0);
	cleanup_close int fd = client_open(relay);

	assert_int_equal(client_talk(fd, 1), 0);
	assert_int_equal(relay_counts(relay).connections, 0);
	relay_stop(relay);
}

static void it_ends_with_a_connection_open(void **state)
{
	struct server server = {0};
	struct relay *relay = NULL;
	struct error err = {0};

	(void)state;
	server_begin(&server);
	assert_int_equal(relay_start(&relay, server.path, &err), 0);
	cleanup_close int fd = client_open(relay);

	assert_int_equal(send(fd, "x", 1, MSG_NOSIGNAL), 1);
	while (!relay_counts(relay).to_server_bytes)
		(void)usleep(1000);
	relay_stop(relay);
	server_end(&server);
	assert_int_equal(server.got, 1);
}

static void a_long_path_is_refused(void **state)
{
	struct relay *relay = NULL;
	struct error err = {0};
	char path[200];

	(void)state;
	(void)memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(relay_start(&relay, path, &err), -ENAMETOOLONG);
	assert_null(relay);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_passes_and_is_counted),
		cmocka_unit_test(a_server_that_hangs_up_is_passed_on),
		cmocka_unit_test(without_a_server_it_hangs_up),
		cmocka_unit_test(it_ends_with_a_connection_open),
		cmocka_unit_test(a_long_path_is_refused),
	};

	if (!mkdtemp(folder))
		return 1;
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	(void)rmdir(folder);
	return failed;
}
