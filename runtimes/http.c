/* SPDX-License-Identifier: Apache-2.0 */
#include "runtimes/http.h"

#include <errno.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/clock.h"

#define MILLISECOND_NS 1000000u

static long timeout_ms(uint64_t deadline_ns)
{
	uint64_t now = clock_now_ns();

	return deadline_ns <= now ? 1 : (long)((deadline_ns - now) / MILLISECOND_NS) + 1;
}

void http_describe(CURL *curl, const char *url, const char *method, uint64_t deadline_ns, char *said)
{
	curl_easy_reset(curl);
	(void)curl_easy_setopt(curl, CURLOPT_URL, url);
	(void)curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
	(void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http");
	(void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_PROXY, "");
	(void)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, said);
	(void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, timeout_ms(deadline_ns));
	said[0] = '\0';
}

size_t http_reply_add(char *bytes, size_t size, size_t count, void *reply)
{
	struct http_reply *r = reply;
	size_t added = size * count;

	if (r->length + added > r->max)
		return 0;
	r->text = alloc_grow(r->text, r->length + added + 1, 1);
	(void)memcpy(r->text + r->length, bytes, added);
	r->length += added;
	r->text[r->length] = '\0';
	return added;
}

int http_errno(CURLcode code)
{
	static const struct {
		CURLcode code;
		int errnum;
	} rows[] = {
	    {CURLE_OPERATION_TIMEDOUT, ETIMEDOUT}, {CURLE_COULDNT_CONNECT, ECONNREFUSED},
	    {CURLE_GOT_NOTHING, ECONNRESET},	   {CURLE_RECV_ERROR, ECONNRESET},
	    {CURLE_SEND_ERROR, ECONNRESET},	   {CURLE_PARTIAL_FILE, ECONNRESET},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].code == code)
			return -rows[i].errnum;
	return -EPROTO;
}
