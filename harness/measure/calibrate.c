/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/measure/calibrate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness/base/alloc.h"
#include "harness/base/clock.h"
#include "harness/measure/noise.h"
#include "harness/measure/wakeup.h"
#include "harness/model/runtime.h"

#define BUDGET_MAX_NS 2000000000u
#define BUDGET_SAMPLE_NS 30000000u
#define CLOCK_READS 4000u
#define SLEEP_NS 1000000u
#define CONTROL_LEAST 3u
#define CONTROL_MOST 40u
#define CONTROL_IDS 1000000000 /* of the control's samples: beyond all others */

uint64_t calibrate_budget_ns(size_t samples)
{
	return samples * BUDGET_SAMPLE_NS < BUDGET_MAX_NS ? samples * BUDGET_SAMPLE_NS : BUDGET_MAX_NS;
}

static int compare_numbers(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* The value below which `share` of them lie; they get sorted. */
static uint64_t quantile(uint64_t *values, size_t count, double share)
{
	qsort(values, count, sizeof(values[0]), compare_numbers);
	return values[(size_t)(share * (double)(count - 1) + 0.5)];
}

/* Measured, not taken from clock_getres (method R1.31). */
static void add_clock(struct json *record)
{
	uint64_t begin = clock_now_ns(), last = begin, step = UINT64_MAX;

	for (unsigned i = 0; i < CLOCK_READS; i++) {
		uint64_t now = clock_now_ns();

		if (now > last && now - last < step)
			step = now - last;
		last = now;
	}
	json_add_int(record, "clock_read_cost_ns", (int64_t)((last - begin) / CLOCK_READS));
	json_add_int(record, "clock_resolution_ns", (int64_t)step);
}

static void add_tsc(struct json *record, const struct clock_tsc *begin)
{
	struct clock_tsc end;
	bool known = begin->tsc && clock_tsc_read(&end) && end.t_ns > begin->t_ns;
	double span_ns = known ? (double)(end.t_ns - begin->t_ns) : NAN;

	if (known)
		json_add_int(record, "tsc_hz", (int64_t)((double)(end.tsc - begin->tsc) * 1e9 / span_ns + 0.5));
	else
		json_add_null(record, "tsc_hz");
	json_add_number(record, "tsc_err_ppm", known ? (double)(begin->err_ns + end.err_ns) / span_ns * 1e6 : NAN);
}

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec t;

	(void)clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* The three clocks at one instant: the narrowest of some tries. */
static struct calibrate_point point_read(void)
{
	struct calibrate_point best = {0};
	uint64_t narrowest = UINT64_MAX;

	for (int i = 0; i < 16; i++) {
		uint64_t before = clock_now_ns(), raw = clock_ns(CLOCK_MONOTONIC_RAW), real = clock_ns(CLOCK_REALTIME);
		uint64_t width = clock_now_ns() - before;

		if (width >= narrowest)
			continue;
		narrowest = width;
		best = (struct calibrate_point){.mono_ns = before + width / 2, .raw_ns = raw, .real_ns = real};
	}
	return best;
}

/* Since the last point: how fast the clock runs against the counter alone, and whether somebody set the date. */
static void add_slew(struct json *record, const struct calibrate_point *from, const struct calibrate_point *to)
{
	double mono_ns = (double)(to->mono_ns - from->mono_ns), raw_ns = (double)(to->raw_ns - from->raw_ns);

	json_add_number(record, "slew_ppm", from->mono_ns ? (mono_ns - raw_ns) / raw_ns * 1e6 : NAN);
	if (from->mono_ns)
		json_add_int(record, "realtime_shift_ns",
			     (int64_t)(to->real_ns - from->real_ns) - (int64_t)(to->mono_ns - from->mono_ns));
	else
		json_add_null(record, "realtime_shift_ns");
}

static void add_quantiles(struct json *record, const char *key, uint64_t *values, size_t count)
{
	struct json *object = json_object();

	json_add_int(object, "count", (int64_t)count);
	if (count) {
		json_add_int(object, "p50", (int64_t)quantile(values, count, 0.5));
		json_add_int(object, "p99", (int64_t)quantile(values, count, 0.99));
		json_add_int(object, "max", (int64_t)values[count - 1]);
	}
	json_add(record, key, object);
}

static void add_sleep(struct json *record, uint64_t until_ns)
{
	uint64_t late[64];
	size_t count = 0;

	while (!count || (count < sizeof(late) / sizeof(late[0]) && clock_now_ns() < until_ns)) {
		uint64_t wanted = clock_now_ns() + SLEEP_NS;

		clock_sleep_until(wanted);
		late[count++] = clock_now_ns() - wanted;
	}
	json_add_int(record, "sleep_overshoot_p50_ns", (int64_t)quantile(late, count, 0.5));
}

static size_t control_run(const struct attempts *attempts, uint64_t until_ns, uint64_t starts[CONTROL_MOST])
{
	static int64_t next_id = CONTROL_IDS;
	const struct plan_step step = {.kind = BLOCK_LATENCY};
	struct sample sample;
	size_t count = 0;

	for (size_t i = 0; i < CONTROL_MOST && (i < CONTROL_LEAST || clock_now_ns() < until_ns) &&
			   !receiver_interrupted(attempts->receiver); i++) {
		sample_init(&sample);
		sample.id = next_id++;
		attempt_run(attempts, &step, &sample);
		int64_t span_ns = sample_span_ns(&sample, EVENT_REQUEST, EVENT_READY_OBS);

		if (sample.status == SAMPLE_OK && span_ns > 0)
			starts[count++] = (uint64_t)span_ns;
	}
	return count;
}

/* The bare process, whatever the scenario holds: the one number that two runs have in common (method R1.2). */
static void add_control(struct json *record, const struct calibrate_task *task, uint64_t until_ns)
{
	struct subject control = {0};
	struct scenario scenario = {.subjects = &control, .subject_count = 1};
	struct attempts attempts = *task->attempts;
	uint64_t starts[CONTROL_MOST];
	size_t count = 0;

	attempts.scenario = &scenario;
	if (attempts.run->keeper && !subject_parse(&control, "process", &task->attempts->scenario->limits, NULL) &&
	    !control.runtime->prepare(attempts.run, &control, NULL))
		count = control_run(&attempts, until_ns, starts);
	if (control.runtime)
		control.runtime->finish(&control);
	json_free(control.facts);
	json_add_int(record, "null_subject_count", (int64_t)count);
	if (count)
		json_add_int(record, "null_subject_p50_ns", (int64_t)quantile(starts, count, 0.5));
	else
		json_add_null(record, "null_subject_p50_ns");
}

static void add_known(struct json *record, const char *key, int64_t before, int64_t after)
{
	if (before == UNKNOWN || after == UNKNOWN)
		json_add_null(record, key);
	else
		json_add_int(record, key, after - before);
}

static void add_keeper(struct json *record, struct start_client *keeper)
{
	struct start_status status;

	if (!keeper || start_status(keeper, &status, NULL) < 0) {
		json_add_null(record, "launcher_rss_bytes");
		return;
	}
	const struct start_server *launcher = status.starters[0].pid ? &status.starters[0] : &status.keeper;

	json_add_int(record, "launcher_rss_bytes", (int64_t)launcher->rss_bytes);
}

struct json *calibrate(const struct calibrate_task *task, struct calibrate_point *point)
{
	struct json *record = json_object();
	struct clock_tsc tsc = {0};
	struct calibrate_point now;
	struct noise before, after;
	struct wakeup wakeup;
	uint64_t begin_ns = clock_now_ns();

	if (!clock_tsc_read(&tsc))
		tsc = (struct clock_tsc){0};
	noise_read(&before);
	json_add_text(record, "record", "calibration");
	json_add_text(record, "when", task->when);
	add_clock(record);
	wakeup_measure(task->subject_cpus, receiver_is_realtime(task->attempts->receiver),
		       begin_ns + task->budget_ns * 4 / 10, &wakeup);
	add_quantiles(record, "notify_ns", wakeup.late_ns, wakeup.count);
	json_add_bool(record, "rt", wakeup.realtime);
	add_sleep(record, begin_ns + task->budget_ns / 2);
	add_control(record, task, begin_ns + task->budget_ns);
	add_tsc(record, &tsc);
	add_keeper(record, task->attempts->run->keeper);
	noise_read(&after);
	add_known(record, "steal_ns", before.steal_ns, after.steal_ns);
	add_known(record, "psi_cpu_some_us", before.psi_cpu_some_us, after.psi_cpu_some_us);
	now = point_read();
	add_slew(record, point, &now);
	*point = now;
	json_add_int(record, "duration_ns", (int64_t)(clock_now_ns() - begin_ns));
	return record;
}
