/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/measure/registry.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/clock.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/program.h"

#define PROGRAM "docker-registry"
#define START_WAIT_NS 20000000000u
#define END_WAIT_NS 5000000000u
#define TRY_AGAIN_MS 5

struct registry {
	const struct run *run;
	char *folder; /* below RUN.storage: configuration and data */
	char *socket; /* where it listens: below RUN.private_folder */
	char address[24];
	struct relay *relay;
	struct started started;
};

/* A new object within another. */
static struct json *add_object(struct json *parent, const char *key)
{
	struct json *object = json_object();

	json_add(parent, key, object);
	return object;
}

/* Its configuration is YAML, which JSON is a part of. */
static int config_write(const struct registry *registry, const char *path, struct error *err)
{
	struct json *config = json_object();
	struct json *log = add_object(config, "log"), *storage = add_object(config, "storage"),
		    *http = add_object(config, "http");
	cleanup_free char *data = alloc_format("%s/data", registry->folder);

	json_add_text(config, "version", "0.1");
	json_add_text(log, "level", "error");
	json_add_bool(add_object(log, "accesslog"), "disabled", true);
	json_add_text(add_object(storage, "filesystem"), "rootdirectory", data);
	json_add_text(add_object(storage, "cache"), "blobdescriptor", "inmemory");
	json_add_text(http, "net", "unix");
	json_add_text(http, "addr", registry->socket);
	json_add_bool(http, "relativeurls", true);
	json_add_text(http, "secret", registry->run->id);
	cleanup_free char *text = json_text(config, true);

	json_free(config);
	return file_write(path, text, strlen(text), err);
}

static int process_start(struct registry *registry, const char *config, struct error *err)
{
	cleanup_free char *program = program_find(PROGRAM);
	const char *const words[] = {program, "serve", config, NULL};

	if (!program)
		return error_host(err, PROGRAM " is not installed: apt-get install docker-registry");
	int rc = program_launch(registry->run->keeper, words, -1, &registry->started, err);

	return rc < 0 ? error_wrap(err, rc, "%s", program) : 0;
}

static bool answers(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	cleanup_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	return fd >= 0 && !connect(fd, (struct sockaddr *)&address, sizeof(address));
}

static int await_socket(const struct registry *registry, struct error *err)
{
	uint64_t deadline_ns = clock_now_ns() + START_WAIT_NS;
	struct pollfd end = {.fd = registry->started.pidfd, .events = POLLIN};

	while (!answers(registry->socket)) {
		if (poll(&end, 1, TRY_AGAIN_MS) > 0)
			return error_set(err, -ECHILD, PROGRAM " ended instead of listening on %s", registry->socket);
		if (clock_now_ns() > deadline_ns)
			return error_set(err, -ETIMEDOUT, PROGRAM " does not listen on %s", registry->socket);
	}
	return 0;
}

int registry_start(const struct run *run, struct registry **ret_registry, struct error *err)
{
	struct registry *registry = alloc_zero(1, sizeof(*registry));

	registry->run = run;
	registry->started.pidfd = -1;
	registry->folder = alloc_format("%s/registry", run->storage);
	registry->socket = alloc_format("%s/registry", run->private_folder);
	cleanup_free char *config = alloc_format("%s/config.yml", registry->folder);
	int rc = file_make_dirs(registry->folder, 0700, err);

	if (!rc)
		rc = config_write(registry, config, err);
	if (!rc)
		rc = process_start(registry, config, err);
	if (!rc)
		rc = await_socket(registry, err);
	if (!rc)
		rc = relay_start(&registry->relay, registry->socket, err);
	if (rc < 0) {
		registry_stop(registry);
		return rc;
	}
	(void)snprintf(registry->address, sizeof(registry->address), "127.0.0.1:%u", relay_port(registry->relay));
	*ret_registry = registry;
	return 0;
}

const char *registry_address(const struct registry *registry)
{
	return registry->address;
}

struct relay_counts registry_counts(const struct registry *registry)
{
	return relay_counts(registry->relay);
}

bool registry_lives(const struct registry *registry)
{
	struct pollfd end = {.fd = registry->started.pidfd, .events = POLLIN};

	return poll(&end, 1, 0) == 0;
}

void registry_stop(struct registry *registry)
{
	struct exited exited;

	if (!registry)
		return;
	relay_stop(registry->relay);
	if (registry->started.pidfd >= 0) {
		(void)syscall(SYS_pidfd_send_signal, registry->started.pidfd, SIGKILL, NULL, 0);
		(void)start_await_exit(registry->run->keeper, registry->started.pid, clock_now_ns() + END_WAIT_NS,
				       &exited, NULL);
		(void)close(registry->started.pidfd);
	}
	(void)unlink(registry->socket);
	(void)file_remove_tree(registry->folder, NULL);
	free(registry->folder);
	free(registry->socket);
	free(registry);
}
