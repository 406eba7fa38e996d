/* SPDX-License-Identifier: Apache-2.0 */
/* Which socket an engine listens on, and whether it can be used: the user's own settings decide, nothing is started. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "runtimes/engine.h"
#include "harness/base/program.h"

#define UNIX_PREFIX "unix://"

static const struct engine_traits traits[] = {
    {
	.runtime = "docker",
	.program = "dockerd",
	.helper = "containerd",
	.variable = "DOCKER_HOST",
	.user_socket = "docker.sock",
	.root_socket = "/var/run/docker.sock",
	.package = "docker.io",
    },
    {
	.runtime = "docker-cli",
	.program = "dockerd",
	.helper = "containerd",
	.client = "docker",
	.variable = "DOCKER_HOST",
	.user_socket = "docker.sock",
	.root_socket = "/var/run/docker.sock",
	.package = "docker.io",
    },
    {
	.runtime = "podman",
	.program = "podman",
	.variable = "CONTAINER_HOST",
	.user_socket = "podman/podman.sock",
	.root_socket = "/run/podman/podman.sock",
	.package = "podman",
	.libpod = true,
	.limits_files = true,
    },
};

const struct engine_traits *engine_traits_find(const char *runtime)
{
	for (size_t i = 0; i < sizeof(traits) / sizeof(traits[0]); i++)
		if (!strcmp(traits[i].runtime, runtime))
			return &traits[i];
	return NULL;
}

static int socket_take(const char *path, char ret_socket[108], struct error *err)
{
	if (snprintf(ret_socket, 108, "%s", path) >= 108)
		return error_input(err, "%s: too long for a socket", path);
	return 0;
}

int engine_socket_find(const struct engine_traits *t, char ret_socket[108], struct error *err)
{
	const char *named = getenv(t->variable), *folder = getenv("XDG_RUNTIME_DIR");

	if (named && *named && strncmp(named, UNIX_PREFIX, strlen(UNIX_PREFIX)))
		return error_input(err, "%s=%s: only unix:///PATH can be measured, as the payload reports over a "
				   "socket of this host", t->variable, named);
	if (named && *named)
		return socket_take(named + strlen(UNIX_PREFIX), ret_socket, err);
	cleanup_free char *own = folder ? alloc_format("%s/%s", folder, t->user_socket) : NULL;

	/* A user's own engine before one that he may not use. */
	if (own && file_exists(own) && (geteuid() || !file_exists(t->root_socket)))
		return socket_take(own, ret_socket, err);
	return socket_take(t->root_socket, ret_socket, err);
}

/* What an open that failed says to people. */
static void finding_refuse(const struct engine_traits *t, const struct error *err, struct finding *ret_finding)
{
	cleanup_free char *daemon = program_find(t->program);
	cleanup_free char *install = alloc_format("Install it (Debian: %s) and start it.", t->package);
	cleanup_free char *start =
	    alloc_format("Start it, or name its socket in %s; tare never starts it.", t->variable);
	const struct {
		int code;
		const char *value, *remedy;
	} rows[] = {
	    {-ENOENT, daemon ? "no daemon" : "not installed", daemon ? start : install},
	    {-ECONNREFUSED, "no daemon", start},
	    {-EACCES, "no permission", "Become a member of the group that owns the socket, or run tare as root."},
	    {-EPERM, "no permission", "Become a member of the group that owns the socket, or run tare as root."},
	    {-ETIMEDOUT, "does not answer", "Look at the daemon's log."},
	    {-EINVAL, "no unix socket", "Unset the variable, or let it name a unix socket."},
	};
	cleanup_free char *reason = alloc_format("%s.", err->text);

	finding_say(ret_finding, FINDING_FAIL, "no engine", reason, "Look at what listens on the socket.");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].code == err->code) {
			finding_say(ret_finding, FINDING_FAIL, rows[i].value, reason, rows[i].remedy);
			return;
		}
}

void engine_probe(const struct run *run, const struct subject *subject, struct finding *ret_finding)
{
	const struct engine_traits *t = engine_traits_find(subject->runtime->name);
	cleanup_free char *client = t->client ? program_find(t->client) : NULL;
	struct engine_api *api = NULL;
	struct error err = {0};
	char socket[108];

	(void)run;
	int rc = engine_socket_find(t, socket, &err);

	if (!rc)
		rc = engine_api_open(&api, socket, &err);
	engine_api_close(api);
	if (rc < 0)
		finding_refuse(t, &err, ret_finding);
	else if (t->client && !client)
		finding_say(ret_finding, FINDING_FAIL, "no client", "The command line client is not installed.",
			    "Install it (Debian: docker.io).");
	else
		finding_say(ret_finding, FINDING_OK, "ready", "", "");
}
