/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The runtime `vm` on real guests: each kind boots, says what it is, and leaves nothing behind; each way to
 * fail is noticed and named.
 */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/measure/receiver.h"
#include "runtimes/vm.h"
#include "tests/privileged/world.h"

#define WAIT_NS 60000000000u
#define HANG_NS 3000000000u

extern const struct runtime runtime_vm;
const struct runtime *const runtimes[] = {&runtime_vm, NULL};

/** One attempt, and what came of it. */
struct attempt {
	struct instance in;
	struct timeline timeline;
	struct channel *channel;
	struct clock_bracket begin;
	struct costs costs;
	unsigned news;
	struct error err;
	int rc; /**< of the first operation that failed */
};

static struct world world; /* its subject keeps the connection open: libvirt cannot start its driver again and again */
static struct receiver *receiver;
static unsigned checks_failed, attempts;

/** Says what was seen, and remembers whether it was right: one guest's failure does not hide the next one's. */
static __attribute__((format(printf, 2, 3))) void check(bool ok, const char *format, ...)
{
	va_list args;

	checks_failed += !ok;
	printf("%s - ", ok ? "ok" : "not ok");
	va_start(args, format);
	(void)vprintf(format, args);
	va_end(args);
	printf("\n");
	(void)fflush(stdout);
}

static void attempt_begin(struct attempt *a, struct subject *subject)
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

/** Creates and starts, and waits for the ready byte or for news of a failure. */
static void attempt_start(struct attempt *a, uint64_t wait_ns)
{
	struct instance *in = &a->in;

	timeline_mark(&a->timeline, EVENT_REQUEST, "harness");
	if (!a->rc)
		a->rc = runtime_vm.create(in, &a->err);
	timeline_mark(&a->timeline, EVENT_STORAGE_READY, "harness");
	timeline_mark(&a->timeline, EVENT_LAUNCH, "harness");
	if (!a->rc)
		a->rc = runtime_vm.start(in, &a->err);
	timeline_mark(&a->timeline, EVENT_START_RETURN, "harness");
	if (!a->rc)
		a->news = channel_wait(a->channel, CHANNEL_READY | CHANNEL_FAILED | CHANNEL_EXITED,
				       clock_now_ns() + wait_ns);
}

/** Reads the facts, if there are any, and where the costs are. */
static void attempt_look(struct attempt *a)
{
	if (!(a->news & CHANNEL_READY))
		return;
	a->news = channel_wait(a->channel, CHANNEL_REPLY | CHANNEL_FAILED, clock_now_ns() + HANG_NS);
	a->in.pid = channel_peer(a->channel);
	a->rc = runtime_vm.inspect(&a->in, &a->costs, &a->err);
}

static void attempt_end(struct attempt *a)
{
	struct clock_bracket end;

	timeline_mark(&a->timeline, EVENT_STOP_CALL, "harness");
	if (!a->rc)
		a->rc = runtime_vm.stop(&a->in, &a->err);
	timeline_mark(&a->timeline, EVENT_STOP_RETURN, "harness");
	runtime_vm.destroy(&a->in);
	timeline_mark(&a->timeline, EVENT_RELEASED, "harness");
	end = clock_bracket_read();
	timeline_map_real(&a->timeline, &a->begin, &end);
	channel_close(a->channel);
	(void)close(a->in.failure_fd);
}

/** Milliseconds between two events; negative: one of them did not happen. */
static double attempt_ms(struct attempt *a, enum event_id from, enum event_id to)
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
			printf("left: %s/%s\n", path, entry->d_name);
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

/** What is left of an instance: a process, a file, a cgroup. */
static unsigned attempt_left(const struct attempt *a)
{
	char name[sizeof(a->in.name)];
	unsigned left = a->in.pid > 0 && !kill(a->in.pid, 0);

	/* libvirt shortens names in its folders, but keeps their beginning: look for what is unique in it. */
	(void)snprintf(name, sizeof(name), "%s", a->in.name);
	left += names_left(world.run.private_folder, name, 5) + names_left(world.run.storage, name, 2);
	return left + names_left("/sys/fs/cgroup", name, 4);
}

/** False: said so, and nothing is left to finish. `hang`: the guest must never get ready. */
static bool subject_prepare(const char *text, bool hang, struct subject *ret_subject)
{
	static const struct limits limits = {.memory_bytes = 256 << 20, .cpus_count = 1};
	struct error err;
	int rc = subject_parse(ret_subject, text, &limits, &err);

	(void)snprintf(ret_subject->variables[0].text, sizeof(ret_subject->variables[0].text), PROTOCOL_ENV_HANG "=1");
	ret_subject->variable_count = hang;
	if (!rc)
		rc = runtime_vm.prepare(&world.run, ret_subject, &err);
	if (!rc)
		return true;
	check(false, "%s: prepare: %s", text, err.text);
	runtime_vm.finish(ret_subject);
	return false;
}

static void subject_finish(struct subject *subject)
{
	runtime_vm.finish(subject);
	json_free(subject->facts);
}

static void report_boot(struct attempt *a)
{
	printf("     ready %.1f ms: storage %.2f, connected %.1f, running %.1f, start returned %.1f; stop returned %.1f, "
	       "released %.1f\n",
	       attempt_ms(a, EVENT_REQUEST, EVENT_READY_OBS), attempt_ms(a, EVENT_REQUEST, EVENT_STORAGE_READY),
	       attempt_ms(a, EVENT_LAUNCH, EVENT_QEMU_CONNECTED), attempt_ms(a, EVENT_LAUNCH, EVENT_VM_RUNNING),
	       attempt_ms(a, EVENT_LAUNCH, EVENT_START_RETURN), attempt_ms(a, EVENT_STOP_CALL, EVENT_STOP_RETURN),
	       attempt_ms(a, EVENT_STOP_CALL, EVENT_RELEASED));
}

/** A subject that must boot: facts are right, costs are named, nothing is left. */
static void check_boot(const char *text)
{
	struct subject subject = {0};
	struct attempt a;
	char release[128] = "";

	if (!subject_prepare(text, false, &subject))
		return;
	attempt_begin(&a, &subject);
	attempt_start(&a, WAIT_NS);
	attempt_look(&a);
	bool facts = a.news & CHANNEL_REPLY &&
		     channel_fact(channel_text(a.channel), PROTOCOL_FACT_RELEASE, release, sizeof(release));

	attempt_end(&a);
	report_boot(&a);
	check(!a.rc && a.news & CHANNEL_READY && facts, "%s: ready, runs %s [%s]%s%s", text, release, subject.label,
	    a.rc ? ": " : "", a.rc ? a.err.text : "");
	check(attempt_ms(&a, EVENT_VM_RUNNING, EVENT_READY_OBS) > 0, "%s: vm_running is known", text);
	check(a.costs.process_count == 1 && a.costs.path_count >= 6, "%s: costs are named", text);
	check(!attempt_left(&a), "%s: nothing is left", text);
	subject_finish(&subject);
}

/** An attempt that must fail with `expected` in its text. The first hook that is set breaks something. */
struct failure {
	const char *name, *subject, *expected;
	void (*prepared)(struct attempt *a); /**< before create */
	void (*created)(struct attempt *a);  /**< before start */
	void (*ready)(struct attempt *a);
};

static struct vm *vm_of(struct attempt *a)
{
	return a->in.subject->state;
}

/** A file of 1 MiB that is nothing. */
static const char *garbage_path(void)
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

static void kernel_missing(struct attempt *a)
{
	vm_of(a)->domain.kernel = "/nonexistent/kernel";
}

static void kernel_garbage(struct attempt *a)
{
	vm_of(a)->domain.kernel = garbage_path();
}

static void initrd_garbage(struct attempt *a)
{
	vm_of(a)->domain.initrd = garbage_path();
}

static void disk_garbage(struct attempt *a)
{
	char path[PATH_MAX + 16];

	(void)snprintf(path, sizeof(path), "%s/disk.qcow2", a->in.storage);
	(void)unlink(path);
	(void)file_copy(garbage_path(), path, NULL);
}

static void disk_missing(struct attempt *a)
{
	(void)file_remove_tree(a->in.storage, NULL);
}

static void listener_missing(struct attempt *a)
{
	(void)unlink(a->in.socket);
}

static void qemu_kill(struct attempt *a)
{
	(void)kill(channel_peer(a->channel), SIGKILL);
}

static const struct failure failures[] = {
	{"missing kernel", "vm:root=none", "could not open kernel file", .prepared = kernel_missing},
	{"garbage kernel", "vm:root=none", "cannot start", .prepared = kernel_garbage},
	{"garbage initramfs: the kernel panics", "vm:root=none", "guest-reset", .prepared = initrd_garbage},
	{"the same on q35", "vm:root=none:machine=q35", "guest-reset", .prepared = initrd_garbage},
	{"corrupt overlay", "vm", "qcow2", .created = disk_garbage},
	{"missing overlay", "vm", "disk.qcow2", .created = disk_missing},
	{"nobody listens", "vm:root=none", "connect", .created = listener_missing},
	{"QEMU killed", "vm", "QEMU died", .ready = qemu_kill},
};

static void hook(void (*function)(struct attempt *), struct attempt *a)
{
	if (function && !a->rc)
		function(a);
}

static void check_failure(const struct failure *failure)
{
	struct subject subject = {0};
	struct attempt a;

	if (!subject_prepare(failure->subject, false, &subject))
		return;
	attempt_begin(&a, &subject);
	hook(failure->prepared, &a);
	if (!a.rc)
		a.rc = runtime_vm.create(&a.in, &a.err);
	hook(failure->created, &a);
	if (!a.rc)
		a.rc = runtime_vm.start(&a.in, &a.err);
	if (!a.rc && failure->ready)
		(void)channel_wait(a.channel, CHANNEL_READY, clock_now_ns() + WAIT_NS);
	hook(failure->ready, &a);
	if (!a.rc)
		a.news = channel_wait(a.channel, CHANNEL_FAILED, clock_now_ns() + WAIT_NS);

	const char *text = a.rc ? a.err.text : a.news & CHANNEL_FAILED ? a.in.failure.text : "no failure noticed";

	check(strstr(text, failure->expected), "%s: %s", failure->name, text);
	a.rc = 0;
	attempt_end(&a);
	check(!attempt_left(&a), "%s: nothing is left", failure->name);
	subject_finish(&subject);
}

/** A guest that never gets ready: no failure, and it ends all the same. */
static void check_hang(void)
{
	struct subject subject = {0};
	struct attempt a;

	if (!subject_prepare("vm:root=none", true, &subject))
		return;
	attempt_begin(&a, &subject);
	attempt_start(&a, HANG_NS);
	check(!a.rc && !(a.news & (CHANNEL_READY | CHANNEL_FAILED)), "never ready: nothing is heard");
	attempt_end(&a);
	check(!a.rc && !attempt_left(&a), "never ready: nothing is left");
	subject_finish(&subject);
}

static void check_half_made(void)
{
	struct subject subject = {0};
	struct attempt a;

	runtime_vm.destroy(NULL);
	runtime_vm.finish(NULL);
	runtime_vm.finish(&subject);
	if (!subject_prepare("vm", false, &subject))
		return;
	attempt_begin(&a, &subject);
	runtime_vm.destroy(&a.in);
	(void)runtime_vm.create(&a.in, &a.err);
	attempt_end(&a);
	check(!attempt_left(&a), "an instance that was never started leaves nothing");
	subject_finish(&subject);
}

static void check_refusals(void)
{
	struct subject subject = {0};
	struct error err = {0};

	(void)subject_parse(&subject, "vm", &(struct limits){.memory_bytes = 64 << 20}, &err);
	int rc = runtime_vm.prepare(&world.run, &subject, &err);

	check(rc < 0 && err.class == ERROR_INPUT, "64 MiB: %s", err.text);
	subject_finish(&subject);
}

static void guests_boot(void **state)
{
	static const char *const subjects[] = {
		"vm",
		"vm:root=none",
		"vm:libvirt=stock",
		"vm:root=none:kernel=bzimage",
		"vm:cmdline=stock:root=none",
		"vm:machine=q35",
		"vm:machine=q35:root=none",
		"vm:machine=q35:libvirt=stock:cmdline=stock:kernel=bzimage",
		"vm:machine=pc",
		"vm:machine=pc:root=none",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++)
		check_boot(subjects[i]);
	assert_int_equal(checks_failed, 0);
}

static void failures_are_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++)
		check_failure(&failures[i]);
	check_hang();
	assert_int_equal(checks_failed, 0);
}

static void half_made_is_removed(void **state)
{
	(void)state;
	check_half_made();
	check_refusals();
	assert_int_equal(checks_failed, 0);
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

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(guests_boot),
		cmocka_unit_test(failures_are_named),
		cmocka_unit_test(half_made_is_removed),
	};

	(void)argc;
	guests_needed();
	world_enter(argv);
	receiver_block_signals();
	return cmocka_run_group_tests(tests, group_open, group_close);
}
