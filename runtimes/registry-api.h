/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A registry's own interface over HTTP (OCI distribution specification), for images that no engine moves: files named
 * by their SHA-256, and manifests that list them. One connection that is kept. Not for two threads at once.
 */
#pragma once

#include "harness/base/digest.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/model/remote-image.h"

struct registry_api;

/** For one image; connects with the first request. Both must live as long as it. */
int registry_api_open(struct registry_api **ret_api, const struct remote_image *image, struct error *err);
void registry_api_close(struct registry_api *api); /**< takes NULL */

/*
 * All fail with -ECONNREFUSED, -ECONNRESET (it hung up), -ETIMEDOUT, -ENOENT (404), -EREMOTEIO (any other refusal) or
 * -EPROTO (not what a registry answers).
 */

/** Sends a file that has this digest, unless the registry has it. */
int registry_api_send(struct registry_api *api, const char *path, const char digest[DIGEST_HEX], struct error *err);
/** The same for a text. */
int registry_api_send_text(struct registry_api *api, const char *text, struct error *err);
/** Fetches a file by its digest. -EBADMSG: what came has another one. Where it fails there is no file. */
int registry_api_fetch(struct registry_api *api, const char digest[DIGEST_HEX], const char *path, struct error *err);
/** The image's manifest, stored under its tag, and read. */
int registry_api_put_manifest(struct registry_api *api, const struct json *manifest, struct error *err);
int registry_api_get_manifest(struct registry_api *api, struct json **ret_manifest, struct error *err);
