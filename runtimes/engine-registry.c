/* SPDX-License-Identifier: Apache-2.0 */
/* Images that go to a registry and come from there, as `docker push` and `docker pull` move them. They carry their
 * labels with them, so what removes a run's images removes those that were pulled, too. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "runtimes/engine.h"

/* The registry wants no password, and yet the header must be there: an empty object in base64. */
#define NO_PASSWORD "X-Registry-Auth: e30="

/*
 * The tree once more with a file that no other image has: its layer is this image's alone, so that the engine has
 * nothing of it when it is gone.
 */
int engine_pack(struct subject *subject, struct error *err)
{
	struct engine *engine = subject->state;
	cleanup_free char *tag = alloc_format("packed-%zu", ++engine->packed_count);
	cleanup_free char *more = alloc_format("%s/%s", engine->run->storage, tag);
	cleanup_free char *file = alloc_format("%s/" ENGINE_PACKED, more);
	cleanup_free char *text = alloc_format("%s %s %s\n", engine->run->id, subject->name, tag);
	char id[ENGINE_IMAGE_MAX];

	if (engine->client)
		return error_set(err, -ENOTSUP, "what its daemon pulls is measured as docker");
	if (engine->image_count)
		return error_set(err, -ENOTSUP, "%s: an image in layers stays one", subject->name);
	int rc = file_make_dirs(more, 0755, err);

	if (!rc)
		rc = file_write(file, text, strlen(text), err);
	if (!rc)
		rc = engine_image_make(engine, subject, tag, more, id, err);
	if (!rc)
		engine_image_stack(engine, id);
	(void)file_remove_tree(more, NULL);
	return rc;
}

int engine_push(struct subject *subject, const struct remote_image *image, struct error *err)
{
	struct engine *engine = subject->state;
	cleanup_free char *name = alloc_format("/images/%s/tag?repo=%s/%s&tag=%s", engine->image, image->registry,
					       image->name, image->tag);
	cleanup_free char *path = alloc_format("/images/%s/%s/push?tag=%s&tlsVerify=false", image->registry,
					       image->name, image->tag);
	struct engine_request tag = {.method = "POST", .path = name, .deadline_ns = image->deadline_ns};
	struct engine_request push = {
		.method = "POST", .path = path, .header = NO_PASSWORD, .deadline_ns = image->deadline_ns};
	int rc = engine_api_call(engine->api, &tag, NULL, err);

	return rc ? rc : engine_api_call(engine->api, &push, NULL, err);
}

int engine_pull(struct subject *subject, const struct remote_image *image, struct error *err)
{
	struct engine *engine = subject->state;
	cleanup_free char *name = alloc_format("%s/%s:%s", image->registry, image->name, image->tag);
	cleanup_free char *path = engine->traits->libpod
					  ? alloc_format("/libpod/images/pull?reference=%s&tlsVerify=false", name)
					  : alloc_format("/images/create?fromImage=%s", name);
	struct engine_request request = {.method = "POST", .path = path, .deadline_ns = image->deadline_ns};
	char id[ENGINE_IMAGE_MAX];
	int rc = engine_api_call(engine->api, &request, NULL, err);

	if (!rc)
		rc = engine_image_find(engine, name, id, err);
	if (!rc)
		engine_image_stack(engine, id);
	return rc;
}
