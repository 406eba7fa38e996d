/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/privileged/world.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/clock.h"
#include "harness/base/file.h"
#include "harness/base/places.h"
#include "harness/base/text.h"
#include "harness/measure/leftovers.h"
#include "tests/privileged/world.h"

#define READY_TIMEOUT_MS 10000

const char *world_artifacts;

#define must(call, err)                                                                                      \
	do {                                                                                                 \
		(err)->text[0] = '\0';                                                                       \
		if ((call) < 0)                                                                              \
			fail_msg("%s: %s", #call, (err)->text);                                              \
	} while (0)

static void program_copy(const char *from, const char *folder, const char *name)
{
	cleanup_free char *to = alloc_format("%s/%s", folder, name);
	struct error err = {0};

	if (file_copy(from, to, &err) == 0 && chmod(to, 0755) == 0)
		return;
	(void)fprintf(stderr, "%s\n", err.text);
	exit(1);
}

void world_enter(char **argv)
{
	char folder[] = "/tmp/tare-test.XXXXXX";
	const char *tare = getenv("TARE");

	if (getenv(START_ENV_FD))
		return;
	if (geteuid() && !getenv("TARE_TEST_USER")) {
		(void)printf("skipped: needs root\n");
		exit(77);
	}
	if (!mkdtemp(folder))
		exit(1);
	program_copy(tare ? tare : "build/tare", folder, "tare");
	program_copy("/proc/self/exe", folder, "tare-harness");
	cleanup_free char *program = alloc_format("%s/tare", folder);

	(void)execv(program, argv);
	exit(1);
}

/* The programs' copies are ours to remove: both are running, which keeps them. */
static void programs_remove(void)
{
	char path[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);

	assert_true(length > 0);
	path[length] = '\0';
	*strrchr(path, '/') = '\0';
	if (strncmp(path, "/tmp/tare-test.", 15) == 0)
		(void)file_remove_tree(path, NULL);
}

const char *world_place(void)
{
	return geteuid() ? getenv("TARE_TEST_USER") : "build";
}

void world_open(struct world *world, const struct runtime *runtime, const char *setting)
{
	struct error err = {0};
	uint64_t id;
	cleanup_free char *root = NULL;

	(void)memset(world, 0, sizeof(*world));
	assert_int_equal(getrandom(&id, sizeof(id), 0), sizeof(id));
	(void)snprintf(world->run.id, sizeof(world->run.id), "%016llx", (unsigned long long)id);
	(void)snprintf(world->run.private_folder, sizeof(world->run.private_folder), "%.40s/tare-%s",
		       places_runtime(), world->run.id);
	(void)snprintf(world->folder, sizeof(world->folder), "%.40s/tare-%s", world_place(), world->run.id);
	must(file_make_dirs(world->folder, 0755, &err), &err);
	assert_non_null(realpath(world->folder, world->run.storage));
	root = realpath(world_artifacts ? world_artifacts : geteuid() ? places_artifacts() : "build", NULL);
	assert_non_null(root);
	(void)snprintf(world->run.artifacts, sizeof(world->run.artifacts), "%s", root);
	must(world->lock = leftovers_claim(world->run.private_folder, &err), &err);

	static struct start_client *client; /* one per process */

	if (!client) {
		must(start_connect(&client, &err), &err);
		programs_remove();
	}
	world->run.keeper = client;
	must(start_guard_folder(client, world->run.storage, &err), &err);
	must(start_guard_folder(client, world->run.private_folder, &err), &err);

	struct subject *subject = &world->subject;

	subject->runtime = runtime;
	(void)snprintf(subject->name, sizeof(subject->name), "%s", runtime->name);
	subject->limits = (struct limits){.memory_bytes = 256u << 20, .pids_count = 64};
	if (setting) {
		const char *equals = strchr(setting, '=');

		if (!strcmp(setting, "root=none")) {
			subject->root = ROOT_NONE;
		} else {
			struct setting *s = &subject->settings[subject->setting_count++];

			(void)snprintf(s->name, sizeof(s->name), "%.*s", (int)(equals - setting), setting);
			(void)snprintf(s->value, sizeof(s->value), "%s", equals + 1);
		}
	}
	must(runtime->prepare(&world->run, subject, &err), &err);
}

void world_close(struct world *world)
{
	struct file_usage usage;

	world->subject.runtime->finish(&world->subject);
	json_free(world->subject.facts);
	assert_int_equal(file_usage(world->run.storage, &usage, NULL), 0);
	assert_int_equal(usage.inodes, 1);
	assert_int_equal(file_remove_tree(world->run.storage, NULL), 0);
	assert_int_equal(file_remove_tree(world->run.private_folder, NULL), 0);
	(void)close(world->lock);
}

static void probe_listen(struct probe *probe)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", probe->in.socket);
	probe->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	assert_true(probe->listener >= 0);
	assert_int_equal(bind(probe->listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(chmod(probe->in.socket, 0666), 0);
	assert_int_equal(listen(probe->listener, 1), 0);
}

void probe_start(struct probe *probe, struct world *world, unsigned number)
{
	struct instance *in = &probe->in;
	struct error err = {0};

	(void)memset(probe, 0, sizeof(*probe));
	probe->channel = -1;
	timeline_init(&probe->timeline);
	in->run = &world->run;
	in->subject = &world->subject;
	in->timeline = &probe->timeline;
	in->pidfd = -1;
	(void)snprintf(in->name, sizeof(in->name), "tare-%s-%u", world->run.id, number);
	(void)snprintf(in->socket, sizeof(in->socket), "%s/%u.sock", world->run.private_folder, number);
	(void)snprintf(in->storage, sizeof(in->storage), "%.3000s/%s", world->run.storage, in->name);
	probe_listen(probe);
	probe->request_ns = clock_now_ns();
	must(world->subject.runtime->create(in, &err), &err);
	timeline_mark(in->timeline, EVENT_LAUNCH, "harness");
	must(world->subject.runtime->start(in, &err), &err);
	assert_true(in->pid > 0);
	assert_true(in->pidfd >= 0);
}

static ssize_t channel_read(struct probe *probe, char *bytes, size_t size)
{
	struct pollfd ready = {.fd = probe->channel, .events = POLLIN};

	if (poll(&ready, 1, READY_TIMEOUT_MS) != 1)
		return -1;
	return recv(probe->channel, bytes, size, 0);
}

void probe_ready(struct probe *probe)
{
	struct pollfd ready = {.fd = probe->listener, .events = POLLIN};
	size_t used = 0;
	char byte;

	assert_int_equal(poll(&ready, 1, READY_TIMEOUT_MS), 1);
	probe->channel = accept4(probe->listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(probe->channel >= 0);
	assert_int_equal(channel_read(probe, &byte, 1), 1);
	probe->ready_ns = clock_now_ns();
	assert_int_equal(byte, PROTOCOL_READY);
	while (!strstr(probe->facts, "\n" PROTOCOL_END "\n")) {
		ssize_t got = channel_read(probe, probe->facts + used, sizeof(probe->facts) - 1 - used);

		assert_true(got > 0);
		used += (size_t)got;
	}
}

/* The value behind "KEY" and the separator, up to the end of the line. */
static const char *line_value(const char *text, const char *key, char separator)
{
	static char value[1024];
	size_t length = strlen(key);

	for (const char *line = text; line; line = text_behind(line, '\n'))
		if (!strncmp(line, key, length) && line[length] == separator) {
			line += length + 1;
			line += strspn(line, " \t");
			(void)snprintf(value, sizeof(value), "%.*s", (int)strcspn(line, "\n"), line);
			return value;
		}
	return "";
}

const char *probe_fact(const struct probe *probe, const char *key)
{
	return line_value(probe->facts, key, '=');
}

const char *probe_proc(const struct probe *probe, const char *name)
{
	static char *text;
	cleanup_free char *path = alloc_format("/proc/%d/%s", (int)probe->in.pid, name);
	struct error err = {0};

	free(text);
	text = file_read(path, NULL, &err);
	if (!text)
		fail_msg("%s", err.text);
	return text;
}

const char *probe_status(const struct probe *probe, const char *key)
{
	return line_value(probe_proc(probe, "status"), key, ':');
}

void probe_end(struct probe *probe)
{
	struct instance *in = &probe->in;
	struct error err = {0};

	must(in->subject->runtime->stop(in, &err), &err);
	in->subject->runtime->destroy(in);
	assert_int_equal(kill(in->pid, 0), -1);
	assert_int_equal(errno, ESRCH);
	assert_false(file_exists(in->storage));
	(void)close(in->pidfd);
	(void)close(probe->listener);
	if (probe->channel >= 0)
		(void)close(probe->channel);
	(void)unlink(in->socket);
	timeline_destroy(&probe->timeline);
}

int trial_start(struct trial *trial, struct world *world, unsigned number, struct error *err)
{
	struct instance *in = &trial->in;

	(void)memset(trial, 0, sizeof(*trial));
	timeline_init(&trial->timeline);
	in->run = &world->run;
	in->subject = &world->subject;
	in->timeline = &trial->timeline;
	in->pidfd = -1;
	(void)snprintf(in->name, sizeof(in->name), "tare-%s-%u", world->run.id, number);
	(void)snprintf(in->storage, sizeof(in->storage), "%.3000s/%s", world->run.storage, in->name);
	(void)snprintf(in->socket, sizeof(in->socket), "%s/channel", world->run.private_folder);
	(void)close(open(in->socket, O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
	assert_int_equal(in->subject->runtime->create(in, err), 0);
	return in->subject->runtime->start(in, err);
}

void trial_end(struct trial *trial)
{
	trial->in.subject->runtime->destroy(&trial->in);
	assert_false(file_exists(trial->in.storage));
	if (trial->in.pidfd >= 0)
		(void)close(trial->in.pidfd);
	timeline_destroy(&trial->timeline);
}
