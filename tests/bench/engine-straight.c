/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client of a container engine with nothing around it, to hold tare's own path against: one connection, the two
 * requests written as they are, one poll. Prints for each container the time in ns from just before the request to
 * create it until the payload's ready byte is here.
 *
 *	engine-straight ENGINE_SOCKET CHANNEL_SOCKET BODY_FILE COUNT
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define PAUSE_US 50000

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static unsigned long long now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (unsigned long long)t.tv_sec * 1000000000u + (unsigned long long)t.tv_nsec;
}

static struct sockaddr_un address_of(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	return address;
}

static int engine_connect(const char *path)
{
	struct sockaddr_un address = address_of(path);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		die(path);
	return fd;
}

static int channel_listen(const char *path)
{
	struct sockaddr_un address = address_of(path);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	(void)unlink(path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || chmod(path, 0666) < 0 ||
	    listen(fd, 1) < 0)
		die(path);
	return fd;
}

static void request(int fd, const char *method, const char *path, const char *body)
{
	char text[65536];
	int length = snprintf(text, sizeof(text),
			      "%s %s HTTP/1.1\r\nHost: engine\r\nContent-Type: application/json\r\n"
			      "Content-Length: %zu\r\n\r\n%s",
			      method, path, strlen(body), body);

	if (write(fd, text, (size_t)length) != length)
		die("request");
}

/* Head and body, by its length; only good answers are expected. */
static void answer(int fd)
{
	char text[65536];
	size_t used = 0;

	for (;;) {
		ssize_t got = read(fd, text + used, sizeof(text) - 1 - used);

		if (got <= 0)
			die("answer");
		used += (size_t)got;
		text[used] = '\0';
		const char *end = strstr(text, "\r\n\r\n"), *length = strcasestr(text, "\r\nContent-Length:");

		if (!end)
			continue;
		if (strncmp(text, "HTTP/1.1 2", 10) != 0) {
			(void)fprintf(stderr, "%s\n", text);
			exit(1);
		}
		if (!length || strtoul(length + 17, NULL, 10) <= used - (size_t)(end + 4 - text))
			return;
	}
}

/* Accepts and reads the ready byte; the answer to the start request may come before or after. */
static unsigned long long await_ready(int listener, int *ret_channel)
{
	char byte;

	*ret_channel = accept(listener, NULL, NULL);
	if (*ret_channel < 0 || recv(*ret_channel, &byte, 1, 0) != 1 || byte != 'R')
		die("ready");
	return now_ns();
}

int main(int argc, char **argv)
{
	char body[65536] = "";
	FILE *file = argc == 5 ? fopen(argv[3], "r") : NULL;

	if (!file || !fread(body, 1, sizeof(body) - 1, file))
		die("usage: engine-straight ENGINE_SOCKET CHANNEL_SOCKET BODY_FILE COUNT");
	(void)fclose(file);
	int engine = engine_connect(argv[1]), listener = channel_listen(argv[2]), channel;

	for (long i = 0; i < strtol(argv[4], NULL, 10); i++) {
		/* As long as tare leaves its host alone between two samples: a tight loop finds warmer caches. */
		(void)usleep(PAUSE_US);
		unsigned long long begin = now_ns();

		request(engine, "POST", "/v1.40/containers/create?name=straight", body);
		answer(engine);
		request(engine, "POST", "/v1.40/containers/straight/start", "");
		unsigned long long ready = await_ready(listener, &channel);

		answer(engine);
		(void)printf("%llu\n", ready - begin);
		(void)close(channel);
		request(engine, "DELETE", "/v1.40/containers/straight?force=1", "");
		answer(engine);
	}
	(void)unlink(argv[2]);
	return 0;
}
