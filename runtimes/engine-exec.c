/* SPDX-License-Identifier: Apache-2.0 */
/* One command in a container that runs: the three requests of `docker exec` (make it, run it to the end of its output,
 * ask how it ended), or that command line itself. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/model/protocol.h"
#include "runtimes/engine.h"
#include "harness/base/program.h"

static int exec_make(struct engine *engine, const struct instance *in, struct json **ret_made, struct error *err)
{
	cleanup_free char *path = alloc_format("/containers/%s/exec", in->name);
	struct json *body = json_object(), *command = json_array();
	struct engine_request request = {
		.method = "POST", .path = path, .body = body, .deadline_ns = in->deadline_ns};

	json_append(command, json_new_text(PROTOCOL_PAYLOAD_PATH));
	json_append(command, json_new_text(PROTOCOL_ARGUMENT_TRUE));
	json_add(body, "Cmd", command);
	json_add_bool(body, "AttachStdout", true);
	json_add_bool(body, "AttachStderr", true);
	int rc = engine_api_call(engine->api, &request, ret_made, err);

	json_free(body);
	if (!rc && !*json_get_text(*ret_made, "Id", ""))
		rc = error_set(err, -EPROTO, "%s: the exec has no Id", engine->socket);
	return rc;
}

/* The answer ends when the command's output does; this command says nothing. */
static int exec_run(struct engine *engine, const struct instance *in, const char *id, struct error *err)
{
	cleanup_free char *path = alloc_format("/exec/%s/start", id);
	struct json *body = json_object();
	struct engine_request request = {
		.method = "POST", .path = path, .body = body, .deadline_ns = in->deadline_ns};

	json_add_bool(body, "Detach", false);
	json_add_bool(body, "Tty", false);
	int rc = engine_api_call(engine->api, &request, NULL, err);

	json_free(body);
	return rc;
}

static int exec_judge(struct engine *engine, const struct instance *in, const char *id, struct error *err)
{
	cleanup_free char *path = alloc_format("/exec/%s/json", id);
	struct engine_request request = {.method = "GET", .path = path, .deadline_ns = in->deadline_ns};
	struct json *reply = NULL;
	int rc = engine_api_call(engine->api, &request, &reply, err);
	long long code = json_get_int(reply, "ExitCode", -1);

	if (!rc && code)
		rc = error_set(err, -EIO, "%s: the command ended with status %lld", engine->socket, code);
	json_free(reply);
	return rc;
}

static int exec_by_client(const struct engine *engine, const struct instance *in, struct error *err)
{
	cleanup_free char *host = alloc_format("unix://%s", engine->socket);
	const char *const words[] = {engine->client, "--host", host, "exec", in->name,
				     PROTOCOL_PAYLOAD_PATH, PROTOCOL_ARGUMENT_TRUE, NULL};
	int rc = program_run(in->run->keeper, words, in->deadline_ns, err);

	return rc < 0 ? error_wrap(err, rc, "%s", engine->client) : 0;
}

int engine_exec(struct instance *in, struct error *err)
{
	struct engine *engine = in->subject->state;
	struct json *made = NULL;

	if (engine->client)
		return exec_by_client(engine, in, err);
	int rc = exec_make(engine, in, &made, err);
	const char *id = json_get_text(made, "Id", "");

	if (!rc)
		rc = exec_run(engine, in, id, err);
	if (!rc)
		rc = exec_judge(engine, in, id, err);
	json_free(made);
	return rc;
}
