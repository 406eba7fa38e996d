/* SPDX-License-Identifier: Apache-2.0 */
/* What the clocks of a recording say of its numbers: F-SYNC, F-DRIFT, F-SLEW, F-STEP, F-NOTIFY, and of CPUs F-PIN. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/analyze/calibration.h"
#include "harness/measure/wakeup.h"
#include "tests/unit/recorded.h"

/* The recorded run "tcg" before it is analysed. */
static struct recorded *loaded(void)
{
	struct recorded *run = calloc(1, sizeof(*run));
	struct error err = {0};

	assert_non_null(run);
	if (recording_load("tests/data/runs/tcg", &run->recording, &err) < 0)
		fail_msg("%s", err.text);
	recorded_hold(run);
	return run;
}

static const struct analysis_flag *flag_of(struct recorded *run, enum flag_id id)
{
	struct error err = {0};

	if (recorded_again(run, &err) < 0)
		fail_msg("%s", err.text);
	return &run->analysis.flags[id];
}

static void add_calibration(struct recorded *run, const char *when, double control_ns, double slew_ppm)
{
	struct json *record = json_object();

	json_add_text(record, "when", when);
	json_add_number(record, "null_subject_p50_ns", control_ns);
	json_add_number(record, "slew_ppm", slew_ppm);
	json_append(run->recording.calibrations, record);
}

/* Both directions, and what lies just inside. */
static void drift_is_ten_percent(void **state)
{
	static const struct {
		double before, after;
		bool triggered;
	} rows[] = {{400000, 439000, false}, {400000, 361000, false}, {400000, 441000, true}, {400000, 359000, true}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct recorded *run = loaded();

		add_calibration(run, "before", rows[i].before, NAN);
		add_calibration(run, "after", rows[i].after, 0.1);
		const struct analysis_flag *flag = flag_of(run, FLAG_DRIFT);

		assert_true(flag->checked);
		assert_int_equal(flag->triggered, rows[i].triggered);
		recorded_close(run);
	}
}

static void without_calibration_nothing_is_claimed(void **state)
{
	struct recorded *run = loaded();

	(void)state;
	add_calibration(run, "before", 400000, NAN);
	assert_false(flag_of(run, FLAG_DRIFT)->checked);
	assert_false(run->analysis.flags[FLAG_DRIFT].triggered);
	assert_false(run->analysis.flags[FLAG_SLEW].checked);
	assert_false(run->analysis.flags[FLAG_STEP].checked);
	assert_false(run->analysis.flags[FLAG_SYNC].checked);
	recorded_close(run);
}

/* Of a run that was resumed: from its very begin to its very end. */
static void the_outermost_calibrations_count(void **state)
{
	struct recorded *run = loaded();

	(void)state;
	add_calibration(run, "before", 100, NAN);
	add_calibration(run, "before", 200, NAN);
	add_calibration(run, "after", 300, 0);
	add_calibration(run, "after", 400, 0);
	assert_float_equal(calibration_drift(&run->recording), 4, 1e-12);
	assert_true(flag_of(run, FLAG_DRIFT)->triggered);
	recorded_close(run);
}

static void slew_is_fifty_ppm(void **state)
{
	(void)state;
	for (int sign = -1; sign <= 1; sign += 2)
		for (int much = 0; much < 2; much++) {
			struct recorded *run = loaded();

			add_calibration(run, "before", 1, NAN);
			add_calibration(run, "after", 1, sign * (much ? 51 : 49));
			assert_int_equal(flag_of(run, FLAG_SLEW)->triggered, much);
			recorded_close(run);
		}
}

static void a_step_touches_its_subject(void **state)
{
	struct recorded *run = loaded();

	(void)state;
	for (size_t i = 0; i < run->recording.briefs.count; i++)
		run->recording.held[i].realtime_shift_ns = 49000;
	assert_false(flag_of(run, FLAG_STEP)->triggered);
	for (size_t i = 0; i < run->recording.briefs.count; i++)
		if (!strcmp(run->recording.held[i].subject, "vm"))
			run->recording.held[i].realtime_shift_ns = -51000;
	const struct analysis_flag *flag = flag_of(run, FLAG_STEP);

	assert_int_equal(flag->subject_count, 1);
	assert_int_equal(flag->subjects[0], recorded_subject(run, "vm"));
	recorded_close(run);
}

static void a_step_withholds_wall_clock_events(void **state)
{
	struct timeline timeline;

	(void)state;
	timeline_init(&timeline);
	timeline_add(&timeline, EVENT_REQUEST, 1, 1, "harness");
	timeline_add_real(&timeline, EVENT_VM_RUNNING, 2, 1, "qmp_resume");
	timeline_drop_real(&timeline);
	assert_true(timeline_get(&timeline, EVENT_REQUEST).set);
	assert_false(timeline_get(&timeline, EVENT_VM_RUNNING).set);
	timeline_destroy(&timeline);
}

static void a_guest_that_is_not_tied_is_named(void **state)
{
	struct recorded *run = loaded();

	(void)state;
	for (size_t i = 0; i < run->recording.briefs.count; i++) {
		struct sample *s = &run->recording.held[i];

		s->sync = (struct clock_sync){.ok = strcmp(s->subject, "vm") != 0, .method = CLOCK_SYNC_PING_PONG,
					      .reason = "why"};
	}
	const struct analysis_flag *flag = flag_of(run, FLAG_SYNC);

	assert_int_equal(flag->subject_count, 1);
	assert_int_equal(flag->subjects[0], recorded_subject(run, "vm"));
	assert_non_null(strstr(flag->detail, "why"));
	recorded_close(run);
}

/* The recorded notification takes 24 us of a process's 405 us, and of a guest's second. */
static void notification_is_one_percent(void **state)
{
	struct recorded *run = loaded();
	const struct analysis_flag *flag = flag_of(run, FLAG_NOTIFY);
	size_t process = recorded_subject(run, "process"), vm = recorded_subject(run, "vm");

	(void)state;
	assert_true(flag->triggered);
	assert_int_equal(flag->subjects[0], process);
	for (size_t i = 0; i < flag->subject_count; i++)
		assert_int_not_equal(flag->subjects[i], vm);
	recorded_close(run);
}

static void set_placement(struct recorded *run, const char *policy)
{
	struct json *host = json_object(), *inner = json_object(), *placement = json_object(), *cpu = json_object();

	json_add_text(placement, "policy", policy);
	json_add_text(placement, "subject_cpus", "1-3");
	json_add_int(cpu, "online_count", 4);
	json_add(inner, "placement", placement);
	json_add(inner, "cpu", cpu);
	json_add(host, "host", inner);
	json_free(run->recording.host);
	run->recording.host = host;
}

static void strays_are_named(void **state)
{
	(void)state;
	for (int stray = 0; stray < 2; stray++) {
		struct recorded *run = loaded();

		set_placement(run, "hwloc-split");
		for (size_t i = 0; i < run->recording.briefs.count; i++)
			(void)snprintf(run->recording.held[i].cpus, sizeof(run->recording.held[i].cpus), "1-3");
		if (stray)
			(void)snprintf(run->recording.held[0].cpus, sizeof(run->recording.held[0].cpus), "0-3");
		assert_int_equal(flag_of(run, FLAG_PIN)->triggered, stray);
		assert_int_equal(run->analysis.flags[FLAG_PIN].subject_count, stray);
		recorded_close(run);
	}
}

static void no_placement_is_said(void **state)
{
	struct recorded *run = loaded();

	(void)state;
	set_placement(run, "none");
	assert_true(flag_of(run, FLAG_PIN)->triggered);
	recorded_close(run);
}

static void a_byte_wakes_a_thread(void **state)
{
	static struct wakeup wakeup;

	(void)state;
	wakeup_measure(NULL, true, 0, &wakeup);
	assert_true(wakeup.count >= 20);
	for (size_t i = 0; i < wakeup.count; i++)
		assert_true(wakeup.late_ns[i] > 0 && wakeup.late_ns[i] < 10000000000u);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(drift_is_ten_percent),
		cmocka_unit_test(without_calibration_nothing_is_claimed),
		cmocka_unit_test(the_outermost_calibrations_count),
		cmocka_unit_test(slew_is_fifty_ppm),
		cmocka_unit_test(a_step_touches_its_subject),
		cmocka_unit_test(a_step_withholds_wall_clock_events),
		cmocka_unit_test(a_guest_that_is_not_tied_is_named),
		cmocka_unit_test(notification_is_one_percent),
		cmocka_unit_test(strays_are_named),
		cmocka_unit_test(no_placement_is_said),
		cmocka_unit_test(a_byte_wakes_a_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
