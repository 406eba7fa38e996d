/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP with a container engine over its unix socket, as its own client speaks it: one connection that is kept, JSON
 * both ways. libcurl is known to runtimes/http.h. Not for two threads at once.
 */
#pragma once

#include <stdint.h>

#include "harness/base/error.h"
#include "harness/base/json.h"

#define ENGINE_API_NEWEST 43 /* of version 1.x: the newest that this client knows */
#define ENGINE_API_OLDEST 24

struct engine_api;

/** Connects to the socket and agrees on a version: the newest that both know. -EACCES, -ENOENT and -ECONNREFUSED say
 * what is wrong with the socket; -EPROTO: what answers is no engine; error_host(): no common version. */
int engine_api_open(struct engine_api **ret_api, const char *socket, struct error *err);
void engine_api_close(struct engine_api *api); /**< takes NULL */
/** "1.41". Lives as long as the connection. */
const char *engine_api_version(const struct engine_api *api);

/** One request. */
struct engine_request {
	const char *method;	 /**< "GET", "POST" or "DELETE" */
	const char *path;	 /**< behind the version, with its query: "/containers/NAME/start" */
	const struct json *body; /**< JSON to send; NULL: none */
	const char *file;	 /**< a tar file to send instead; NULL: none */
	const char *header;	 /**< one more header; NULL: none */
	bool plain;		 /**< the answer may be something else than JSON */
	uint64_t deadline_ns;	 /**< CLOCK_MONOTONIC; 0: a minute from now */
};

/**
 * Sends it and waits for the whole answer. `ret_reply` (may be NULL) gets its JSON, of a stream of objects the last;
 * NULL where the answer is empty. -ENOENT: 404; -EEXIST: 409; -ETIMEDOUT; -ECONNRESET: the engine hung up;
 * -EPROTO: the answer is not what an engine says; -EREMOTEIO: any other refusal, its words in the error.
 */
int engine_api_call(struct engine_api *api, const struct engine_request *request, struct json **ret_reply,
		    struct error *err);
/** `text` as a part of a query, for free(). */
char *engine_api_quote(const char *text);
