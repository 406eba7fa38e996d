/* SPDX-License-Identifier: Apache-2.0 */
/* The image of a run, and the removal of all that a run has made in an engine: by label, and by nothing else. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/base/spawn.h"
#include "runtimes/engine.h"

#define TAR_TIMEOUT_NS 120000000000u
#define RUN_ID_DIGITS 16

/* "mnt:[4026531841]": a private folder of another mount namespace can be neither seen nor judged. */
static void place_text(const struct run *run, char *text, size_t size)
{
	char namespace[64];
	ssize_t length = readlink("/proc/self/ns/mnt", namespace, sizeof(namespace) - 1);

	(void)snprintf(text, size, "%.*s %u %s", length > 0 ? (int)length : 0, namespace, geteuid(),
		       run->private_folder);
}

struct json *engine_labels(const struct run *run)
{
	struct json *labels = json_object();
	char place[192];

	place_text(run, place, sizeof(place));
	json_add_text(labels, ENGINE_LABEL, run->id);
	json_add_text(labels, ENGINE_LABEL_PLACE, place);
	return labels;
}

static int tar_make(const struct run *run, const struct subject *subject, const char *more, const char *tar,
		    struct error *err)
{
	cleanup_free char *tree =
	    alloc_format("%s/%s", run->artifacts, subject->root == ROOT_IMAGE ? "root" : "root-none");
	const char *const arguments[] = {"tar", "--numeric-owner", "--sort=name", "-cf", tar, "-C", tree, ".",
					 more ? "-C" : NULL, more, ENGINE_PACKED, NULL};
	struct spawn_program program = {.arguments = arguments, .timeout_ns = TAR_TIMEOUT_NS};

	return spawn_run(&program, err);
}

/* The query that imports a tar file under a name, with the labels as a Dockerfile would give them. */
static char *import_path(const struct engine *engine, const char *tag)
{
	char place[192];

	place_text(engine->run, place, sizeof(place));
	cleanup_free char *label = alloc_format("LABEL %s=%s", ENGINE_LABEL, engine->run->id);
	cleanup_free char *label_place = alloc_format("LABEL %s=\"%s\"", ENGINE_LABEL_PLACE, place);
	cleanup_free char *one = engine_api_quote(label), *two = engine_api_quote(label_place);

	return alloc_format("/images/create?fromSrc=-&repo=tare-%s&tag=%s&changes=%s&changes=%s", engine->run->id, tag,
			    one, two);
}

/* Where its layers lie, the topmost first, as far as the engine's storage driver says. */
static char *layers_of(const struct json *image)
{
	const char *upper = json_text_of(json_path(image, "GraphDriver.Data.UpperDir"), "");
	const char *lower = json_text_of(json_path(image, "GraphDriver.Data.LowerDir"), "");

	return alloc_format("%s%s%s", upper, *upper && *lower ? ":" : "", lower);
}

static int image_inspect(struct engine *engine, const char *name, struct json **ret_reply, struct error *err)
{
	cleanup_free char *path = alloc_format("/images/%s/json", name);
	struct engine_request request = {.method = "GET", .path = path};

	return engine_api_call(engine->api, &request, ret_reply, err);
}

static void id_take(const struct json *reply, char ret_id[ENGINE_IMAGE_MAX])
{
	(void)snprintf(ret_id, ENGINE_IMAGE_MAX, "%s", json_get_text(reply, "Id", ""));
}

int engine_image_find(struct engine *engine, const char *name, char ret_id[ENGINE_IMAGE_MAX], struct error *err)
{
	struct json *reply = NULL;
	int rc = image_inspect(engine, name, &reply, err);

	id_take(reply, ret_id);
	json_free(reply);
	return rc || *ret_id ? rc : error_set(err, -EPROTO, "%s: the image %s has no Id", engine->socket, name);
}

/* The image of the subject's containers: its id and where it lies. */
static int image_look(struct engine *engine, const char *name, struct error *err)
{
	struct json *reply = NULL;
	int rc = image_inspect(engine, name, &reply, err);

	if (!rc) {
		id_take(reply, engine->image);
		engine->layers = layers_of(reply);
	}
	json_free(reply);
	return rc;
}

int engine_image_make(struct engine *engine, const struct subject *subject, const char *tag, const char *more,
		      char ret_id[ENGINE_IMAGE_MAX], struct error *err)
{
	cleanup_free char *tar = alloc_format("%s/%s.tar", engine->run->storage, tag);
	cleanup_free char *path = import_path(engine, tag);
	struct engine_request request = {.method = "POST", .path = path, .file = tar};
	struct json *reply = NULL;
	int rc = tar_make(engine->run, subject, more, tar, err);

	if (!rc)
		rc = engine_api_call(engine->api, &request, &reply, err);
	(void)unlink(tar);
	(void)snprintf(ret_id, ENGINE_IMAGE_MAX, "%s",
		       json_get_text(reply, "status", json_get_text(reply, "id", "")));
	if (!rc && !*ret_id)
		rc = error_set(err, -EPROTO, "%s: the import names no image", engine->socket);
	json_free(reply);
	return rc;
}

int engine_image_import(struct engine *engine, const struct subject *subject, struct error *err)
{
	const char *tag = root_name(subject->root); /* Podman forgets it and imports once for each subject */
	cleanup_free char *name = alloc_format("tare-%s:%s", engine->run->id, tag);
	char id[ENGINE_IMAGE_MAX];

	if (!image_look(engine, name, NULL))
		return 0;
	int rc = engine_image_make(engine, subject, tag, NULL, id, err);

	return rc ? rc : image_look(engine, id, err);
}

/* --- removal --- */

/* What a list's rows are called, and how one is removed. */
static const struct kind {
	const char *name, *list, *remove, *query;
} kinds[] = {
    {"container", "/containers/json?all=1&filters=", "/containers/", "?force=1&v=1"},
    {"image", "/images/json?filters=", "/images/", "?force=1"},
};

/* Rows that carry the label: of one run, or (NULL) of any. The caller frees the array; NULL: none or no answer. */
static struct json *labelled(struct engine_api *api, const struct kind *kind, const char *run_id)
{
	cleanup_free char *filter = run_id ? alloc_format("{\"label\":[\"" ENGINE_LABEL "=%s\"]}", run_id)
					   : alloc_text("{\"label\":[\"" ENGINE_LABEL_PLACE "\"]}");
	cleanup_free char *quoted = engine_api_quote(filter);
	cleanup_free char *path = alloc_format("%s%s", kind->list, quoted);
	struct engine_request request = {.method = "GET", .path = path};
	struct json *rows = NULL;

	(void)engine_api_call(api, &request, &rows, NULL);
	return rows;
}

/* The filter is the engine's; what is removed is decided here, by the labels of the object itself. */
static bool is_of_run(const struct json *row, const char *run_id)
{
	return !strcmp(json_get_text(json_get(row, "Labels"), ENGINE_LABEL, ""), run_id) &&
	       json_get(json_get(row, "Labels"), ENGINE_LABEL_PLACE);
}

static int object_remove(struct engine_api *api, const struct kind *kind, const char *id)
{
	cleanup_free char *path = alloc_format("%s%s%s", kind->remove, id, kind->query);
	struct engine_request request = {.method = "DELETE", .path = path};
	int rc = engine_api_call(api, &request, NULL, NULL);

	return rc == -ENOENT ? 0 : rc;
}

size_t engine_sweep_run(struct engine_api *api, const char *run_id)
{
	size_t left = 0;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct json *rows = labelled(api, &kinds[i], run_id);

		for (const struct json *row = json_first(rows); row; row = json_next(row))
			if (is_of_run(row, run_id) && object_remove(api, &kinds[i], json_get_text(row, "Id", "")) < 0)
				left++;
		json_free(rows);
	}
	return left;
}

/* A run whose private folder nobody holds is dead; one of another place may live where we cannot look. */
static bool run_is_dead(const struct engine_sweeping *sweeping, const struct json *row)
{
	struct run other = {0};
	char place[192];
	const char *id = json_get_text(json_get(row, "Labels"), ENGINE_LABEL, "");
	const char *told = json_get_text(json_get(row, "Labels"), ENGINE_LABEL_PLACE, "");

	if (strlen(id) != RUN_ID_DIGITS || strspn(id, "0123456789abcdef") != RUN_ID_DIGITS ||
	    !strcmp(id, sweeping->own_id))
		return false;
	(void)snprintf(other.private_folder, sizeof(other.private_folder), "%.40s/tare-%s", sweeping->folder, id);
	place_text(&other, place, sizeof(place));
	if (strcmp(place, told))
		return false;
	cleanup_close int folder = open(other.private_folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return folder < 0 ? errno == ENOENT : flock(folder, LOCK_EX | LOCK_NB) == 0;
}

/* Removes one object, or tells of it; 1 or 0. */
static size_t dead_take(struct engine_api *api, const struct kind *kind, const struct engine_sweeping *sweeping,
			const char *id)
{
	if (!sweeping->dry_run && object_remove(api, kind, id) < 0)
		return 0;
	if (sweeping->tell)
		sweeping->tell(sweeping->data, kind->name, id);
	return 1;
}

size_t engine_sweep_dead(struct engine_api *api, const struct engine_sweeping *sweeping)
{
	size_t count = 0;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct json *rows = labelled(api, &kinds[i], NULL);

		for (const struct json *row = json_first(rows); row; row = json_next(row))
			if (run_is_dead(sweeping, row))
				count += dead_take(api, &kinds[i], sweeping, json_get_text(row, "Id", ""));
		json_free(rows);
	}
	return count;
}
