/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A runtime that starts nothing and follows a script: ready after a while, a failure at one step, a
 * channel that hangs, closes or carries garbage. It tests the whole pipeline, and demonstrates it,
 * without privileges. It alone may sleep: the sleep is what it stands for.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/clock.h"
#include "harness/base/file.h"
#include "harness/base/quantity.h"
#include "harness/model/protocol.h"
#include "harness/model/runtime.h"


struct mock {
	pthread_t thread;
	struct instance *in;
	int fd;
	uint64_t delay_ns;
};

static int check_delay(const char *value, struct error *err)
{
	uint64_t ns;

	return quantity_parse_ns(value, &ns, err);
}

static const struct runtime_option mock_options[] = {
	{"ready", NULL, "1ms", "how long it takes to get ready", check_delay},
	{"fail", "none|prepare|create|start|event|inspect|stop", "none",
	 "the operation that fails (event: the engine reports a failure after its start)", NULL},
	{"hang", "none|create|start|inspect|stop", "none", "the operation that gets no answer", NULL},
	{"channel", "good|silent|close|garbage|flood|mute", "good",
	 "what comes over it (silent: nothing, mute: ready but no facts)", NULL},
	{"facts", "own|host", "own", "whose kernel it claims to run on", NULL},
	{0},
};

static bool fails_at(const struct subject *subject, const char *step)
{
	return !strcmp(subject_setting(subject, "fail"), step);
}

static int scripted_failure(struct instance *in, const char *step, struct error *err)
{
	if (!strcmp(subject_setting(in->subject, "hang"), step)) {
		clock_sleep_until(in->deadline_ns);
		return error_set(err, -ETIMEDOUT, "mock: told to hang at %s", step);
	}
	return fails_at(in->subject, step) ? error_set(err, -EIO, "mock: told to fail at %s", step) : 0;
}

static void mock_probe(const struct run *run, const struct subject *subject, struct finding *ret_finding)
{
	(void)run;
	(void)subject;
	(void)snprintf(ret_finding->value, sizeof(ret_finding->value), "ready");
}

static int mock_prepare(const struct run *run, struct subject *subject, struct error *err)
{
	struct json *engine = json_object();

	(void)run;
	if (fails_at(subject, "prepare"))
		return error_set(err, -EIO, "mock: told to fail at prepare");
	subject->facts = json_object();
	json_add_text(engine, "name", "mock");
	json_add_text(engine, "version", NULL);
	json_add(subject->facts, "engine", engine);
	return 0;
}

static int mock_create(struct instance *in, struct error *err)
{
	int rc = file_make_dirs(in->storage, 0700, err);

	return rc < 0 ? rc : scripted_failure(in, "create", err);
}

static void say(int fd, const char *text, size_t length)
{
	(void)!send(fd, text, length, MSG_NOSIGNAL);
}

static void say_facts(const struct mock *mock)
{
	char text[512], release[65] = "mock", boot_id[40] = "mock";

	if (!strcmp(subject_setting(mock->in->subject, "facts"), "host")) {
		(void)file_read_line("/proc/sys/kernel/osrelease", release, sizeof(release), NULL);
		(void)file_read_line("/proc/sys/kernel/random/boot_id", boot_id, sizeof(boot_id), NULL);
	}
	int length = snprintf(text, sizeof(text),
			      PROTOCOL_FACT_VERSION "=%d\n" PROTOCOL_FACT_PID "=1\n" PROTOCOL_FACT_RELEASE
						    "=%s\n" PROTOCOL_FACT_BOOT_ID "=%s\n" PROTOCOL_FACT_SHA256
						    "=" PROTOCOL_FACT_UNKNOWN "\n" PROTOCOL_END "\n",
			      PROTOCOL_VERSION, release, boot_id);

	say(mock->fd, text, (size_t)length);
}

static void play_good(struct mock *mock)
{
	char byte = PROTOCOL_READY;

	say(mock->fd, &byte, 1);
	say_facts(mock);
}

static void play_mute(struct mock *mock)
{
	char byte = PROTOCOL_READY;

	say(mock->fd, &byte, 1);
}

static void play_silent(struct mock *mock)
{
	(void)mock;
}

static void play_close(struct mock *mock)
{
	(void)shutdown(mock->fd, SHUT_RDWR);
}

static void play_garbage(struct mock *mock)
{
	say(mock->fd, "\x7f\x45\x4c\x46", 4);
}

static void play_flood(struct mock *mock)
{
	char text[1024];

	play_mute(mock);
	(void)memset(text, 'x', sizeof(text));
	for (int i = 0; i < 64; i++)
		say(mock->fd, text, sizeof(text));
}

static const struct {
	const char *name;
	void (*play)(struct mock *);
} mock_scripts[] = {
	{"good", play_good},   {"mute", play_mute},	  {"silent", play_silent},
	{"close", play_close}, {"garbage", play_garbage}, {"flood", play_flood},
};

static void *mock_main(void *data)
{
	struct mock *mock = data;
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", mock->in->socket);
	(void)connect(mock->fd, (struct sockaddr *)&address, sizeof(address));
	clock_sleep_until(clock_now_ns() + mock->delay_ns);
	if (fails_at(mock->in->subject, "event")) {
		instance_fail(mock->in, "mock: told to report a failure");
		return NULL;
	}
	for (size_t i = 0; i < sizeof(mock_scripts) / sizeof(mock_scripts[0]); i++)
		if (!strcmp(mock_scripts[i].name, subject_setting(mock->in->subject, "channel")))
			mock_scripts[i].play(mock);
	return NULL;
}

static int mock_start(struct instance *in, struct error *err)
{
	struct mock *mock = alloc_zero(1, sizeof(*mock));

	mock->in = in;
	mock->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	(void)quantity_parse_ns(subject_setting(in->subject, "ready"), &mock->delay_ns, NULL);
	int rc = mock->fd < 0 ? -errno : -pthread_create(&mock->thread, NULL, mock_main, mock);

	if (rc < 0) {
		if (mock->fd >= 0)
			(void)close(mock->fd);
		free(mock);
		return error_errno(err, -rc, "mock: cannot start its thread");
	}
	in->state = mock;
	return scripted_failure(in, "start", err);
}

static int mock_inspect(struct instance *in, struct costs *ret_costs, struct error *err)
{
	costs_add_path(ret_costs, DISK_INSTANCE, in->storage);
	return scripted_failure(in, "inspect", err);
}

static int mock_stop(struct instance *in, struct error *err)
{
	return scripted_failure(in, "stop", err);
}

static void mock_destroy(struct instance *in)
{
	struct mock *mock = in->state;

	if (mock) {
		(void)shutdown(mock->fd, SHUT_RDWR);
		(void)pthread_join(mock->thread, NULL);
		(void)close(mock->fd);
		free(mock);
		in->state = NULL;
	}
	(void)file_remove_tree(in->storage, NULL);
}

static void mock_finish(struct subject *subject)
{
	(void)subject;
}

const struct runtime runtime_mock = {
	.name = "mock",
	.summary = "starts nothing, follows a script: for tests and demonstrations",
	.kind = RUNTIME_MOCK,
	.options = mock_options,
	.probe = mock_probe,
	.prepare = mock_prepare,
	.create = mock_create,
	.start = mock_start,
	.inspect = mock_inspect,
	.stop = mock_stop,
	.destroy = mock_destroy,
	.finish = mock_finish,
};
