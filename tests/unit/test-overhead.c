/* SPDX-License-Identifier: Apache-2.0 */
/* What follows from identical work: whether it reached the device, when a start-up no longer counts, a claim. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/analyze/break-even.h"
#include "harness/analyze/claims-decide.h"
#include "harness/analyze/detect.h"
#include "harness/analyze/experiment-work.h"
#include "harness/base/cleanup.h"
#include "harness/measure/device-bytes.h"
#include "harness/model/experiment.h"
#include "tests/unit/experiments.h"

#define BLOCKS 10

/* A run of three subjects, whose records tests add. */
struct world {
	struct analysis_subject subjects[3];
	struct sample (*samples)[BLOCKS]; /* the recording has them */
	const struct brief *lists[3][BLOCKS];
	struct recording recording;
	struct analysis analysis;
};

/* After a change of its samples. */
static void world_settle(struct world *w)
{
	recording_hold(&w->recording, w->samples[0], 3 * BLOCKS);
	for (size_t i = 0; i < 3 * BLOCKS; i++)
		w->lists[i / BLOCKS][i % BLOCKS] = w->recording.briefs.list[i];
}

static void world_make(struct world *w)
{
	static const enum analysis_kind kinds[] = {KIND_PROCESS, KIND_CONTAINER, KIND_VM};
	static const char *const names[] = {"process", "namespace", "vm"};

	*w = (struct world){.recording = {.experiments = json_array()}, .samples = calloc(3, sizeof(*w->samples))};
	assert_non_null(w->samples);
	for (size_t i = 0; i < 3; i++) {
		w->subjects[i] = (struct analysis_subject){.name = names[i],
							   .runtime = names[i],
							   .label = "",
							   .kind = kinds[i],
							   .usable = true,
							   .samples = w->lists[i],
							   .sample_count = BLOCKS};
		(void)snprintf(w->subjects[i].title, sizeof(w->subjects[i].title), "%s", names[i]);
		for (size_t k = 0; k < BLOCKS; k++) {
			struct sample *sample = &w->samples[i][k];

			sample_init(sample);
			sample->id = 100 * i + k;
			sample->kind = BLOCK_EXPERIMENT;
			sample->status = SAMPLE_OK;
			sample->events[EVENT_REQUEST].set = sample->events[EVENT_READY_OBS].set = true;
			sample->events[EVENT_READY_OBS].t_ns = (i == 2 ? 100 : 1) * (1000000 + 1000 * k);
		}
	}
	world_settle(w);
	w->subjects[2].label = "tcg";
	w->analysis = (struct analysis){.recording = &w->recording,
					.subjects = w->subjects,
					.subject_count = 3,
					.confidence = 0.95,
					.kvm_class = "kvm-software"};
}

/* One instance of a subject: what one of 100 operations costs. */
static struct json *add_record(struct world *w, size_t subject, size_t block, const char *workload, int64_t cost_ns)
{
	struct json *record =
		experiment_make_record_in(EXPERIMENT_WORK, "work", w->subjects[subject].name, (int)block);
	struct json *costs = json_array();

	json_append(costs, json_new_int(100 * cost_ns));
	json_add_int(record, "sample", (int64_t)(100 * subject + block));
	json_add_text(record, "workload", workload);
	json_add_text(record, "status", "ok");
	json_add_int(record, "ops_count", 100);
	json_add_int(record, "warmup_count", 0);
	json_add(record, "cost_ns", costs);
	json_append(w->recording.experiments, record);
	return record;
}

static bool device_flag(const char *workload, const char *key, int64_t bytes, struct analysis_flag *flag)
{
	struct world w;

	world_make(&w);
	struct json *record = add_record(&w, 1, 0, workload, 1000);

	json_add_int(record, "claimed_bytes", 1 << 20);
	json_add_int(record, "accounted_count", 3);
	if (bytes >= 0)
		json_add_int(record, key, bytes);
	*flag = (struct analysis_flag){.checked = true};
	detect_device(&w.analysis, flag);
	assert_true(!flag->triggered || (flag->subject_count == 1 && flag->subjects[0] == 1));
	free(flag->subjects);
	recording_release(&w.recording);
	return flag->triggered;
}

/* dd to /dev/null moves nothing; a cold read that the host answers from its cache neither. */
static void bytes_that_reached_no_device_are_flagged(void **state)
{
	struct analysis_flag flag;

	(void)state;
	assert_false(device_flag("file_fsync", "device_written_bytes", 3 << 20, &flag));
	assert_false(device_flag("file_fsync", "device_written_bytes", 90 << 20, &flag));
	assert_true(flag.checked);
	assert_true(device_flag("file_fsync", "device_written_bytes", 0, &flag));
	assert_string_equal(flag.detail, "instances: 1; file_fsync: 0 of each byte");
	assert_true(device_flag("file_write", "device_written_bytes", 2 << 20, &flag));
	assert_true(device_flag("file_read_cold", "device_read_bytes", 1 << 20, &flag));
	assert_false(device_flag("file_read_cold", "device_read_bytes", 3 << 20, &flag));
	assert_false(device_flag("file_read_warm", "device_read_bytes", 0, &flag));
	assert_false(flag.checked);
	assert_false(device_flag("file_fsync", "device_written_bytes", -1, &flag));
	assert_false(flag.checked);
}

static void only_block_devices_count(void **state)
{
	struct device_bytes known = {100, 7}, later = {130, 19}, none = device_bytes_of("/proc");

	(void)state;
	assert_int_equal(none.read, UNKNOWN);
	assert_int_equal(device_bytes_since(&known, &later).read, 30);
	assert_int_equal(device_bytes_since(&known, &later).written, 12);
	assert_int_equal(device_bytes_since(&known, &none).written, UNKNOWN);
	assert_int_equal(device_bytes_since(&none, &known).read, UNKNOWN);
}

/* The last two reach a peer outside, by ways of these classes; "": the last one does not say. */
static size_t outside_cells(const char *second, const char *third, struct work_cell cells[3])
{
	struct world w;
	size_t count, found = 0;
	struct json *json[3] = {NULL};

	world_make(&w);
	for (size_t i = 1; i < 3; i++) {
		char text[64];

		(void)snprintf(text, sizeof(text), "{\"config\":{\"network\":\"%s\"}}", i == 1 ? second : third);
		w.subjects[i].json = json[i] = json_parse(text, strlen(text), "subject", NULL);
		for (size_t block = 0; block < BLOCKS; block++)
			(void)add_record(&w, i, block, "net_host_rr", (int64_t)(1000 * i));
	}
	for (size_t block = 0; block < BLOCKS; block++)
		for (size_t i = 0; i < 3; i++)
			(void)add_record(&w, i, block, "net_rr", (int64_t)(1000 * (i + 1)));
	cleanup_free struct work_cell *all = work_cells_make(&w.analysis, &count);

	for (size_t i = 0; i < count; i++)
		if (all[i].workload->class == WORKLOAD_OUTSIDE)
			cells[found++] = all[i];
		else
			assert_int_equal(all[i].reference, 0);
	json_free(json[1]);
	json_free(json[2]);
	recording_release(&w.recording);
	return found;
}

static void networks_are_compared_within_a_class(void **state)
{
	struct work_cell cells[3];

	(void)state;
	assert_int_equal(outside_cells("bridge", "bridge", cells), 2);
	assert_int_equal(cells[0].reference, 1);
	assert_false(cells[0].compared);
	assert_int_equal(cells[1].reference, 1);
	assert_true(cells[1].compared);
	assert_float_equal(cells[1].versus.ratio.value, 2, 1e-6);
	assert_int_equal(outside_cells("bridge", "user", cells), 2);
	assert_int_equal(cells[1].reference, 2);
	assert_false(cells[1].compared);
	assert_int_equal(outside_cells("bridge", "", cells), 2);
	assert_true(cells[1].reference == SIZE_MAX);
	assert_false(cells[1].compared);
}

static bool topology_flag(const char *guest, const char *host)
{
	struct world w;
	struct analysis_flag flag = {.checked = true};
	char text[256];

	world_make(&w);
	(void)snprintf(text, sizeof(text), "{\"config\":{\"topology\":%s}}", guest);
	struct json *vm = json_parse(text, strlen(text), "vm", NULL);

	(void)snprintf(text, sizeof(text), "{\"host\":{\"cpu\":%s}}", host);
	w.subjects[2].json = vm;
	w.recording.host = json_parse(text, strlen(text), "host", NULL);
	detect_topology(&w.analysis, &flag);
	assert_true(flag.checked);
	free(flag.subjects);
	json_free(vm);
	recording_release(&w.recording);
	return flag.triggered;
}

#define FLAT "{\"sockets\":2,\"cores\":1,\"threads\":1}"
#define CORES "{\"sockets\":1,\"cores\":2,\"threads\":1}"
#define THREADS "{\"sockets\":1,\"cores\":1,\"threads\":2}"
#define ONE "{\"sockets\":1,\"cores\":1,\"threads\":1}"
#define HOST "{\"topology\":\"Package:1 L3Cache:1 Core:2 PU:1\",\"core_count\":2,\"allowed_count\":2}"
#define HOST_SMT "{\"topology\":\"Package:1 L3Cache:1 Core:1 PU:2\",\"core_count\":1,\"allowed_count\":2}"

static void flat_guests_are_flagged(void **state)
{
	(void)state;
	assert_true(topology_flag(FLAT, HOST));
	assert_false(topology_flag(CORES, HOST));
	assert_true(topology_flag(CORES, HOST_SMT));
	assert_false(topology_flag(THREADS, HOST_SMT));
	assert_false(topology_flag(ONE, HOST_SMT));
}

/* Start-up 100 ms, a request 50 us: 2 s of life and 20000 requests until it is 10 and 5 per cent. */
static void start_up_is_held_against_life(void **state)
{
	struct world w;
	size_t count;

	(void)state;
	world_make(&w);
	for (size_t block = 0; block < BLOCKS; block++)
		(void)add_record(&w, 2, block, "net_rr", 50000);
	w.samples[2][3].status = SAMPLE_TIMEOUT;
	world_settle(&w);
	cleanup_free struct break_even *rows = break_even_make(&w.analysis, &count);

	assert_int_equal(count, 3);
	assert_int_equal(rows[0].start_ns.n, BLOCKS);
	assert_int_equal(rows[0].start_requests.n, 0);
	assert_true(rows[2].start_ns.ci.known);
	assert_float_equal(rows[2].start_ns.median / break_even_parts[1], 2e9, 3e7);
	assert_string_equal(rows[2].request->name, "net_rr");
	assert_true(rows[2].start_requests.ci.lo > 1990 && rows[2].start_requests.ci.hi < 2030);
	assert_float_equal(rows[2].start_requests.median / break_even_parts[0], 20000, 300);
	recording_release(&w.recording);
}

/* The claim, where a system call costs so much in the container, and five times that in the guest. */
static struct claim_result claim_of(double container, bool filter, const char *label)
{
	struct claim_result r = {.verdict = CLAIM_NOT_MEASURED, .effect = NO_ESTIMATE, .amount = NO_ESTIMATE};
	struct world w;

	world_make(&w);
	w.subjects[2].label = label;
	w.analysis.kvm_class = *label ? "none" : "kvm-hw";
	for (size_t block = 0; block < BLOCKS; block++) {
		double drift = 1000 + 10 * (double)block;

		w.samples[1][block].identity.profile.known = true;
		(void)snprintf(w.samples[1][block].identity.profile.seccomp,
			       sizeof(w.samples[1][block].identity.profile.seccomp), filter ? "filter" : "off");
		(void)add_record(&w, 0, block, "syscall", (int64_t)drift);
		(void)add_record(&w, 1, block, "syscall", (int64_t)(container * drift));
		(void)add_record(&w, 2, block, "syscall", (int64_t)(5 * drift));
	}
	world_settle(&w);
	claim_decide_syscall(&w.analysis, &r);
	recording_release(&w.recording);
	return r;
}

static void system_calls_decide_a_claim(void **state)
{
	(void)state;
	struct claim_result r = claim_of(1.001, false, "tcg");

	assert_int_equal(r.verdict, CLAIM_SUPPORTED);
	assert_int_equal(r.amount_verdict, CLAIM_NOT_DECIDED);
	assert_float_equal(r.amount.value, 5, 0.01);
	assert_string_equal(r.effect_of, "syscall: namespace / process");
	assert_int_equal(r.pairs, BLOCKS);
	assert_non_null(strstr(r.caveat, "says nothing of KVM"));
	r = claim_of(1.3, true, "");
	assert_int_equal(r.verdict, CLAIM_REFUTED);
	assert_non_null(strstr(r.because, "In namespace a system call costs 1.30 times"));
	assert_non_null(strstr(r.caveat, "A filter (seccomp)"));
	assert_null(strstr(r.caveat, "KVM"));
	assert_true(r.amount_verdict != CLAIM_NOT_DECIDED);

	struct claim_result nothing = {.verdict = CLAIM_NOT_MEASURED};
	struct world w;

	world_make(&w);
	claim_decide_syscall(&w.analysis, &nothing);
	assert_int_equal(nothing.verdict, CLAIM_NOT_MEASURED);
	recording_release(&w.recording);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_that_reached_no_device_are_flagged),
		cmocka_unit_test(only_block_devices_count),
		cmocka_unit_test(networks_are_compared_within_a_class),
		cmocka_unit_test(flat_guests_are_flagged),
		cmocka_unit_test(start_up_is_held_against_life),
		cmocka_unit_test(system_calls_decide_a_claim),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
