/* SPDX-License-Identifier: Apache-2.0 */
/* What all clients of libcurl here have in common. Only for the files of runtimes/ that end in -api.c. */
#pragma once

#include <curl/curl.h>
#include <stddef.h>
#include <stdint.h>

/** An answer in memory, with a terminator. Zeroed but for `max`: more than that ends the transfer. */
struct http_reply {
	char *text;
	size_t length, max;
};

/** A handle as new (its connection is kept) for one request to `url`: its error text goes into `said`. */
void http_describe(CURL *curl, const char *url, const char *method, uint64_t deadline_ns, char *said);
/** CURLOPT_WRITEFUNCTION for CURLOPT_WRITEDATA = struct http_reply. */
size_t http_reply_add(char *bytes, size_t size, size_t count, void *reply);
/** What went wrong below HTTP, as a negative errno: -ETIMEDOUT, -ECONNREFUSED, -ECONNRESET (the other hung up), else
 * -EPROTO. */
int http_errno(CURLcode code);
