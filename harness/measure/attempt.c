/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/measure/attempt-steps.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "harness/base/cleanup.h"
#include "harness/base/clock.h"
#include "harness/base/file.h"
#include "harness/base/log.h"
#include "harness/measure/daemons.h"
#include "harness/measure/cache.h"
#include "harness/measure/disk.h"
#include "harness/measure/memory.h"
#include "harness/measure/noise.h"
#include "harness/measure/oom.h"
#include "harness/measure/placement.h"
#include "harness/measure/sync.h"
#include "harness/model/runtime.h"

#define SECOND_NS 1000000000u
#define FACTS_WAIT_NS (10ull * SECOND_NS) /* a software-emulated guest needs a while for its own SHA-256 */
#define INSPECT_WAIT_NS (10ull * SECOND_NS)
#define STOP_WAIT_NS (10ull * SECOND_NS)
#define CLASSIFY_WAIT_NS (SECOND_NS / 2) /* from a closed channel to the exit that explains it */

uint64_t attempt_timeout_ns(const struct subject *subject)
{
	static const uint64_t defaults_s[] = {
		[RUNTIME_PROCESS] = 30,
		[RUNTIME_CONTAINER] = 30,
		[RUNTIME_VM] = 120,
		[RUNTIME_MOCK] = 30,
	};

	if (subject->timeout_ns)
		return subject->timeout_ns;
	/* A guest with a label is not run by the hardware, and that is slow. */
	return (*subject->label ? 300u : defaults_s[subject->runtime->kind]) * (uint64_t)SECOND_NS;
}

/* What may come of a memory limit; the kernel's count of kills says whether it did, as long as the cgroup is there. */
static bool was_out_of_memory(const struct attempt *a, enum sample_status status, char *why, size_t size)
{
	const struct instance *in = &a->in;

	return (status == SAMPLE_CRASH || status == SAMPLE_LOST_CHANNEL || status == SAMPLE_TIMEOUT ||
		status == SAMPLE_START_ERROR) &&
	       *in->name && oom_look(OOM_CGROUP_ROOT, *in->group ? in->group : in->name, why, size);
}

void attempt_fail(struct attempt *a, enum sample_status status, const char *phase, const char *text)
{
	char why[160];

	if (a->sample->status != SAMPLE_OK)
		return; /* the first failure is the reason */
	if (was_out_of_memory(a, status, why, sizeof(why))) {
		status = SAMPLE_OOM;
		text = why;
	}
	a->sample->status = status;
	(void)snprintf(a->sample->phase, sizeof(a->sample->phase), "%s", phase);
	(void)snprintf(a->sample->error, sizeof(a->sample->error), "%s", text);
}

/* The operation's own failure: what an engine did not answer in time is a timeout. */
static void attempt_fail_operation(struct attempt *a, int rc, const char *phase)
{
	attempt_fail(a, rc == -ETIMEDOUT ? SAMPLE_TIMEOUT : SAMPLE_START_ERROR, phase, a->err.text);
}

void attempt_begin(struct attempt *a)
{
	const struct run *run = a->all->run;
	struct instance *in = &a->in;

	in->run = run;
	in->subject = &a->all->scenario->subjects[a->subject];
	in->pidfd = -1;
	in->timeline = &a->timeline;
	in->failure_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	(void)snprintf(in->name, sizeof(in->name), "tare-%s-%lld", run->id, (long long)a->sample->id);
	(void)snprintf(in->socket, sizeof(in->socket), "%s/%lld", run->private_folder, (long long)a->sample->id);
	if (snprintf(in->storage, sizeof(in->storage), "%s/%s", run->storage, in->name) >= (int)sizeof(in->storage))
		attempt_fail(a, SAMPLE_START_ERROR, "create", "the path of the storage folder is too long");
	timeline_init(&a->timeline);
	a->runtime = in->subject->runtime;
	a->sample->timeout_ns = (int64_t)attempt_timeout_ns(in->subject);
}

bool attempt_start(struct attempt *a)
{
	if (a->sample->status != SAMPLE_OK || channel_open(a->all->receiver, &a->in, &a->channel, &a->err) < 0) {
		attempt_fail(a, SAMPLE_START_ERROR, "create", a->err.text);
		return false;
	}
	a->in.deadline_ns = clock_now_ns() + attempt_timeout_ns(a->in.subject);
	cache_prepare(a->all->run, a->in.subject, &a->sample->cache);
	a->begin = clock_bracket_read();
	if (!clock_tsc_read(&a->begin_tsc))
		a->begin_tsc = (struct clock_tsc){0};
	timeline_mark(&a->timeline, EVENT_REQUEST, "harness");
	int rc = a->runtime->create(&a->in, &a->err);

	if (rc < 0) {
		attempt_fail_operation(a, rc, "create");
		return false;
	}
	timeline_mark(&a->timeline, EVENT_STORAGE_READY, "harness");
	timeline_mark(&a->timeline, EVENT_LAUNCH, "harness");
	rc = a->runtime->start(&a->in, &a->err);
	timeline_mark(&a->timeline, EVENT_START_RETURN, "harness");
	if (!rc)
		rc = channel_watch_process(a->channel, &a->err);
	if (rc < 0) {
		attempt_fail_operation(a, rc, "start");
		return false;
	}
	return true;
}

/* What ended the wait, if not the ready byte. First match wins: the most specific cause stands first. */
static void attempt_classify(struct attempt *a, unsigned news)
{
	char text[160];

	if (news & CHANNEL_CLOSED && !(news & (CHANNEL_EXITED | CHANNEL_FAILED)))
		news = channel_wait(a->channel, CHANNEL_EXITED | CHANNEL_FAILED, clock_now_ns() + CLASSIFY_WAIT_NS);
	(void)snprintf(text, sizeof(text), "not ready within %.0f s",
		       (double)attempt_timeout_ns(a->in.subject) / SECOND_NS);
	const struct {
		unsigned bit;
		enum sample_status status;
		const char *text;
	} rows[] = {
		{CHANNEL_GARBLED, SAMPLE_LOST_CHANNEL, "the channel carried something that is not the protocol"},
		{CHANNEL_FAILED, SAMPLE_START_ERROR, a->in.failure.text},
		{CHANNEL_EXITED, SAMPLE_CRASH, "the main process ended before it was ready"},
		{CHANNEL_CLOSED, SAMPLE_LOST_CHANNEL, "the channel was closed before the ready byte"},
		{CHANNEL_INTERRUPTED, SAMPLE_ABORTED, "the run was interrupted"},
		{~0u, SAMPLE_TIMEOUT, text},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (news & rows[i].bit || rows[i].bit == ~0u) {
			attempt_fail(a, rows[i].status, "ready", rows[i].text);
			return;
		}
}

bool attempt_await_ready(struct attempt *a)
{
	uint64_t deadline_ns = timeline_get(&a->timeline, EVENT_LAUNCH).t_ns + attempt_timeout_ns(a->in.subject);
	unsigned news = channel_wait(a->channel,
				     CHANNEL_READY | CHANNEL_CLOSED | CHANNEL_GARBLED | CHANNEL_EXITED |
					     CHANNEL_FAILED | CHANNEL_INTERRUPTED,
				     deadline_ns);

	if (!(news & CHANNEL_READY))
		attempt_classify(a, news);
	return news & CHANNEL_READY;
}

/* After ready: nothing from here on is on the clock. */
void attempt_learn(struct attempt *a)
{
	unsigned news = channel_wait(a->channel, CHANNEL_REPLY | CHANNEL_CLOSED | CHANNEL_GARBLED | CHANNEL_INTERRUPTED,
				     clock_now_ns() + FACTS_WAIT_NS);

	if (!(news & CHANNEL_REPLY) && news & CHANNEL_INTERRUPTED) {
		attempt_fail(a, SAMPLE_ABORTED, "facts", "the run was interrupted");
		return;
	}
	if (!(news & CHANNEL_REPLY)) {
		attempt_fail(a, SAMPLE_LOST_CHANNEL, "facts",
			     "the payload was ready, but did not say what it is");
		return;
	}
	identity_read(a->channel, &a->in, &a->all->expected, a->sample);
	if (a->runtime->kind != RUNTIME_MOCK && strcmp(a->in.subject->class, SUBJECT_CONTROL) &&
	    strcmp(a->sample->identity.payload_sha256, a->all->expected.payload_sha256))
		attempt_fail(a, SAMPLE_WRONG_CHECKSUM, "facts",
			     "what ran is not the payload: its SHA-256 differs from the one that was built");
	sync_read(a->channel, &a->in, &a->begin_tsc, a->sample);
}

bool attempt_inspect(struct attempt *a)
{
	a->in.deadline_ns = clock_now_ns() + INSPECT_WAIT_NS;
	int rc = a->runtime->inspect(&a->in, &a->costs, &a->err);

	if (rc < 0)
		attempt_fail_operation(a, rc, "inspect");
	return !rc;
}

bool attempt_command(struct attempt *a, const char *command, uint64_t wait_ns)
{
	unsigned news = 0;

	if (channel_send(a->channel, command, &a->err) < 0) {
		attempt_fail(a, SAMPLE_LOST_CHANNEL, "work", a->err.text);
		return false;
	}
	news = channel_wait(a->channel,
			    CHANNEL_REPLY | CHANNEL_CLOSED | CHANNEL_GARBLED | CHANNEL_EXITED | CHANNEL_INTERRUPTED,
			    clock_now_ns() + wait_ns);
	if (news & CHANNEL_REPLY)
		return true;
	if (news & CHANNEL_INTERRUPTED)
		attempt_fail(a, SAMPLE_ABORTED, "work", "the run was interrupted");
	else if (news & (CHANNEL_EXITED | CHANNEL_CLOSED))
		attempt_fail(a, SAMPLE_CRASH, "work",
			     news & CHANNEL_FAILED ? a->in.failure.text : "the main process ended while it worked");
	else
		attempt_fail(a, news & CHANNEL_GARBLED ? SAMPLE_LOST_CHANNEL : SAMPLE_TIMEOUT, "work",
			     "the payload gave no answer to a command");
	return false;
}

static void attempt_weigh(struct attempt *a)
{
	struct memory_task task = {
		.in = &a->in,
		.costs = &a->costs,
		.channel = a->channel,
		.daemons_before = a->daemons_before,
		.settle_min_ns = a->all->scenario->settle_min_ns,
		.settle_max_ns = a->all->scenario->settle_max_ns,
		.ready_ns = timeline_get(&a->timeline, EVENT_READY_OBS).t_ns,
	};

	if (!attempt_inspect(a))
		return;
	/* The disk first: what it holds at ready is the headline (method R3.4), and settling takes seconds. */
	disk_weigh(&a->costs, &a->sample->disk);
	memory_weigh(&task, &a->sample->memory);
	if (channel_wait(a->channel, 0, 0) & (CHANNEL_EXITED | CHANNEL_CLOSED)) {
		attempt_fail(a, SAMPLE_CRASH, "inspect", "the main process ended while it was weighed");
		return;
	}
	if (receiver_interrupted(a->all->receiver)) {
		attempt_fail(a, SAMPLE_ABORTED, "inspect", "the run was interrupted");
		return;
	}
	a->sample->has_memory = a->sample->has_disk = true;
}

/* The keeper is our own parent too. An engine's daemon or shim is the parent of what it starts. */
static bool attempt_is_foreign(const struct attempt *a)
{
	char path[32];
	uint64_t parent = 0;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)a->in.pid);
	return !file_read_field(path, "PPid", &parent, NULL) && (pid_t)parent != getppid();
}

void attempt_stop(struct attempt *a)
{
	a->foreign = attempt_is_foreign(a);
	a->in.deadline_ns = clock_now_ns() + STOP_WAIT_NS;
	timeline_mark(&a->timeline, EVENT_STOP_CALL, "harness");
	int rc = a->runtime->stop(&a->in, &a->err);

	timeline_mark(&a->timeline, EVENT_STOP_RETURN, "harness");
	if (rc < 0)
		attempt_fail_operation(a, rc, "stop");
	else if (a->in.pidfd >= 0 &&
		 !(channel_wait(a->channel, CHANNEL_EXITED, clock_now_ns() + STOP_WAIT_NS) & CHANNEL_EXITED))
		attempt_fail(a, SAMPLE_START_ERROR, "stop", "the main process did not end within 10 s");
}

/* After the channel was closed: from then on the receiving thread knows nothing of the instance any more. */
static void attempt_read_exit(struct attempt *a)
{
	struct exited exited;

	if (!a->in.pid || a->foreign || !a->all->run->keeper ||
	    start_await_exit(a->all->run->keeper, a->in.pid, clock_now_ns() + SECOND_NS, &exited, NULL) < 0)
		return;
	a->sample->exit_status = exited.status;
	a->sample->cpu_subject_ns = (int64_t)(exited.user_ns + exited.system_ns);
	a->sample->maxrss_bytes = (int64_t)exited.maxrss_bytes;
	a->sample->involuntary_switches = (int64_t)exited.involuntary_switches;
	a->sample->major_faults = (int64_t)exited.major_faults;
}

static void attempt_clean(struct attempt *a)
{
	a->runtime->destroy(&a->in);
	timeline_mark(&a->timeline, EVENT_RELEASED, "harness");
	channel_close(a->channel);
	attempt_read_exit(a);
	residue_check(&a->residue, &a->in, a->sample->residue, sizeof(a->sample->residue));
	if (a->in.pidfd >= 0)
		(void)close(a->in.pidfd);
	(void)close(a->in.failure_fd);
}

/* Events become relative to the request; the sample's own origin is relative to the run's epoch. */
static void attempt_take_events(struct attempt *a)
{
	struct clock_bracket end = clock_bracket_read();
	struct event request = timeline_get(&a->timeline, EVENT_REQUEST);

	a->sample->realtime_shift_ns = clock_bracket_shift(&a->begin, &end);
	if (sample_clock_stepped(a->sample->realtime_shift_ns))
		timeline_drop_real(&a->timeline);
	timeline_map_real(&a->timeline, &a->begin, &end);
	a->sample->t0_ns = request.set ? (int64_t)(request.t_ns - a->all->epoch_ns) : UNKNOWN;
	for (size_t i = 0; i < EVENT_COUNT && request.set; i++) {
		a->sample->events[i] = timeline_get(&a->timeline, (enum event_id)i);
		if (a->sample->events[i].set)
			a->sample->events[i].t_ns -= request.t_ns;
	}
	timeline_destroy(&a->timeline);
}

void attempt_refill(struct attempt *a)
{
	struct error err = {0};

	if (!a->runtime->refill)
		return;
	uint64_t begin_ns = clock_now_ns();
	int made = a->runtime->refill(a->in.run, a->in.subject, &err);

	if (made > 0)
		a->sample->refill_ns = (int64_t)(clock_now_ns() - begin_ns);
	else if (made < 0)
		log_debug("%s", err.text); /* the next start fails, and says it */
}

void attempt_end(struct attempt *a)
{
	attempt_clean(a);
	attempt_take_events(a);
	attempt_refill(a);
	log_debug("%s: %s %s %s", a->in.name, a->sample->subject, sample_status_name(a->sample->status),
		  a->sample->error);
}

void attempt_run(const struct attempts *attempts, const struct plan_step *step, struct sample *sample)
{
	struct attempt a = {.all = attempts, .subject = step->subject, .sample = sample};
	struct noise before, after;

	attempt_begin(&a);
	if (step->kind == BLOCK_FOOTPRINT)
		a.daemons_before = daemons_pss_bytes(a.in.subject);
	noise_read(&before);
	if (attempt_start(&a) && attempt_await_ready(&a)) {
		noise_read(&after);
		placement_read(a.in.pid, sample->cpus, sizeof(sample->cpus));
		residue_remember(&a.residue, &a.in);
		attempt_learn(&a);
		if (step->kind == BLOCK_FOOTPRINT && sample->status == SAMPLE_OK)
			attempt_weigh(&a);
		attempt_stop(&a);
	} else {
		noise_read(&after);
		residue_remember(&a.residue, &a.in);
	}
	attempt_end(&a);
	noise_difference(&before, &after, sample);
}
