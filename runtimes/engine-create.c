/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked of an engine for one container: the scenario's limits and the channel; else the engine's defaults, or
 * the locks of the `namespace` runtime. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/clock.h"
#include "harness/base/program.h"
#include "harness/base/start.h"
#include "harness/model/protocol.h"
#include "runtimes/engine.h"

#define FILES_SOFT 1024
#define CHANNEL_VARIABLE PROTOCOL_ENV_CHANNEL "=" PROTOCOL_UNIX_PREFIX PROTOCOL_CONTAINER_SOCKET

static struct json *one_text(const char *text)
{
	struct json *array = json_array();

	json_append(array, json_new_text(text));
	return array;
}

/* Podman's service, without CAP_SYS_RESOURCE, cannot give its own defaults. */
static struct json *files_limit(void)
{
	static const char *const names[] = {"nofile", "nproc"};
	struct json *array = json_array();

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct json *limit = json_object();

		json_add_text(limit, "Name", names[i]);
		json_add_int(limit, "Soft", FILES_SOFT);
		json_add_int(limit, "Hard", FILES_SOFT);
		json_append(array, limit);
	}
	return array;
}

/* As no command line asks for it: Docker then keeps nothing of the container's network namespace, and gives the runtime
 * no hook, which for `docker run --network none` starts the daemon's program once more. */
static bool network_is_disabled(const struct instance *in)
{
	return !strcmp(subject_setting(in->subject, "network"), "disabled");
}

static struct json *host_part(const struct engine *engine, const struct instance *in)
{
	const struct limits *limits = &in->subject->limits;
	cleanup_free char *bind = alloc_format("%s:%s", in->socket, PROTOCOL_CONTAINER_SOCKET);
	struct json *host = json_object(), *log = json_object();

	if (limits->memory_bytes)
		json_add_int(host, "Memory", (int64_t)limits->memory_bytes);
	if (limits->pids_count)
		json_add_int(host, "PidsLimit", (int64_t)limits->pids_count);
	if (engine->run->subject_cpus)
		json_add_text(host, "CpusetCpus", engine->run->subject_cpus);
	json_add_text(log, "Type", "none");
	json_add(host, "LogConfig", log);
	json_add_text(host, "NetworkMode", network_is_disabled(in) ? "none" : subject_setting(in->subject, "network"));
	json_add(host, "Binds", one_text(bind));
	if (engine->traits->limits_files)
		json_add(host, "Ulimits", files_limit());
	if (engine->security) {
		json_add(host, "SecurityOpt", json_copy(engine->security));
		json_add(host, "CapDrop", one_text("ALL"));
	}
	return host;
}

struct json *engine_create_body(const struct engine *engine, const struct instance *in)
{
	struct json *body = json_object(), *environment = one_text(CHANNEL_VARIABLE);

	for (size_t i = 0; i < in->subject->variable_count; i++)
		json_append(environment, json_new_text(in->subject->variables[i].text));
	json_add_text(body, "Image", engine->image);
	json_add_text(body, "Hostname", in->name);
	json_add(body, "Cmd", one_text(PROTOCOL_PAYLOAD_PATH));
	json_add(body, "Env", environment);
	if (network_is_disabled(in))
		json_add_bool(body, "NetworkDisabled", true);
	json_add(body, "Labels", engine_labels(engine->run));
	json_add(body, "HostConfig", host_part(engine, in));
	return body;
}

/* --- the same through the command line --- */

struct words {
	struct start_program program;
	size_t used;
	int rc;
};

static void word(struct words *w, const char *text, struct error *err)
{
	if (!w->rc)
		w->rc = start_program_add(&w->program, &w->used, text, err);
	w->program.argument_count++;
}

static void option(struct words *w, const char *name, const char *value, struct error *err)
{
	word(w, name, err);
	word(w, value, err);
}

static void option_number(struct words *w, const char *name, uint64_t value, struct error *err)
{
	cleanup_free char *text = alloc_format("%llu", (unsigned long long)value);

	if (value)
		option(w, name, text, err);
}

static void client_words(const struct engine *engine, const struct instance *in, struct words *w, struct error *err)
{
	cleanup_free char *host = alloc_format("unix://%s", engine->socket);
	cleanup_free char *volume = alloc_format("%s:%s", in->socket, PROTOCOL_CONTAINER_SOCKET);
	struct json *labels = engine_labels(engine->run);

	word(w, engine->client, err);
	w->program.argument_count = 0; /* that was the path */
	word(w, engine->client, err);
	option(w, "--host", host, err);
	word(w, "run", err);
	word(w, "--detach", err);
	option(w, "--name", in->name, err);
	option(w, "--hostname", in->name, err);
	option(w, "--network", subject_setting(in->subject, "network"), err);
	option(w, "--log-driver", "none", err);
	option(w, "--volume", volume, err);
	option(w, "--env", CHANNEL_VARIABLE, err);
	option_number(w, "--memory", in->subject->limits.memory_bytes, err);
	option_number(w, "--pids-limit", in->subject->limits.pids_count, err);
	if (engine->run->subject_cpus)
		option(w, "--cpuset-cpus", engine->run->subject_cpus, err);
	for (size_t i = 0; i < in->subject->variable_count; i++)
		option(w, "--env", in->subject->variables[i].text, err);
	for (const struct json *label = json_first(labels); label; label = json_next(label)) {
		cleanup_free char *text = alloc_format("%s=%s", json_key(label), json_text_of(label, ""));

		option(w, "--label", text, err);
	}
	json_free(labels);
	word(w, engine->image, err);
	word(w, PROTOCOL_PAYLOAD_PATH, err);
	/* Its own settings are of no concern: contexts and plugins would be another subject. */
	w->program.variable_count = 1;
	if (!w->rc)
		w->rc = start_program_add(&w->program, &w->used, "PATH=/usr/sbin:/usr/bin:/sbin:/bin", err);
}

int engine_client_run(struct engine *engine, struct instance *in, struct error *err)
{
	struct words w = {.rc = 0};
	struct started started = {.pidfd = -1};
	struct exited exited;
	cleanup_close int said = program_said();

	client_words(engine, in, &w, err);
	int rc = w.rc ? w.rc : start_program(in->run->keeper, &w.program, said, &started, err);
	cleanup_close int pidfd = started.pidfd;

	for (uint32_t i = 0; i < started.stamp_count; i++)
		if (started.stamps[i].stage == BOX_STAGE_CLONE_CALL)
			timeline_add(in->timeline, EVENT_RUNTIME_SPAWN, started.stamps[i].t_ns, 25, "keeper");
	if (!rc)
		rc = start_await_exit(in->run->keeper, started.pid, in->deadline_ns, &exited, err);
	if (rc < 0)
		return rc;
	timeline_add(in->timeline, EVENT_RUNTIME_EXIT, exited.t_ns, 25, "keeper");
	rc = program_judge(exited.status, said, err);
	return rc < 0 ? error_wrap(err, rc, "%s run", engine->client) : 0;
}
