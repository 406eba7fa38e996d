/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/privileged/guest.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "harness/base/cleanup.h"
#include "harness/base/file.h"

struct world world;
static struct receiver *receiver;
static unsigned checks_failed, attempts;

void check(bool ok, const char *format, ...)
{
	va_list args;

	checks_failed += !ok;
	printf("# %s - ", ok ? "right" : "WRONG");
	va_start(args, format);
	(void)vprintf(format, args);
	va_end(args);
	printf("\n");
	(void)fflush(stdout);
}

void attempt_begin(struct attempt *a, struct subject *subject)
{
	struct instance *in = &a->in;

	*a = (struct attempt){.in = {.run = &world.run, .subject = subject, .pidfd = -1, .timeline = &a->timeline}};
	timeline_init(&a->timeline);
	in->failure_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	(void)snprintf(in->name, sizeof(in->name), "tare-%s-%u", world.run.id, attempts++);
	(void)snprintf(in->socket, sizeof(in->socket), "%s/%u", world.run.private_folder, attempts);
	(void)snprintf(in->storage, sizeof(in->storage), "%.3000s/%s", world.run.storage, in->name);
	a->rc = channel_open(receiver, in, &a->channel, &a->err);
	a->begin = clock_bracket_read();
}

void attempt_start(struct attempt *a, uint64_t wait_ns)
{
	struct instance *in = &a->in;

	timeline_mark(&a->timeline, EVENT_REQUEST, "harness");
	if (!a->rc)
		a->rc = a->in.subject->runtime->create(in, &a->err);
	timeline_mark(&a->timeline, EVENT_STORAGE_READY, "harness");
	timeline_mark(&a->timeline, EVENT_LAUNCH, "harness");
	if (!a->rc)
		a->rc = a->in.subject->runtime->start(in, &a->err);
	timeline_mark(&a->timeline, EVENT_START_RETURN, "harness");
	if (!a->rc)
		a->news = channel_wait(a->channel, CHANNEL_READY | CHANNEL_FAILED | CHANNEL_EXITED,
				       clock_now_ns() + wait_ns);
}

void attempt_look(struct attempt *a)
{
	if (!(a->news & CHANNEL_READY))
		return;
	a->news = channel_wait(a->channel, CHANNEL_REPLY | CHANNEL_FAILED, clock_now_ns() + HANG_NS);
	a->in.pid = channel_peer(a->channel);
	a->rc = a->in.subject->runtime->inspect(&a->in, &a->costs, &a->err);
}

void attempt_end(struct attempt *a)
{
	struct clock_bracket end;

	timeline_mark(&a->timeline, EVENT_STOP_CALL, "harness");
	if (!a->rc)
		a->rc = a->in.subject->runtime->stop(&a->in, &a->err);
	timeline_mark(&a->timeline, EVENT_STOP_RETURN, "harness");
	a->in.subject->runtime->destroy(&a->in);
	timeline_mark(&a->timeline, EVENT_RELEASED, "harness");
	end = clock_bracket_read();
	timeline_map_real(&a->timeline, &a->begin, &end);
	channel_close(a->channel);
	(void)close(a->in.failure_fd);
}

double attempt_ms(struct attempt *a, enum event_id from, enum event_id to)
{
	struct event first = timeline_get(&a->timeline, from), last = timeline_get(&a->timeline, to);

	return first.set && last.set ? ((double)last.t_ns - (double)first.t_ns) / 1e6 : -1;
}

/** How many folders or files below `path` have the name in theirs. */
static unsigned names_left(const char *path, const char *name, unsigned depth)
{
	DIR *folder = depth ? opendir(path) : NULL;
	struct dirent *entry;
	unsigned count = 0;

	while (folder && (entry = readdir(folder))) {
		char below[PATH_MAX];

		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (strstr(entry->d_name, name)) {
			printf("# left: %s/%s\n", path, entry->d_name);
			count++;
		}
		(void)snprintf(below, sizeof(below), "%.3000s/%s", path, entry->d_name);
		if (entry->d_type == DT_DIR)
			count += names_left(below, name, depth - 1);
	}
	if (folder)
		(void)closedir(folder);
	return count;
}

unsigned attempt_left(const struct attempt *a)
{
	char name[sizeof(a->in.name)];
	unsigned left = a->in.pid > 0 && !kill(a->in.pid, 0);

	/* libvirt shortens names in its folders, but keeps their beginning: look for what is unique in it. */
	(void)snprintf(name, sizeof(name), "%s", a->in.name);
	left += names_left(world.run.private_folder, name, 5) + names_left(world.run.storage, name, 2);
	return left + names_left("/sys/fs/cgroup", name, 4);
}

void check_all(void)
{
	assert_int_equal(checks_failed, 0);
}

bool guest_prepare(const char *text, bool hang, struct subject *ret_subject)
{
	static const struct limits limits = {.memory_bytes = 256 << 20, .cpus_count = 1};
	struct error err;
	int rc = subject_parse(ret_subject, text, &limits, &err);

	(void)snprintf(ret_subject->variables[0].text, sizeof(ret_subject->variables[0].text),
		       PROTOCOL_ENV_FAULT "=hang");
	ret_subject->variable_count = hang;
	if (!rc)
		rc = ret_subject->runtime->prepare(&world.run, ret_subject, &err);
	if (!rc)
		return true;
	check(false, "%s: prepare: %s", text, err.text);
	ret_subject->runtime->finish(ret_subject);
	return false;
}

void guest_finish(struct subject *subject)
{
	subject->runtime->finish(subject);
	json_free(subject->facts);
}

const char *garbage_path(void)
{
	static char path[PATH_MAX + 16];
	char bytes[4096];

	(void)snprintf(path, sizeof(path), "%s/garbage", world.run.storage);
	cleanup_fclose FILE *file = fopen(path, "we");

	(void)memset(bytes, 0x5a, sizeof(bytes));
	for (int i = 0; file && i < 256; i++)
		(void)fwrite(bytes, sizeof(bytes), 1, file);
	return path;
}

static int group_open(void **state)
{
	struct error err;

	(void)state;
	world_open(&world, &runtime_vm, "root=none");
	return receiver_start(&receiver, &err);
}

static int group_close(void **state)
{
	(void)state;
	receiver_stop(receiver);
	(void)unlink(garbage_path());
	world_close(&world);
	return 0;
}

/** Ends the test where no guest can be started at all. */
static void guests_needed(void)
{
	struct subject subject = {.runtime = &runtime_vm};
	struct run run = {.artifacts = "build"};
	struct finding finding;

	runtime_vm.probe(&run, &subject, &finding);
	if (finding.level != FINDING_FAIL)
		return;
	printf("skipped: %s %s\n", finding.reason, finding.remedy);
	exit(77);
}

int guest_main(char **argv, const struct CMUnitTest *tests, size_t count)
{
	guests_needed();
	world_enter(argv);
	receiver_block_signals();
	return _cmocka_run_group_tests("vm", tests, count, group_open, group_close);
}
