/* SPDX-License-Identifier: Apache-2.0 */
#include "runtimes/registry-api.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "runtimes/http.h"

#define MANIFEST_TYPE "application/vnd.oci.image.manifest.v1+json"
#define REPLY_MAX (4u << 20) /* of a manifest, by the specification */
#define LOCATION_MAX 2048u

struct registry_api {
	const struct remote_image *image;
	CURL *curl;
	char said[CURL_ERROR_SIZE];
	char location[LOCATION_MAX]; /* of the last answer; "" */
	struct http_reply reply;
};

/** One request. */
struct ask {
	const char *method, *url, *header; /* header: NULL, none */
	const char *text;		   /* what is sent, */
	FILE *from;			   /* or this; NULL: nothing */
	FILE *to;			   /* where the answer goes; NULL: into memory */
	long wanted;			   /* the status of a good answer */
};

static size_t header_look(char *bytes, size_t size, size_t count, void *data)
{
	static const char name[] = "location:";
	struct registry_api *api = data;
	size_t length = size * count, skip = sizeof(name) - 1;

	if (length > skip && !strncasecmp(bytes, name, skip)) {
		while (skip < length && bytes[skip] == ' ')
			skip++;
		(void)snprintf(api->location, sizeof(api->location), "%.*s",
			       (int)(length - skip < LOCATION_MAX ? length - skip : LOCATION_MAX), bytes + skip);
		api->location[strcspn(api->location, "\r\n")] = '\0';
	}
	return length;
}

static int transfer_failed(const struct registry_api *api, const struct ask *ask, CURLcode code, struct error *err)
{
	return error_set(err, http_errno(code), "%s %.*s: %s", ask->method, (int)strcspn(ask->url, "?"), ask->url,
			 *api->said ? api->said : curl_easy_strerror(code));
}

static int answer_judge(const struct registry_api *api, const struct ask *ask, struct error *err)
{
	long status = 0;

	(void)curl_easy_getinfo(api->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status == ask->wanted)
		return 0;
	return error_set(err, status == 404 ? -ENOENT : status >= 400 ? -EREMOTEIO : -EPROTO, "%s %.*s: %ld: %.200s",
			 ask->method, (int)strcspn(ask->url, "?"), ask->url, status,
			 api->reply.length ? api->reply.text : "no reason given");
}

static void ask_describe(struct registry_api *api, const struct ask *ask)
{
	CURL *curl = api->curl;
	struct stat st = {0};

	http_describe(curl, ask->url, ask->method, api->image->deadline_ns, api->said);
	(void)curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, header_look);
	(void)curl_easy_setopt(curl, CURLOPT_HEADERDATA, api);
	if (ask->to) {
		(void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, ask->to);
	} else {
		(void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, http_reply_add);
		(void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, &api->reply);
	}
	if (ask->from && !fstat(fileno(ask->from), &st)) {
		(void)curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
		(void)curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)st.st_size);
		(void)curl_easy_setopt(curl, CURLOPT_READDATA, ask->from);
	} else if (ask->text) {
		(void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, ask->text);
	}
	(void)curl_easy_setopt(curl, CURLOPT_NOBODY, !strcmp(ask->method, "HEAD") ? 1L : 0L);
	(void)curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, ask->method); /* the others choose one, too */
}

static int ask_one(struct registry_api *api, const struct ask *ask, struct error *err)
{
	/* No "Expect: 100-continue": a round trip for nothing. */
	struct curl_slist *headers = curl_slist_append(NULL, "Expect:");

	if (ask->header)
		headers = curl_slist_append(headers, ask->header);
	ask_describe(api, ask);
	(void)curl_easy_setopt(api->curl, CURLOPT_HTTPHEADER, headers);
	api->reply.length = 0;
	api->location[0] = '\0';
	CURLcode code = curl_easy_perform(api->curl);

	curl_slist_free_all(headers);
	return code ? transfer_failed(api, ask, code, err) : answer_judge(api, ask, err);
}

int registry_api_open(struct registry_api **ret_api, const struct remote_image *image, struct error *err)
{
	struct registry_api *api = alloc_zero(1, sizeof(*api));

	api->image = image;
	api->reply.max = REPLY_MAX;
	api->curl = curl_easy_init();
	*ret_api = api;
	return api->curl ? 0 : error_set(err, -ENOMEM, "no libcurl");
}

void registry_api_close(struct registry_api *api)
{
	if (!api)
		return;
	if (api->curl)
		curl_easy_cleanup(api->curl);
	free(api->reply.text);
	free(api);
}

static char *url_of(const struct registry_api *api, const char *what, const char *which)
{
	return alloc_format("http://%s/v2/%s/%s%s", api->image->registry, api->image->name, what, which);
}

/* The registry names the place; only one of its own is taken. */
static int upload_place(struct registry_api *api, const char *digest, char **ret_url, struct error *err)
{
	cleanup_free char *url = url_of(api, "blobs/uploads/", "");
	cleanup_free char *own = alloc_format("http://%s/", api->image->registry);
	const struct ask ask = {
		.method = "POST", .url = url, .header = "Content-Length: 0", .text = "", .wanted = 202};
	int rc = ask_one(api, &ask, err);
	const char *place = api->location;

	if (!rc && !strncmp(place, own, strlen(own)))
		place += strlen(own) - 1;
	if (!rc && *place != '/')
		rc = error_set(err, -EPROTO, "POST %s: it says no place to upload to", url);
	if (!rc)
		*ret_url = alloc_format("http://%s%s%cdigest=sha256:%s", api->image->registry, place,
					strchr(place, '?') ? '&' : '?', digest);
	return rc;
}

/* Text or file, unless it is there already. */
static int blob_send(struct registry_api *api, const char *digest, const char *text, FILE *from, struct error *err)
{
	cleanup_free char *url = url_of(api, "blobs/sha256:", digest), *place = NULL;
	const struct ask look = {.method = "HEAD", .url = url, .wanted = 200};
	int rc = ask_one(api, &look, err);

	if (rc != -ENOENT)
		return rc;
	rc = upload_place(api, digest, &place, err);
	const struct ask ask = {.method = "PUT",
				.url = place,
				.header = "Content-Type: application/octet-stream",
				.text = text,
				.from = from,
				.wanted = 201};

	return rc ? rc : ask_one(api, &ask, err);
}

int registry_api_send(struct registry_api *api, const char *path, const char digest[DIGEST_HEX], struct error *err)
{
	cleanup_fclose FILE *from = fopen(path, "re");

	if (!from)
		return error_errno(err, errno, "%s: cannot open", path);
	return blob_send(api, digest, NULL, from, err);
}

int registry_api_send_text(struct registry_api *api, const char *text, struct error *err)
{
	char digest[DIGEST_HEX];

	digest_text(text, digest);
	return blob_send(api, digest, text, NULL, err);
}

static int blob_fetch(struct registry_api *api, const char *digest, const char *path, struct error *err)
{
	cleanup_free char *url = url_of(api, "blobs/sha256:", digest);
	FILE *to = fopen(path, "we");
	const struct ask ask = {.method = "GET", .url = url, .to = to, .wanted = 200};

	if (!to)
		return error_errno(err, errno, "%s: cannot create", path);
	int rc = ask_one(api, &ask, err);

	return fclose(to) && !rc ? error_errno(err, errno, "%s: cannot write", path) : rc;
}

int registry_api_fetch(struct registry_api *api, const char digest[DIGEST_HEX], const char *path, struct error *err)
{
	char got[DIGEST_HEX];
	int rc = blob_fetch(api, digest, path, err);

	if (!rc)
		rc = digest_file(path, got, err);
	if (!rc && strcmp(got, digest) != 0)
		rc = error_set(err, -EBADMSG, "sha256:%s: what came is sha256:%s", digest, got);
	if (rc < 0)
		(void)unlink(path);
	return rc;
}

int registry_api_put_manifest(struct registry_api *api, const struct json *manifest, struct error *err)
{
	cleanup_free char *url = url_of(api, "manifests/", api->image->tag), *text = json_text(manifest, false);
	const struct ask ask = {.method = "PUT",
				.url = url,
				.header = "Content-Type: " MANIFEST_TYPE,
				.text = text,
				.wanted = 201};

	return ask_one(api, &ask, err);
}

int registry_api_get_manifest(struct registry_api *api, struct json **ret_manifest, struct error *err)
{
	cleanup_free char *url = url_of(api, "manifests/", api->image->tag);
	const struct ask ask = {.method = "GET", .url = url, .header = "Accept: " MANIFEST_TYPE, .wanted = 200};
	int rc = ask_one(api, &ask, err);

	if (rc < 0)
		return rc;
	*ret_manifest = json_parse(api->reply.text ? api->reply.text : "", api->reply.length, url, err);
	return *ret_manifest ? 0 : error_set(err, -EPROTO, "GET %s: the answer is not JSON", url);
}
