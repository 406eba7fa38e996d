/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/measure/sync.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness/measure/sync-bounds.h"
#include "harness/model/runtime.h"

#define PINGS 64
#define REPLY_WAIT_NS 1000000000u
#define LOG_STEP_NS 1000  /* the kernel's log counts microseconds */
#define RATE_ERROR_PPM 10 /* of the guest kernel's idea of its counter's rate; measured: up to 4 */

/* One guest while it is asked. */
struct sync {
	struct channel *channel;
	struct instance *in;
	struct clock_sync *record;
	double ns_per_tick;
	uint64_t origin; /* a reading of the guest's counter: ticks are counted from here, so that doubles suffice */
	struct sync_bounds bounds;
	int64_t offset_ns, err_ns;
};

/* "MONOTONIC_ns BOOTTIME_ns TSC" of the payload. */
struct guest_stamp {
	uint64_t monotonic_ns, boottime_ns, tsc;
};

static bool stamp_parse(const char *text, struct guest_stamp *ret)
{
	return sscanf(text, "%" SCNu64 " %" SCNu64 " %" SCNu64, &ret->monotonic_ns, &ret->boottime_ns, &ret->tsc) == 3;
}

static int64_t guest_ns(const struct sync *s, uint64_t tsc)
{
	return (int64_t)((double)(int64_t)(tsc - s->origin) * s->ns_per_tick);
}

static void __attribute__((format(printf, 2, 3))) sync_fail(struct sync *s, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(s->record->reason, sizeof(s->record->reason), format, args);
	va_end(args);
}

/* Sends a command and waits for the whole answer. */
static bool sync_ask(struct sync *s, const char *command)
{
	unsigned news;

	if (channel_send(s->channel, command, NULL) < 0) {
		sync_fail(s, "%s: the guest takes no command", command);
		return false;
	}
	news = channel_wait(s->channel, CHANNEL_REPLY | CHANNEL_CLOSED | CHANNEL_GARBLED | CHANNEL_INTERRUPTED,
			    clock_now_ns() + REPLY_WAIT_NS);
	if (!(news & CHANNEL_REPLY))
		sync_fail(s, "%s: the guest gave no answer", command);
	return news & CHANNEL_REPLY;
}

static bool sync_ping(struct sync *s)
{
	uint64_t received, answered;
	struct round_trip trip;

	if (!sync_ask(s, PROTOCOL_COMMAND_PING))
		return false;
	if (sscanf(channel_text(s->channel), "p %" SCNx64 " %" SCNx64, &received, &answered) != 2) {
		sync_fail(s, "ping: the answer is no pair of time stamps");
		return false;
	}
	trip = channel_round_trip(s->channel);
	sync_bounds_exchange(&s->bounds, (int64_t)trip.sent_ns, guest_ns(s, received), guest_ns(s, answered),
			     (int64_t)trip.arrived_ns);
	return true;
}

/* The counter's rate against the host's clock, over this very sample: a guest's counter ticks like the host's. */
static bool sync_rate(struct sync *s, const struct clock_tsc *begin)
{
	struct clock_tsc now;

	if (!begin->tsc || !clock_tsc_read(&now) || now.t_ns <= begin->t_ns || now.tsc <= begin->tsc) {
		sync_fail(s, "the host has no time stamp counter");
		return false;
	}
	s->ns_per_tick = (double)(now.t_ns - begin->t_ns) / (double)(now.tsc - begin->tsc);
	s->record->guest_hz = (int64_t)(1e9 / s->ns_per_tick + 0.5);
	return true;
}

/* The kernel's clock must tick like the counter, or what it says of its own boot is worth nothing (method R1.26). */
static bool sync_clocksource(struct sync *s, const char *name)
{
	static const char *const fit[] = {"tsc", "tsc-early", "kvm-clock"};

	for (size_t i = 0; i < sizeof(fit) / sizeof(fit[0]); i++)
		if (!strcmp(name, fit[i]))
			return true;
	sync_fail(s, "the guest's clock is '%.32s', not its time stamp counter", name);
	return false;
}

static bool sync_measure(struct sync *s, const struct guest_stamp *ready)
{
	struct event seen = timeline_get(s->in->timeline, EVENT_READY_OBS);

	s->bounds = sync_bounds_none();
	for (size_t i = 0; i < PINGS; i++)
		if (!sync_ping(s))
			return false;
	if (seen.set)
		sync_bounds_seen(&s->bounds, guest_ns(s, ready->tsc), (int64_t)seen.t_ns);
	if (sync_bounds_offset(&s->bounds, &s->offset_ns, &s->err_ns))
		return true;
	sync_fail(s, "the exchanges contradict each other: the guest's counter has another rate");
	return false;
}

static void sync_add(struct sync *s, enum event_id event, int64_t guest_time_ns, int64_t more_err_ns,
		     const char *source)
{
	int64_t t_ns = guest_time_ns + s->offset_ns;

	if (t_ns > 0)
		timeline_add(s->in->timeline, event, (uint64_t)t_ns, (uint64_t)(s->err_ns + more_err_ns), source);
}

/* When the kernel's clock was zero, by the guest's counter (method R1.18). */
static bool kernel_zero(const struct sync *s, const char *facts, int64_t *ret_zero_ns, int64_t *ret_err_ns)
{
	char text[96];
	uint64_t before, boottime_ns, after;

	if (!channel_fact(facts, PROTOCOL_FACT_CLOCK, text, sizeof(text)) ||
	    sscanf(text, "%" SCNu64 " %" SCNu64 " %" SCNu64, &before, &boottime_ns, &after) != 3)
		return false;
	int64_t half_ns = (guest_ns(s, after) - guest_ns(s, before)) / 2;

	*ret_zero_ns = guest_ns(s, before) + half_ns - (int64_t)boottime_ns;
	*ret_err_ns = half_ns + (int64_t)(boottime_ns / 1000000 * RATE_ERROR_PPM);
	return true;
}

/* The kernel's log has a clock of its own, which a record of ours ties to the other one (method R1.20). */
static bool log_boottime(const char *facts, int64_t *ret_boottime_ns, int64_t *ret_err_ns)
{
	char init[32], mark[96];
	int64_t init_ns, mark_ns, before_ns, after_ns;

	if (!channel_fact(facts, PROTOCOL_FACT_LOG_INIT, init, sizeof(init)) ||
	    !channel_fact(facts, PROTOCOL_FACT_LOG_SYNC, mark, sizeof(mark)) ||
	    sscanf(init, "%" SCNd64, &init_ns) != 1 ||
	    sscanf(mark, "%" SCNd64 " %" SCNd64 " %" SCNd64, &mark_ns, &before_ns, &after_ns) != 3)
		return false;
	*ret_boottime_ns = init_ns - mark_ns + before_ns + (after_ns - before_ns) / 2;
	*ret_err_ns = (after_ns - before_ns) / 2 + 2 * LOG_STEP_NS;
	return true;
}

/* A kernel that does not tell of its boot leaves phases out; the clocks are tied to each other all the same. */
static void sync_boot(struct sync *s)
{
	int64_t zero_ns, zero_err_ns, init_ns, init_err_ns;

	if (!sync_ask(s, PROTOCOL_COMMAND_BOOT)) {
		s->record->reason[0] = '\0';
		return;
	}
	const char *facts = channel_text(s->channel);

	if (!kernel_zero(s, facts, &zero_ns, &zero_err_ns))
		return;
	sync_add(s, EVENT_KERNEL_CLOCK_ZERO, zero_ns, zero_err_ns, "guest_boottime");
	if (log_boottime(facts, &init_ns, &init_err_ns))
		sync_add(s, EVENT_INIT_EXEC, zero_ns + init_ns, zero_err_ns + init_err_ns, "kmsg");
}

static void sync_events(struct sync *s, const struct identity *id, const struct guest_stamp *ready)
{
	struct guest_stamp stamp;

	if (stamp_parse(id->stamp_init, &stamp))
		sync_add(s, EVENT_INIT_FIRST, guest_ns(s, stamp.tsc), 0, "guest_tsc");
	if (stamp_parse(id->stamp_main, &stamp))
		sync_add(s, EVENT_USER_MAIN, guest_ns(s, stamp.tsc), 0, "guest_tsc");
	sync_add(s, EVENT_READY_SRC, guest_ns(s, ready->tsc), 0, "guest_tsc");
	sync_boot(s);
}

static void sync_guest(struct channel *channel, struct instance *in, const struct clock_tsc *begin,
		       struct sample *sample)
{
	struct sync s = {.channel = channel, .in = in, .record = &sample->sync};
	struct guest_stamp ready;

	if (!stamp_parse(sample->identity.stamp_ready, &ready)) {
		sync_fail(&s, "the guest stamped nothing");
		return;
	}
	s.origin = ready.tsc;
	if (!sync_clocksource(&s, sample->identity.clocksource) || !sync_rate(&s, begin))
		return;
	sample->sync.ok = sync_measure(&s, &ready);
	sample->sync.count = (int64_t)s.bounds.count;
	if (s.bounds.count)
		sample->sync.rtt_min_ns = s.bounds.rtt_min_ns;
	if (!sample->sync.ok)
		return;
	sample->sync.err_ns = s.err_ns;
	sync_events(&s, &sample->identity, &ready);
}

void sync_read(struct channel *channel, struct instance *in, const struct clock_tsc *begin, struct sample *sample)
{
	struct clock_sync *record = &sample->sync;
	bool guest = in->subject->runtime->kind == RUNTIME_VM;

	*record = (struct clock_sync){.err_ns = UNKNOWN, .rtt_min_ns = UNKNOWN, .guest_hz = UNKNOWN};
	(void)snprintf(record->method, sizeof(record->method), "%s", guest ? CLOCK_SYNC_PING_PONG : CLOCK_SYNC_SHARED);
	if (guest) {
		sync_guest(channel, in, begin, sample);
		return;
	}
	record->ok = !sample->identity.own_kernel && *sample->identity.boot_id;
	if (record->ok)
		record->err_ns = 0;
	else
		(void)snprintf(record->reason, sizeof(record->reason), "the payload did not name its kernel");
}
