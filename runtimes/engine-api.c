/* SPDX-License-Identifier: Apache-2.0 */
#include "runtimes/engine-api.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/clock.h"
#include "runtimes/http.h"

#define CALL_TIMEOUT_NS 60000000000u
#define PING_TIMEOUT_NS 5000000000u
#define REPLY_MAX (16u << 20) /* more than any engine has to say to us */

struct engine_api {
	CURL *curl;
	char socket[108];
	char version[16];
	char said[CURL_ERROR_SIZE];
	struct http_reply reply;
};

/* The last object of the answer: progress of an import or a pull is a line each. NULL: nothing, or no JSON. */
static struct json *reply_parse(struct engine_api *api, struct error *err)
{
	if (!api->reply.length)
		return NULL;
	struct json *whole = json_parse(api->reply.text, api->reply.length, api->socket, err);

	if (whole)
		return whole;
	while (api->reply.length && strchr("\r\n ", api->reply.text[api->reply.length - 1]))
		api->reply.text[--api->reply.length] = '\0';
	const char *line = strrchr(api->reply.text, '\n');

	return line ? json_parse(line + 1, strlen(line + 1), api->socket, err) : NULL;
}

static int transfer_failed(const struct engine_api *api, const struct engine_request *request, CURLcode code,
			   struct error *err)
{
	return error_set(err, http_errno(code), "%s: %s %.*s: %s", api->socket, request->method,
			 (int)strcspn(request->path, "?"), request->path,
			 *api->said ? api->said : curl_easy_strerror(code));
}

/* An answer that is not a good one, in the engine's own words. */
static int refused(const struct engine_api *api, const struct engine_request *request, long status,
		   const struct json *reply, struct error *err)
{
	int code = status == 404 ? -ENOENT : status == 409 ? -EEXIST : -EREMOTEIO;
	const char *words = json_get_text(reply, "message", json_get_text(reply, "cause", "no reason given"));

	return error_set(err, code, "%s: %s %.*s: %ld: %s", api->socket, request->method,
			 (int)strcspn(request->path, "?"), request->path, status, words);
}

static int answer_judge(struct engine_api *api, const struct engine_request *request, struct json **ret_reply,
			struct error *err)
{
	long status = 0;
	struct error parse = {0};
	struct json *reply = reply_parse(api, &parse);

	(void)curl_easy_getinfo(api->curl, CURLINFO_RESPONSE_CODE, &status);
	int rc = 0;

	if (status >= 400)
		rc = refused(api, request, status, reply, err);
	else if (api->reply.length && !reply && !request->plain)
		rc = error_set(err, -EPROTO, "%s: %s %.*s: the answer is not JSON: %s", api->socket, request->method,
			       (int)strcspn(request->path, "?"), request->path, parse.text);
	else if (json_get(reply, "error")) /* in a stream that began well */
		rc = error_set(err, -EREMOTEIO, "%s: %s %.*s: %s", api->socket, request->method,
			       (int)strcspn(request->path, "?"), request->path, json_get_text(reply, "error", ""));
	if (!rc && ret_reply)
		*ret_reply = reply;
	else
		json_free(reply);
	return rc;
}

static void request_describe(struct engine_api *api, const struct engine_request *request, const char *url, FILE *file,
			     off_t size)
{
	uint64_t deadline_ns = request->deadline_ns ? request->deadline_ns : clock_now_ns() + CALL_TIMEOUT_NS;
	CURL *curl = api->curl;

	http_describe(curl, url, request->method, deadline_ns, api->said);
	(void)curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, api->socket);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, http_reply_add);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, &api->reply);
	if (file) {
		(void)curl_easy_setopt(curl, CURLOPT_POST, 1L);
		(void)curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)size);
		(void)curl_easy_setopt(curl, CURLOPT_READDATA, file);
	}
}

static struct curl_slist *headers_make(const struct engine_request *request)
{
	/* No "Expect: 100-continue": a round trip that no engine's own client makes. */
	struct curl_slist *list = curl_slist_append(NULL, "Expect:");

	list = curl_slist_append(list, request->file ? "Content-Type: application/x-tar"
						     : "Content-Type: application/json");
	return request->header ? curl_slist_append(list, request->header) : list;
}

int engine_api_call(struct engine_api *api, const struct engine_request *request, struct json **ret_reply,
		    struct error *err)
{
	cleanup_free char *url = alloc_format("http://engine%s%s%s", *api->version ? "/v" : "", api->version,
					      request->path);
	cleanup_free char *body = request->body ? json_text(request->body, false) : NULL;
	cleanup_fclose FILE *file = request->file ? fopen(request->file, "re") : NULL;
	struct stat st = {0};

	if (ret_reply)
		*ret_reply = NULL;
	if (request->file && (!file || fstat(fileno(file), &st) < 0))
		return error_errno(err, errno, "%s", request->file);
	request_describe(api, request, url, file, st.st_size);
	struct curl_slist *headers = headers_make(request);

	(void)curl_easy_setopt(api->curl, CURLOPT_HTTPHEADER, headers);
	if (!file && (body || !strcmp(request->method, "POST")))
		(void)curl_easy_setopt(api->curl, CURLOPT_POSTFIELDS, body ? body : "");
	api->reply.length = 0;
	CURLcode code = curl_easy_perform(api->curl);

	curl_slist_free_all(headers);
	return code ? transfer_failed(api, request, code, err) : answer_judge(api, request, ret_reply, err);
}

/* Says what is wrong with a socket better than HTTP could. */
static int socket_try(const char *path, struct error *err)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	cleanup_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (strlen(path) >= sizeof(address.sun_path))
		return error_set(err, -ENAMETOOLONG, "%s: too long for a socket", path);
	(void)memcpy(address.sun_path, path, strlen(path));
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return error_errno(err, errno, "%s", path);
	return 0;
}

/* "1.41" as 41; 0: no such version. */
static unsigned version_minor(const char *text)
{
	unsigned minor = 0;

	return sscanf(text, "1.%u", &minor) == 1 ? minor : 0;
}

static int version_agree(struct engine_api *api, const struct json *reply, struct error *err)
{
	unsigned newest = version_minor(json_get_text(reply, "ApiVersion", ""));
	unsigned oldest = version_minor(json_get_text(reply, "MinAPIVersion", "1.12"));

	if (!newest)
		return error_set(err, -EPROTO, "%s: what answers is no container engine: it has no ApiVersion",
				 api->socket);
	if (oldest > ENGINE_API_NEWEST || newest < ENGINE_API_OLDEST)
		return error_host(err, "%s: the engine speaks 1.%u to 1.%u of its interface, tare 1.%d to 1.%d",
				  api->socket, oldest, newest, ENGINE_API_OLDEST, ENGINE_API_NEWEST);
	(void)snprintf(api->version, sizeof(api->version), "1.%u",
		       newest < ENGINE_API_NEWEST ? newest : ENGINE_API_NEWEST);
	return 0;
}

int engine_api_open(struct engine_api **ret_api, const char *socket, struct error *err)
{
	int rc = socket_try(socket, err);

	if (rc < 0)
		return rc;
	struct engine_api *api = alloc_zero(1, sizeof(*api));
	struct engine_request ping = {.method = "GET",
				      .path = "/_ping",
				      .plain = true,
				      .deadline_ns = clock_now_ns() + PING_TIMEOUT_NS};
	/* Podman asks several programs and the package manager for it: seconds on a busy host, where a ping
	 * takes none. */
	struct engine_request request = {.method = "GET", .path = "/version"};
	struct json *reply = NULL;

	(void)snprintf(api->socket, sizeof(api->socket), "%s", socket);
	api->reply.max = REPLY_MAX;
	api->curl = curl_easy_init();
	rc = api->curl ? engine_api_call(api, &ping, NULL, err) : error_set(err, -ENOMEM, "no libcurl");
	if (!rc)
		rc = engine_api_call(api, &request, &reply, err);
	if (!rc)
		rc = version_agree(api, reply, err);
	json_free(reply);
	if (rc < 0)
		engine_api_close(api);
	else
		*ret_api = api;
	return rc;
}

void engine_api_close(struct engine_api *api)
{
	if (!api)
		return;
	if (api->curl)
		curl_easy_cleanup(api->curl);
	free(api->reply.text);
	free(api);
}

const char *engine_api_version(const struct engine_api *api)
{
	return api->version;
}

char *engine_api_quote(const char *text)
{
	char *quoted = curl_easy_escape(NULL, text, 0);
	char *copy = alloc_text(quoted);

	curl_free(quoted);
	return copy;
}
