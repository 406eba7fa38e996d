/* SPDX-License-Identifier: Apache-2.0 */
/* Images made of containers, as `docker commit` makes them: each has the one below as its parent. They carry the labels
 * of the container, so what removes a run's images removes them too. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "runtimes/engine.h"

void engine_image_stack(struct engine *engine, const char *id)
{
	engine->images = alloc_grow(engine->images, engine->image_count + 1, sizeof(*engine->images));
	(void)snprintf(engine->images[engine->image_count++], ENGINE_IMAGE_MAX, "%s", engine->image);
	(void)snprintf(engine->image, sizeof(engine->image), "%s", id);
}

int engine_commit(struct instance *in, struct error *err)
{
	struct engine *engine = in->subject->state;
	cleanup_free char *path = alloc_format("/commit?container=%s&repo=tare-%s&tag=image-%s&pause=0", in->name,
					       in->run->id, in->name);
	struct json *body = json_object(), *reply = NULL; /* Podman takes no empty one */
	struct engine_request request = {
		.method = "POST", .path = path, .body = body, .deadline_ns = in->deadline_ns};

	json_add(body, "Labels", engine_labels(engine->run));
	int rc = engine_api_call(engine->api, &request, &reply, err);
	const char *id = json_get_text(reply, "Id", json_get_text(reply, "ID", ""));

	if (!rc && !*id)
		rc = error_set(err, -EPROTO, "%s: the commit names no image", engine->socket);
	if (!rc)
		engine_image_stack(engine, id);
	json_free(body);
	json_free(reply);
	return rc;
}

int engine_image_costs(const struct subject *subject, size_t number, struct costs *ret_costs, struct error *err)
{
	const struct engine *engine = subject->state;

	if (number > engine->image_count)
		return error_set(err, -ENOENT, "%s: there is no image %zu", subject->name, number);
	cleanup_free char *path = alloc_format("/images/%s/json",
					       number < engine->image_count ? engine->images[number] : engine->image);
	struct engine_request request = {.method = "GET", .path = path};
	struct json *reply = NULL;
	int rc = engine_api_call(engine->api, &request, &reply, err);

	if (!rc)
		engine_costs_folder(ret_costs, DISK_BASE,
				    json_text_of(json_path(reply, "GraphDriver.Data.UpperDir"), ""));
	json_free(reply);
	if (!rc && !ret_costs->path_count)
		rc = error_set(err, -ENOTSUP, "%s: the engine does not say where its layers are", subject->name);
	return rc;
}

/* The newest first: an image that others lie on is not removed. */
void engine_revert(struct subject *subject)
{
	struct engine *engine = subject->state;

	while (engine->image_count) {
		cleanup_free char *path = alloc_format("/images/%s?force=1", engine->image);
		struct engine_request request = {.method = "DELETE", .path = path};

		(void)engine_api_call(engine->api, &request, NULL, NULL);
		(void)snprintf(engine->image, sizeof(engine->image), "%s", engine->images[--engine->image_count]);
	}
	free(engine->images);
	engine->images = NULL;
}
