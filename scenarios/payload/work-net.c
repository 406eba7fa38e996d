/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TCP, one request at a time (a closed loop). net_rr: one byte there and back on one connection (netperf's TCP_RR)
 * over the box's own loopback; net_connect: a connection for each byte. net_host_rr: the same as net_rr with a peer
 * outside of the box; net_host_stream: much at once to there. net_rr_open: as net_rr, but requests are due at a fixed
 * rate, and the wait of each counts from when it was due (method R4.5): a closed loop sends nothing while the box
 * stalls, and so meets each stall once, as if nobody else had come meanwhile.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "scenarios/payload/text.h"
#include "scenarios/payload/work.h"

#define DUE_EVERY_NS 1000000u

struct net {
	struct sockaddr_in address;
	int socket;
};

/* A guest starts with its loopback down; in a container it is up, and nobody may set it. */
static void loopback_up(int fd)
{
	struct ifreq request = {.ifr_name = "lo"};

	if (!ioctl(fd, SIOCGIFFLAGS, &request) && !(request.ifr_flags & IFF_UP)) {
		request.ifr_flags |= IFF_UP;
		ioctl(fd, SIOCSIFFLAGS, &request);
	}
}

static void serve(int listener)
{
	const int one = 1;

	for (;;) {
		int fd = accept(listener, NULL, NULL);
		char byte;

		if (fd < 0)
			_exit(1);
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		while (read(fd, &byte, 1) == 1 && write(fd, &byte, 1) == 1)
			;
		close(fd);
	}
}

static int dial(struct work *work)
{
	struct net *net = work->state;
	const struct linger at_once = {.l_onoff = 1}; /* a reset: no port is left in TIME_WAIT */
	const int one = 1;

	net->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (net->socket < 0)
		return work_failed(work, "socket");
	setsockopt(net->socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	setsockopt(net->socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	if (connect(net->socket, (struct sockaddr *)&net->address, sizeof(net->address)) < 0)
		return work_failed(work, "connect");
	return 0;
}

static int prepare(struct work *work)
{
	static struct net net = {.address = {.sin_family = AF_INET}};
	socklen_t size = sizeof(net.address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (listener < 0)
		return work_failed(work, "socket");
	loopback_up(listener);
	net.address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(listener, (struct sockaddr *)&net.address, size) < 0 || listen(listener, 128) < 0 ||
	    getsockname(listener, (struct sockaddr *)&net.address, &size) < 0)
		return work_failed(work, "listen");
	pid_t child = fork();

	if (child < 0)
		return work_failed(work, "fork");
	if (!child)
		serve(listener);
	close(listener);
	work->state = &net;
	return 0;
}

static int prepare_connected(struct work *work)
{
	int rc = prepare(work);

	return rc < 0 ? rc : dial(work);
}

/* TARE_PEER: the peer outside, which is told what is wanted of it. */
static int prepare_peer(struct work *work, char wanted)
{
	static struct net net = {.address = {.sin_family = AF_INET}};
	const char *peer = getenv(PROTOCOL_ENV_PEER), *colon = peer ? strchr(peer, ':') : NULL;
	char address[INET_ADDRSTRLEN];
	uint64_t port = 0;

	errno = ENETUNREACH;
	if (!colon || (size_t)(colon - peer) >= sizeof(address) || !text_read_number(colon + 1, &port))
		return work_failed(work, "peer");
	memcpy(address, peer, (size_t)(colon - peer));
	address[colon - peer] = '\0';
	net.address.sin_port = htons((uint16_t)port);
	if (inet_pton(AF_INET, address, &net.address.sin_addr) != 1)
		return work_failed(work, "peer");
	work->state = &net;
	int rc = dial(work);

	if (!rc && write(net.socket, &wanted, 1) != 1)
		rc = work_failed(work, "peer");
	return rc;
}

static int prepare_echo(struct work *work)
{
	return prepare_peer(work, PROTOCOL_PEER_ECHO);
}

static int prepare_take(struct work *work)
{
	return prepare_peer(work, PROTOCOL_PEER_TAKE);
}

static int one_request(struct work *work, uint64_t number)
{
	const struct net *net = work->state;
	char byte = (char)number;

	if (write(net->socket, &byte, 1) != 1 || read(net->socket, &byte, 1) != 1)
		return work_failed(work, "request");
	work->checksum += byte == (char)number;
	return 0;
}

static int run(struct work *work)
{
	int rc = 0;

	work->checksum = 0;
	for (uint64_t i = 0; i < work->count && !rc; i++)
		rc = one_request(work, i);
	work->expected = work->count;
	return rc;
}

/* Waits by reading the clock: a sleep would add how late its timer is. */
static int run_open(struct work *work)
{
	uint64_t begin_ns = work_clock_ns(), now_ns = begin_ns, waited_ns = 0;
	int rc = 0;

	work->checksum = 0;
	for (uint64_t i = 0; i < work->count && !rc; i++) {
		uint64_t due_ns = begin_ns + i * DUE_EVERY_NS;

		while (now_ns < due_ns)
			now_ns = work_clock_ns();
		rc = one_request(work, i);
		now_ns = work_clock_ns();
		waited_ns += now_ns - due_ns;
	}
	work->expected = work->count;
	work->discount_ns = (int64_t)(now_ns - begin_ns) - (int64_t)waited_ns;
	return rc;
}

static int run_connect(struct work *work)
{
	const struct net *net = work->state;
	int rc = 0;

	work->checksum = 0;
	for (uint64_t i = 0; i < work->count && !rc; i++) {
		rc = dial(work);
		if (!rc)
			rc = one_request(work, i);
		close(net->socket);
	}
	work->expected = work->count;
	return rc;
}

static int run_stream(struct work *work)
{
	static char chunk[PROTOCOL_PEER_CHUNK];
	const struct net *net = work->state;

	work->checksum = 0;
	for (uint64_t i = 0; i < work->count; i++) {
		char byte = 0;

		for (size_t sent = 0; sent < sizeof(chunk);) {
			ssize_t count = write(net->socket, chunk + sent, sizeof(chunk) - sent);

			if (count <= 0)
				return work_failed(work, "send");
			sent += (size_t)count;
		}
		if (read(net->socket, &byte, 1) != 1)
			return work_failed(work, "receipt");
		work->checksum += byte == PROTOCOL_PEER_DONE;
	}
	work->expected = work->count;
	return 0;
}

const struct work_kind work_net_rr = {"net_rr", prepare_connected, NULL, run, NULL};
const struct work_kind work_net_rr_open = {"net_rr_open", prepare_connected, NULL, run_open, NULL};
const struct work_kind work_net_connect = {"net_connect", prepare, NULL, run_connect, NULL};
const struct work_kind work_net_host_rr = {"net_host_rr", prepare_echo, NULL, run, NULL};
const struct work_kind work_net_host_stream = {"net_host_stream", prepare_take, NULL, run_stream, NULL};
