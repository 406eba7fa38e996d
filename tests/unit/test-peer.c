/* SPDX-License-Identifier: Apache-2.0 */
/* The peer of the network workloads: says back what it is told, acknowledges what it takes, and bears bad company. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/model/protocol.h"
#include "runtimes/peer.h"

#define HERE "127.0.0.1"

static int start(void **state)
{
	*state = peer_start(HERE, 0, NULL);
	return *state ? 0 : -1;
}

static int stop(void **state)
{
	peer_stop(*state);
	return 0;
}

static int dial(const struct peer *peer)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)peer_port(peer))};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(inet_pton(AF_INET, HERE, &at.sin_addr), 1);
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	return fd;
}

static void say(int fd, const void *bytes, size_t length)
{
	for (size_t sent = 0; sent < length;) {
		ssize_t count = send(fd, (const char *)bytes + sent, length - sent, MSG_NOSIGNAL);

		assert_true(count > 0);
		sent += (size_t)count;
	}
}

static void expect(int fd, const char *text)
{
	char heard[64] = {0};

	assert_int_equal(recv(fd, heard, strlen(text), MSG_WAITALL), strlen(text));
	assert_string_equal(heard, text);
}

static void echoes_to_several_at_once(void **state)
{
	cleanup_close int one = dial(*state), other = dial(*state);

	say(one, (char[]){PROTOCOL_PEER_ECHO, 'a'}, 2);
	say(other, (char[]){PROTOCOL_PEER_ECHO}, 1);
	say(other, "xyz", 3);
	expect(other, "xyz");
	expect(one, "a");
	say(one, "b", 1);
	expect(one, "b");
}

static void acknowledges_each_chunk(void **state)
{
	static const char done[] = {PROTOCOL_PEER_DONE, '\0'};
	cleanup_close int fd = dial(*state);
	cleanup_free char *chunk = alloc_zero(1, PROTOCOL_PEER_CHUNK);
	char byte;

	say(fd, (char[]){PROTOCOL_PEER_TAKE}, 1);
	say(fd, chunk, PROTOCOL_PEER_CHUNK - 1);
	assert_int_equal(recv(fd, &byte, 1, MSG_DONTWAIT), -1);
	say(fd, chunk, 1);
	expect(fd, done);
	say(fd, chunk, PROTOCOL_PEER_CHUNK);
	expect(fd, done);
}

/* Who wants something else is shown out, and the others stay. */
static void strangers_are_shown_out(void **state)
{
	cleanup_close int guest = dial(*state), stranger = dial(*state);
	char byte;

	say(guest, (char[]){PROTOCOL_PEER_ECHO}, 1);
	say(stranger, "GET / HTTP/1.0", 14);
	assert_true(recv(stranger, &byte, 1, 0) <= 0);
	say(guest, "c", 1);
	expect(guest, "c");
}

static void a_place_that_is_taken_is_told(void **state)
{
	struct error err = {0};

	assert_null(peer_start(HERE, peer_port(*state), &err));
	assert_non_null(strstr(err.text, "cannot listen there"));
	assert_null(peer_start("no address", 0, &err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(echoes_to_several_at_once, start, stop),
		cmocka_unit_test_setup_teardown(acknowledges_each_chunk, start, stop),
		cmocka_unit_test_setup_teardown(strangers_are_shown_out, start, stop),
		cmocka_unit_test_setup_teardown(a_place_that_is_taken_is_told, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
