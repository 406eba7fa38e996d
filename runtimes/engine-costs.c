/* SPDX-License-Identifier: Apache-2.0 */
/* Where the costs of an engine's container are: its processes with the shim or monitor above them, its layer with what
 * the engine keeps beside it, and the daemons that grow. */
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/base/text.h"
#include "runtimes/engine.h"
#include "runtimes/find-process.h"

/* Who listens on the socket; where systemd does in his place, whoever runs that program. */
static pid_t daemon_find(const struct engine *engine)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	cleanup_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct ucred peer = {0};
	socklen_t length = sizeof(peer);

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", engine->socket);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0)
		return 0;
	return process_runs(peer.pid, engine->traits->program) ? peer.pid : process_find(engine->traits->program, 1);
}

void engine_daemons_find(const struct engine *engine, struct subject *subject)
{
	pid_t daemon = daemon_find(engine);

	if (daemon > 0)
		subject->daemons[subject->daemon_count++] = daemon;
	pid_t helper = engine->traits->helper ? process_find(engine->traits->helper, daemon) : 0;

	if (helper > 0)
		subject->daemons[subject->daemon_count++] = helper;
}

static void add_processes(const struct instance *in, struct costs *costs)
{
	static const char *const monitors[] = {"containerd-shim-runc-v2", "containerd-shim", "conmon", "crun-wasm"};
	pid_t parent = process_parent(in->pid);

	costs_add_process(costs, in->pid);
	for (size_t i = 0; parent > 1 && i < sizeof(monitors) / sizeof(monitors[0]); i++)
		if (process_runs(parent, monitors[i])) {
			char path[PATH_MAX];

			costs_add_process(costs, parent);
			process_program(parent, path);
			costs_add_path(costs, DISK_PLATFORM, path);
		}
	for (size_t i = 0; i < in->subject->daemon_count; i++) {
		char path[PATH_MAX];

		process_program(in->subject->daemons[i], path);
		if (*path)
			costs_add_path(costs, DISK_PLATFORM, path);
	}
}

void engine_costs_folder(struct costs *costs, enum disk_row row, const char *path)
{
	cleanup_free char *copy = alloc_text(path);

	if (copy && *copy == '/' && file_exists(copy))
		costs_add_path(costs, row, dirname(copy));
}

/* "A:B:C", the instance's own layers first: Docker's "-init" one is made for each container. */
static void add_lower(struct costs *costs, const char *lower)
{
	for (const char *at = lower; at && *at; at = text_behind(at, ':')) {
		cleanup_free char *path = alloc_format("%.*s", (int)strcspn(at, ":"), at);

		if (strstr(path, "-init/"))
			engine_costs_folder(costs, DISK_INSTANCE, path);
		else
			costs_add_path(costs, DISK_BASE, path);
	}
}

void engine_artefacts(const struct run *run, const struct subject *subject, struct costs *ret_costs)
{
	const struct engine *engine = subject->state;

	(void)run;
	add_lower(ret_costs, engine->layers);
}

int engine_costs(struct engine *engine, const struct instance *in, struct costs *costs, struct error *err)
{
	cleanup_free char *path = alloc_format("/containers/%s/json", in->name);
	struct engine_request request = {.method = "GET", .path = path};
	struct json *reply = NULL;
	int rc = engine_api_call(engine->api, &request, &reply, err);

	if (rc < 0)
		return rc;
	add_processes(in, costs);
	costs->own_cgroup = true;
	/* The folder of the layer holds its upper and work folder; what is mounted in it is not entered. */
	engine_costs_folder(costs, DISK_INSTANCE, json_text_of(json_path(reply, "GraphDriver.Data.UpperDir"), ""));
	engine_costs_folder(costs, DISK_INSTANCE, json_get_text(reply, "HostnamePath", ""));
	add_lower(costs, json_text_of(json_path(reply, "GraphDriver.Data.LowerDir"), ""));
	json_free(reply);
	return 0;
}
