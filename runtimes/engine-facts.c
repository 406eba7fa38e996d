/* SPDX-License-Identifier: Apache-2.0 */
/* What the report says about an engine: its own words about itself. */
#include <stdio.h>
#include <string.h>

#include "harness/base/digest.h"
#include "runtimes/engine.h"

static struct json *ask(struct engine *engine, const char *path)
{
	struct engine_request request = {.method = "GET", .path = path};
	struct json *reply = NULL;

	(void)engine_api_call(engine->api, &request, &reply, NULL);
	return reply;
}

/* Copies those members that are there, under the report's names. */
static void copy(struct json *to, const struct json *from, const char *const (*names)[2], size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct json *value = json_path(from, names[i][0]);

		json_add(to, names[i][1], value ? json_copy(value) : NULL);
		if (!value)
			json_add_null(to, names[i][1]);
	}
}

static struct json *components(const struct json *version)
{
	struct json *array = json_array();

	for (const struct json *c = json_first(json_get(version, "Components")); c; c = json_next(c)) {
		struct json *row = json_object();

		json_add_text(row, "name", json_get_text(c, "Name", NULL));
		json_add_text(row, "version", json_get_text(c, "Version", NULL));
		json_append(array, row);
	}
	return array;
}

static struct json *config_facts(struct engine *engine, const struct subject *subject)
{
	static const char *const rows[][2] = {
	    {"Driver", "storage_driver"},     {"CgroupDriver", "cgroup_driver"},  {"CgroupVersion", "cgroup_version"},
	    {"DefaultRuntime", "oci_runtime"}, {"SecurityOptions", "security_options"},
	};
	struct json *config = json_object(), *info = ask(engine, "/info");

	copy(config, info, rows, sizeof(rows) / sizeof(rows[0]));
	json_add_text(config, "start", engine->client ? "command line" : "create and start over the socket");
	json_add_text(config, "network", subject_setting(subject, "network"));
	json_add_text(config, "profile", engine->security ? "equal" : "stock");
	json_add_text(config, "image", engine->image);
	json_free(info);
	return config;
}

struct json *engine_facts(struct engine *engine, const struct subject *subject)
{
	struct json *facts = json_object(), *about = json_object(), *version = ask(engine, "/version");

	json_add_text(about, "name", engine->traits->runtime);
	json_add_text(about, "version", json_get_text(version, "Version", NULL));
	json_add_text(about, "api_version", engine_api_version(engine->api));
	json_add_text(about, "socket", engine->socket);
	json_add(about, "components", components(version));
	if (engine->client) {
		char sha256[DIGEST_HEX];

		json_add_text(about, "executable", engine->client);
		json_add_text(about, "executable_sha256",
			      digest_file(engine->client, sha256, NULL) < 0 ? NULL : sha256);
	}
	json_add(facts, "engine", about);
	json_add(facts, "config", config_facts(engine, subject));
	json_free(version);
	return facts;
}
