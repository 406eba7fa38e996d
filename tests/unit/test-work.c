/* SPDX-License-Identifier: Apache-2.0 */
/* Identical work: one value for each instance, held against the reference block by block; what failed is named. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/analyze/detect.h"
#include "harness/analyze/experiment-work.h"
#include "harness/base/cleanup.h"
#include "harness/model/experiment.h"
#include "tests/unit/experiments.h"

#define BLOCKS 8

static void add_series(struct json *record, const char *key, int64_t warmup, int64_t ns)
{
	struct json *numbers = json_array();

	json_append(numbers, json_new_int(warmup));
	for (int i = -1; i <= 1; i++)
		json_append(numbers, json_new_int(ns + 1000 * i));
	json_add(record, key, numbers);
}

/* An instance that does 100 operations in `ns`, after one iteration that took much longer. */
static struct json *instance(const char *subject, const char *workload, int block, int64_t ns, double host)
{
	struct json *record = experiment_make_record_in("work", "work", subject, block);

	json_add_text(record, "workload", workload);
	json_add_text(record, "status", "ok");
	json_add_int(record, "ops_count", 100);
	json_add_int(record, "warmup_count", 1);
	add_series(record, "ns", 100 * ns, ns);
	add_series(record, "cost_ns", 100 * ns, ns);
	add_series(record, "host_ns", (int64_t)((double)(100 * ns) * host), (int64_t)((double)ns * host));
	return record;
}

static struct json *failure(const char *subject, const char *status, const char *error)
{
	struct json *record = experiment_make_record("work", "work", subject);

	json_add_text(record, "workload", "pipe_1cpu");
	json_add_text(record, "status", status);
	json_add_text(record, "error", error);
	return record;
}

static const struct work_cell *cell_of(const struct work_cell *cells, size_t count, const char *workload,
				       size_t subject)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(cells[i].workload->name, workload) && cells[i].subject == subject)
			return &cells[i];
	fail_msg("%s: no such cell", workload);
	return NULL;
}

static void costs_are_held_against_the_process(void **state)
{
	struct analysis_subject subjects[] = {
		{.name = "vm", .title = "vm", .kind = KIND_VM, .usable = true},
		{.name = "process", .title = "process", .kind = KIND_PROCESS, .usable = true},
	};
	struct recording recording = {.experiments = json_array()};
	struct analysis analysis = {
		.recording = &recording, .subjects = subjects, .subject_count = 2, .confidence = 0.95};
	size_t count;

	(void)state;
	for (int block = 0; block < BLOCKS; block++) {
		int64_t drift = 200000 + 50000 * block; /* of the host: both have it */

		json_append(recording.experiments, instance("process", "syscall", block, drift, 1.001));
		json_append(recording.experiments, instance("vm", "syscall", block, 3 * drift, 1.1));
	}
	json_append(recording.experiments, failure("process", "wrong", "another sum"));
	json_append(recording.experiments, failure("vm", "left_out", "too slow"));
	cleanup_free struct work_cell *cells = work_cells_make(&analysis, &count);

	assert_int_equal(work_reference(&analysis), 1);
	assert_int_equal(count, 4);
	const struct work_cell *vm = cell_of(cells, count, "syscall", 0);
	const struct work_cell *process = cell_of(cells, count, "syscall", 1);

	assert_int_equal(process->cost.n, BLOCKS);
	assert_float_equal(process->cost.median, (200000 + 50000 * 3.5) / 100, 1e-6);
	assert_false(process->compared);
	assert_true(vm->compared);
	assert_float_equal(vm->versus.ratio.value, 3, 1e-6);
	assert_true(vm->versus.ratio.ci.known);
	assert_float_equal(vm->clock_ratio, 1 - 1 / 1.1, 1e-3);
	assert_int_equal(vm->verdict, VERDICT_HIGHER);
	assert_string_equal(vm->verdict_word, "dearer");
	assert_int_equal(cell_of(cells, count, "pipe_1cpu", 1)->failed, 1);
	assert_string_equal(cell_of(cells, count, "pipe_1cpu", 1)->reason, "another sum");
	assert_int_equal(cell_of(cells, count, "pipe_1cpu", 0)->failed, 0);
	assert_string_equal(cell_of(cells, count, "pipe_1cpu", 0)->reason, "too slow");
	json_free(recording.experiments);
}

/* A guest whose clock goes too slow by a tenth, at work long enough to tell; a container has the host's clock. */
static void a_wrong_clock_is_not_used(void **state)
{
	struct json *off = instance("s", "syscall", 0, 300000000, 1.1);
	struct json *right = instance("s", "syscall", 0, 300000000, 1.001);

	(void)state;
	assert_float_equal(work_record_cost(off, KIND_VM), 3300000, 20);
	assert_float_equal(work_record_cost(off, KIND_CONTAINER), 3000000, 0);
	assert_float_equal(work_record_cost(right, KIND_VM), 3000000, 0);
	json_free(off);
	json_free(right);
}

static bool clock_flag(enum analysis_kind kind, int64_t ns, double host, bool one_late)
{
	struct analysis_subject subject = {.name = "s", .title = "s", .kind = kind, .usable = true};
	struct recording recording = {.experiments = json_array()};
	struct analysis analysis = {
		.recording = &recording, .subjects = &subject, .subject_count = 1, .confidence = 0.95};
	struct analysis_flag flag = {0};
	struct json *record = instance("s", "syscall", 0, ns, host);

	if (one_late) {
		struct json *marks = json_array();

		for (int i = 0; i < 4; i++)
			json_append(marks, json_new_int(ns * (i ? 1 : 100) + (i == 2 ? 30000000 : 0)));
		json_add(record, "host_ns", marks);
	}
	json_append(recording.experiments, record);
	detect_guest_clock(&analysis, &flag);
	assert_int_equal(flag.subject_count, flag.triggered);
	free(flag.subjects);
	json_free(recording.experiments);
	return flag.triggered;
}

/* Beyond 1 ms and 0.5 %, each time, in a guest. */
static void guest_clocks_are_flagged(void **state)
{
	(void)state;
	assert_true(clock_flag(KIND_VM, 100000000, 1.02, false));
	assert_true(clock_flag(KIND_VM, 100000000, 0.98, false));
	assert_false(clock_flag(KIND_CONTAINER, 100000000, 1.02, false));
	assert_false(clock_flag(KIND_VM, 100000000, 1.004, false));
	assert_false(clock_flag(KIND_VM, 50000, 1.02, false));
	assert_false(clock_flag(KIND_VM, 100000000, 1, true));
}

/* One workload's amount: `ops` of which one takes a microsecond in the process. */
static void short_flag(int ops, const char *left_out, struct analysis_flag *ret_flag)
{
	struct analysis_subject subjects[] = {{.name = "process"}, {.name = "vm"}};
	struct recording recording = {.experiments = json_array()};
	struct analysis analysis = {.recording = &recording, .subjects = subjects, .subject_count = 2};
	struct json *record = experiment_make_record("work", EXPERIMENT_KEPT, "process");
	char text[256];

	(void)snprintf(text, sizeof(text),
		       "[{\"ops_count\":%d,\"costs\":[{\"subject\":\"vm\",\"ns_per_op\":90000},{\"subject\":"
		       "\"process\",\"ns_per_op\":1000}],\"left_out\":[%s]}]",
		       ops, left_out);
	json_add(record, "workloads", json_parse(text, strlen(text), "rows", NULL));
	json_append(recording.experiments, record);
	*ret_flag = (struct analysis_flag){0};
	detect_short(&analysis, ret_flag);
	json_free(recording.experiments);
}

static void short_work_is_flagged(void **state)
{
	struct analysis_flag flag;

	(void)state;
	short_flag(200000, "", &flag);
	assert_false(flag.triggered);
	short_flag(22000, "", &flag);
	assert_true(flag.triggered);
	assert_string_equal(flag.detail, "workloads: 1 of 1; the shortest 22 ms");
	assert_int_equal(flag.subject_count, 0);
	short_flag(200000, "{\"subject\":\"vm\",\"reason\":\"too slow\"}", &flag);
	assert_true(flag.triggered);
	assert_int_equal(flag.subject_count, 1);
	assert_int_equal(flag.subjects[0], 1);
	free(flag.subjects);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(costs_are_held_against_the_process),
		cmocka_unit_test(a_wrong_clock_is_not_used),
		cmocka_unit_test(guest_clocks_are_flagged),
		cmocka_unit_test(short_work_is_flagged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
