/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client of a container engine in a straight line, as a runtime, for make bench-engines only: it takes its turns in
 * the same run as tare's own path, from the same image, with the same bytes as body, and its ready byte comes the same
 * way. Between the two requests and their answers there is nothing: one connection, text that was ready before, a
 * write and a read each. Everything off the clock is the engine's own runtime.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "runtimes/engine.h"

#define NAME_MARK "@NAME@"
#define SOCKET_MARK "@SOCKET@"
#define ANSWER_MAX 4096
#define REQUEST_MAX 32768

extern const struct runtime runtime_docker, runtime_podman;

/* subject->state: the engine's own operations find theirs at its begin. */
struct line {
	struct engine engine;
	int socket;
	char *body; /* of POST /containers/create, with marks for what differs from one to the next; NULL: not yet */
};

static const struct runtime *base_of(const struct subject *subject)
{
	return !strncmp(subject->runtime->name, "podman", strlen("podman")) ? &runtime_podman : &runtime_docker;
}

static void line_probe(const struct run *run, const struct subject *subject, struct finding *ret_finding)
{
	struct subject copy = *subject;

	copy.runtime = base_of(subject);
	copy.runtime->probe(run, &copy, ret_finding);
}

static int line_connect(struct line *line, struct error *err)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	(void)memcpy(address.sun_path, line->engine.socket, sizeof(address.sun_path));
	line->socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return line->socket < 0 || connect(line->socket, (struct sockaddr *)&address, sizeof(address)) < 0
		       ? error_set(err, -ECONNREFUSED, "%s: no connection", line->engine.socket)
		       : 0;
}

static int line_prepare(const struct run *run, struct subject *subject, struct error *err)
{
	const struct runtime *own = subject->runtime;
	struct instance pattern = {.run = run, .subject = subject, .name = NAME_MARK, .socket = SOCKET_MARK};

	subject->runtime = base_of(subject);
	int rc = subject->runtime->prepare(run, subject, err);

	if (subject->state) {
		struct line *line = alloc_grow(subject->state, 1, sizeof(*line));

		line->socket = -1;
		line->body = NULL;
		subject->state = line;
		if (!rc)
			rc = line_connect(line, err);
		if (!rc) {
			struct json *body = engine_create_body(&line->engine, &pattern);

			line->body = json_text(body, false);
			json_free(body);
		}
	}
	subject->runtime = own;
	return rc;
}

/* The pattern with the marks replaced; false: it does not fit. */
static bool fill(char *text, size_t size, const char *pattern, const struct instance *in)
{
	size_t used = 0;

	while (*pattern) {
		bool name = !strncmp(pattern, NAME_MARK, strlen(NAME_MARK));
		bool socket = !strncmp(pattern, SOCKET_MARK, strlen(SOCKET_MARK));
		const char *put = name ? in->name : socket ? in->socket : pattern;
		size_t length = name || socket ? strlen(put) : 1;

		if (used + length >= size)
			return false;
		(void)memcpy(text + used, put, length);
		used += length;
		pattern += name ? strlen(NAME_MARK) : socket ? strlen(SOCKET_MARK) : 1;
	}
	text[used] = '\0';
	return true;
}

/* Head and body, by its length. False: no good answer. */
static bool answer(int fd)
{
	char text[ANSWER_MAX];
	size_t used = 0;

	while (used < sizeof(text) - 1) {
		ssize_t got = read(fd, text + used, sizeof(text) - 1 - used);

		if (got <= 0)
			return false;
		used += (size_t)got;
		text[used] = '\0';
		const char *end = strstr(text, "\r\n\r\n"), *length = strcasestr(text, "\r\nContent-Length:");

		if (end && (!length || strtoul(length + strlen("\r\nContent-Length:"), NULL, 10) <=
					       used - (size_t)(end + strlen("\r\n\r\n") - text)))
			return !strncmp(text, "HTTP/1.1 2", strlen("HTTP/1.1 2"));
	}
	return false;
}

static bool ask(const struct line *line, const char *path, const char *body)
{
	char text[REQUEST_MAX];
	int length = snprintf(text, sizeof(text),
			      "POST /v%s/containers/%s HTTP/1.1\r\nHost: engine\r\nAccept: */*\r\n"
			      "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
			      engine_api_version(line->engine.api), path, strlen(body), body);

	return length < (int)sizeof(text) && write(line->socket, text, (size_t)length) == length &&
	       answer(line->socket);
}

static int line_start(struct instance *in, struct error *err)
{
	struct line *line = in->subject->state;
	char body[REQUEST_MAX / 2], create[128], start[128];

	(void)snprintf(create, sizeof(create), "create?name=%s", in->name);
	(void)snprintf(start, sizeof(start), "%s/start", in->name);
	if (!fill(body, sizeof(body), line->body, in) || !ask(line, create, body) || !ask(line, start, ""))
		return error_set(err, -EPROTO, "%s: the straight line was refused", line->engine.socket);
	engine_learn(&line->engine, in);
	return 0;
}

static int line_create(struct instance *in, struct error *err)
{
	return base_of(in->subject)->create(in, err);
}

static int line_inspect(struct instance *in, struct costs *ret_costs, struct error *err)
{
	return base_of(in->subject)->inspect(in, ret_costs, err);
}

static int line_stop(struct instance *in, struct error *err)
{
	return base_of(in->subject)->stop(in, err);
}

static void line_destroy(struct instance *in)
{
	if (in)
		base_of(in->subject)->destroy(in);
}

static void line_finish(struct subject *subject)
{
	struct line *line = subject->state;

	if (!line)
		return;
	if (line->socket >= 0)
		(void)close(line->socket);
	free(line->body);
	base_of(subject)->finish(subject);
}

#define ENGINE_STRAIGHT(symbol, runtime_name)                                                     \
	const struct runtime runtime_##symbol = {                                                 \
	    .name = runtime_name,                                                                 \
	    .summary = "its socket by a client in a straight line",                               \
	    .kind = RUNTIME_CONTAINER,                                                            \
	    .options = engine_options,                                                            \
	    .probe = line_probe,                                                                  \
	    .prepare = line_prepare,                                                              \
	    .artefacts = engine_artefacts,                                                        \
	    .create = line_create,                                                                \
	    .start = line_start,                                                                  \
	    .inspect = line_inspect,                                                              \
	    .stop = line_stop,                                                                    \
	    .destroy = line_destroy,                                                              \
	    .finish = line_finish,                                                                \
	}

ENGINE_STRAIGHT(docker_straight, "docker-straight");
ENGINE_STRAIGHT(podman_straight, "podman-straight");
