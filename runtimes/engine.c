/* SPDX-License-Identifier: Apache-2.0 */
/* The operations of all engines, and their rows. The engine's start call is POST /containers/create and then
 * POST /containers/NAME/start (method R1.4); the layer is made within it. */
#include "runtimes/engine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/log.h"
#include "harness/base/program.h"
#include "runtimes/seccomp-oci.h"
#include "runtimes/started.h"

#define NETWORK_OPTION(more, how)                                                                            \
	{                                                                                                    \
		.name = "network", .choices = "none|bridge" more, .fallback = "none",                        \
		.summary = "what the container is connected to" how,                                         \
	}

const struct runtime_option engine_options[] = {
    NETWORK_OPTION("|disabled", "; disabled: as none, but Docker does nothing for it"),
    {
	.name = "profile",
	.choices = "stock|equal",
	.fallback = "stock",
	.summary = "the engine's own locks, or those of the namespace runtime (but for the user namespace)",
    },
    {0},
};

static const struct runtime_option client_options[] = {NETWORK_OPTION("", ""), {0}};

static void security_choose(struct engine *engine, const struct subject *subject)
{
	if (engine->client || strcmp(subject_setting(subject, "profile"), "equal"))
		return;
	struct json *filter = seccomp_oci();
	cleanup_free char *text = json_text(filter, false);
	cleanup_free char *option = alloc_format("seccomp=%s", text);

	json_free(filter);
	engine->security = json_array();
	json_append(engine->security, json_new_text("no-new-privileges"));
	json_append(engine->security, json_new_text(option));
}

/* What dead runs left goes before a new one begins. */
static void sweep_for(struct engine_api *api, const struct run *run)
{
	cleanup_free char *folder =
	    alloc_format("%.*s", (int)(strrchr(run->private_folder, '/') - run->private_folder), run->private_folder);

	(void)engine_sweep_dead(api, &(struct engine_sweeping){.folder = folder, .own_id = run->id});
}

static int engine_prepare(const struct run *run, struct subject *subject, struct error *err)
{
	struct engine *engine = alloc_zero(1, sizeof(*engine));

	subject->state = engine;
	engine->run = run;
	engine->traits = engine_traits_find(subject->runtime->name);
	int rc = engine_socket_find(engine->traits, engine->socket, err);

	if (!rc)
		rc = engine_api_open(&engine->api, engine->socket, err);
	if (rc < 0)
		return rc;
	if (engine->traits->client) {
		engine->client = program_find(engine->traits->client);
		if (!engine->client)
			return error_host(err, "%s is not installed", engine->traits->client);
	}
	sweep_for(engine->api, run);
	security_choose(engine, subject);
	rc = engine_image_import(engine, subject, err);
	if (rc < 0)
		return rc;
	engine_daemons_find(engine, subject);
	subject->facts = engine_facts(engine, subject);
	return 0;
}

static int engine_make(struct instance *in, struct error *err)
{
	(void)in;
	(void)err;
	return 0; /* the engine makes the layer when it makes the container (method R1.4a) */
}

static int call_simple(struct engine *engine, const struct instance *in, const char *method, const char *action,
		       struct error *err)
{
	cleanup_free char *path = alloc_format("/containers/%s%s", in->name, action);
	struct engine_request request = {.method = method, .path = path, .deadline_ns = in->deadline_ns};

	return engine_api_call(engine->api, &request, NULL, err);
}

static int start_by_socket(struct engine *engine, struct instance *in, struct error *err)
{
	cleanup_free char *path = alloc_format("/containers/create?name=%s", in->name);
	struct json *body = engine_create_body(engine, in);
	struct engine_request request = {
	    .method = "POST", .path = path, .body = body, .deadline_ns = in->deadline_ns};
	int rc = engine_api_call(engine->api, &request, NULL, err);

	/* The two boundaries of R1.17 lie between calls of this one operation, so nobody else can mark them. */
	timeline_mark(in->timeline, EVENT_API_CREATE_RETURN, "harness");
	json_free(body);
	if (rc < 0)
		return rc;
	rc = call_simple(engine, in, "POST", "/start", err);
	timeline_mark(in->timeline, EVENT_API_START_RETURN, "harness");
	return rc;
}

/* Off the clock's path. A container that has ended already will not become ready: the engine knows why. */
void engine_learn(struct engine *engine, struct instance *in)
{
	cleanup_free char *path = alloc_format("/containers/%s/json", in->name);
	struct engine_request request = {.method = "GET", .path = path};
	struct json *reply = NULL;

	if (engine_api_call(engine->api, &request, &reply, NULL) < 0)
		return;
	const struct json *state = json_get(reply, "State");

	engine_trace_description(in, reply);
	(void)snprintf(in->group, sizeof(in->group), "%s", json_get_text(reply, "Id", ""));
	in->pid = (pid_t)json_get_int(state, "Pid", 0);
	in->pidfd = in->pid > 0 ? (int)syscall(SYS_pidfd_open, in->pid, 0) : -1;
	if (in->pidfd < 0) {
		in->pid = 0;
		instance_fail(in, "the container ended before it was ready: %s, exit status %lld%s%s",
			      json_get_text(state, "Status", "gone"), (long long)json_get_int(state, "ExitCode", -1),
			      *json_get_text(state, "Error", "") ? ": " : "", json_get_text(state, "Error", ""));
	}
	json_free(reply);
	engine_trace_bundle(in);
}

static int engine_start(struct instance *in, struct error *err)
{
	struct engine *engine = in->subject->state;
	int rc = engine->client ? engine_client_run(engine, in, err) : start_by_socket(engine, in, err);

	if (!rc)
		engine_learn(engine, in);
	return rc;
}

static int engine_inspect(struct instance *in, struct costs *ret_costs, struct error *err)
{
	return engine_costs(in->subject->state, in, ret_costs, err);
}

static int engine_stop(struct instance *in, struct error *err)
{
	return call_simple(in->subject->state, in, "POST", "/kill?signal=KILL", err);
}

static void engine_destroy(struct instance *in)
{
	struct engine *engine = in ? in->subject->state : NULL;
	struct error err = {0};

	if (!engine || !engine->api)
		return;
	in->deadline_ns = 0; /* tidying up has a minute of its own */
	if (in->pid > 0)
		engine_trace_events(engine, in);
	int rc = call_simple(engine, in, "DELETE", "?force=1&v=1", &err);

	if (!rc || rc == -ENOENT)
		return;
	log_debug("%s: %s", in->name, err.text);
	if (in->pidfd >= 0)
		(void)started_kill(in, NULL); /* the engine cannot: then at least nothing runs on */
}

static void engine_remains(const struct instance *in, char *text, size_t size)
{
	struct engine *engine = in->subject->state;
	struct error err = {0};

	if (!engine || !engine->api)
		return;
	int rc = call_simple(engine, in, "GET", "/json", &err);

	if (!rc)
		(void)snprintf(text, size, "container %s of %s", in->name, engine->traits->runtime);
	else if (rc != -ENOENT)
		(void)snprintf(text, size, "perhaps container %s: %s does not answer", in->name,
			       engine->traits->runtime);
}

static size_t engine_sweep(const char *runtime, const struct engine_sweeping *sweeping)
{
	struct engine_api *api = NULL;
	char socket[108];
	size_t count = 0;

	if (!engine_socket_find(engine_traits_find(runtime), socket, NULL) && !engine_api_open(&api, socket, NULL))
		count = engine_sweep_dead(api, sweeping);
	engine_api_close(api);
	return count;
}

#define ENGINE_SWEEP(symbol, runtime)                                                                        \
	static size_t symbol##_sweep(const char *folder, bool dry_run,                                       \
				     void (*tell)(void *data, const char *what, const char *which), void *data) \
	{                                                                                                    \
		return engine_sweep(runtime, &(struct engine_sweeping){.folder = folder,                     \
								       .own_id = "",                         \
								       .dry_run = dry_run,                   \
								       .tell = tell,                         \
								       .data = data});                       \
	}

ENGINE_SWEEP(docker, "docker")
ENGINE_SWEEP(podman, "podman")

static void engine_finish(struct subject *subject)
{
	struct engine *engine = subject->state;

	if (!engine)
		return;
	if (engine->api && engine_sweep_run(engine->api, engine->run->id))
		log_debug("%s: not all objects of the run could be removed", engine->traits->runtime);
	engine_api_close(engine->api);
	json_free(engine->security);
	free(engine->layers);
	free(engine->images);
	free(engine->client);
	free(engine);
	subject->state = NULL;
}

#define ENGINE_RUNTIME(symbol, runtime_name, text, option_rows, sweeper)                                              \
	const struct runtime runtime_##symbol = {                                                            \
	    .name = runtime_name,                                                                            \
	    .summary = text,                                                                                 \
	    .kind = RUNTIME_CONTAINER,                                                                       \
	    .options = option_rows,                                                                          \
	    .probe = engine_probe,                                                                           \
	    .prepare = engine_prepare,                                                                       \
	    .artefacts = engine_artefacts,                                                                   \
	    .create = engine_make,                                                                           \
	    .start = engine_start,                                                                           \
	    .inspect = engine_inspect,                                                                       \
	    .stop = engine_stop,                                                                             \
	    .destroy = engine_destroy,                                                                       \
	    .commit = engine_commit,                                                                         \
	    .image_costs = engine_image_costs,                                                               \
	    .revert = engine_revert,                                                                         \
	    .pack = engine_pack,                                                                             \
	    .push = engine_push,                                                                             \
	    .pull = engine_pull,                                                                             \
	    .exec = engine_exec,                                                                             \
	    .remains = engine_remains,                                                                       \
	    .sweep = sweeper,                                                                                \
	    .finish = engine_finish,                                                                         \
	}

ENGINE_RUNTIME(docker, "docker", "Docker over its socket: what an engine adds to a container", engine_options,
	       docker_sweep);
ENGINE_RUNTIME(docker_cli, "docker-cli", "docker run: what the command line adds to the daemon", client_options,
	       NULL);
ENGINE_RUNTIME(podman, "podman", "Podman over its Docker-compatible socket", engine_options, podman_sweep);
