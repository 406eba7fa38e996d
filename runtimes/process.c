/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control subject (method R1.2): the payload as a plain process, by vfork and execve of the
 * keeper. No namespaces, no storage of its own: the floor that every other subject is compared with.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/start.h"
#include "harness/base/version.h"
#include "harness/model/protocol.h"
#include "harness/model/runtime.h"
#include "runtimes/started.h"

/* The very bytes that the other subjects of the same class run; for free(). */
static char *process_payload(const struct run *run, const struct subject *subject)
{
	return subject->root == ROOT_NONE
		       ? alloc_format("%s/payload", run->artifacts)
		       : alloc_format("%s/%s%s", run->artifacts, root_folder(subject->root), PROTOCOL_PAYLOAD_PATH);
}

static void process_probe(const struct run *run, const struct subject *subject, struct finding *ret_finding)
{
	cleanup_free char *payload = run ? process_payload(run, subject) : NULL;

	(void)snprintf(ret_finding->value, sizeof(ret_finding->value), "ready");
	ret_finding->level = FINDING_OK;
	if (!payload || !access(payload, X_OK))
		return;
	ret_finding->level = FINDING_FAIL;
	(void)snprintf(ret_finding->value, sizeof(ret_finding->value), "no payload");
	(void)snprintf(ret_finding->reason, sizeof(ret_finding->reason), "%.400s cannot be executed.",
		       payload);
	(void)snprintf(ret_finding->remedy, sizeof(ret_finding->remedy), "Build it with `make`.");
}

static int process_prepare(const struct run *run, struct subject *subject, struct error *err)
{
	cleanup_free char *payload = process_payload(run, subject);
	struct json *engine = json_object(), *config = json_object();

	if (access(payload, X_OK) < 0)
		return error_errno(err, errno, "%s", payload);
	json_add_text(engine, "name", "process");
	json_add_text(engine, "version", version_text());
	json_add_text(config, "start", "vfork+execve");
	json_add_text(config, "executable", payload);
	subject->facts = json_object();
	json_add(subject->facts, "engine", engine);
	json_add(subject->facts, "config", config);
	return 0;
}

static void process_artefacts(const struct run *run, const struct subject *subject, struct costs *ret_costs)
{
	cleanup_free char *payload = process_payload(run, subject);

	costs_add_path(ret_costs, DISK_BASE, payload);
}

static int process_create(struct instance *in, struct error *err)
{
	(void)in;
	(void)err;
	return 0; /* a process has no layer of its own */
}

static int process_describe(struct instance *in, struct start_program *program, struct error *err)
{
	cleanup_free char *payload = process_payload(in->run, in->subject);
	cleanup_free char *channel =
	    alloc_format("%s=%s%s", PROTOCOL_ENV_CHANNEL, PROTOCOL_UNIX_PREFIX, in->socket);
	size_t used = 0;

	program->argument_count = 1;
	program->variable_count = 1 + (uint32_t)in->subject->variable_count;
	if (start_program_add(program, &used, payload, err) < 0 ||
	    start_program_add(program, &used, payload, err) < 0 ||
	    start_program_add(program, &used, channel, err) < 0)
		return -E2BIG;
	for (size_t i = 0; i < in->subject->variable_count; i++)
		if (start_program_add(program, &used, in->subject->variables[i].text, err) < 0)
			return -E2BIG;
	return 0;
}

static int process_start(struct instance *in, struct error *err)
{
	struct start_program program = {0};
	struct started started = {.pidfd = -1};
	int rc = process_describe(in, &program, err);

	if (rc < 0)
		return rc;
	rc = start_program(in->run->keeper, &program, -1, &started, err);
	started_record(in, &started);
	return rc;
}

static int process_inspect(struct instance *in, struct costs *ret_costs, struct error *err)
{
	(void)err;
	costs_add_process(ret_costs, in->pid);
	started_platform(in, ret_costs);
	process_artefacts(in->run, in->subject, ret_costs);
	return 0;
}

static void process_destroy(struct instance *in)
{
	if (in)
		(void)started_end(in, NULL);
}

static void process_finish(struct subject *subject)
{
	(void)subject; /* keeps nothing; the facts belong to the subject */
}

const struct runtime runtime_process = {
    .name = "process",
    .summary = "the payload as a plain process: the control that everything is compared with",
    .kind = RUNTIME_PROCESS,
    .probe = process_probe,
    .prepare = process_prepare,
    .artefacts = process_artefacts,
    .create = process_create,
    .start = process_start,
    .inspect = process_inspect,
    .stop = started_kill,
    .destroy = process_destroy,
    .finish = process_finish,
};
