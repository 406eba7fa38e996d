/* SPDX-License-Identifier: Apache-2.0 */
/* Records of experiments as a run's journal has them, for tests. */
#pragma once

#include "harness/base/json.h"

/* One record of an experiment, begun. */
static inline struct json *experiment_make_record_in(const char *experiment, const char *what, const char *subject,
						     int block)
{
	struct json *record = json_object();

	json_add_text(record, "record", "experiment");
	json_add_text(record, "experiment", experiment);
	json_add_text(record, "what", what);
	json_add_text(record, "subject", subject);
	json_add_int(record, "sample", 1000000);
	json_add_int(record, "block", block);
	return record;
}

/* The same, in the first block. */
static inline struct json *experiment_make_record(const char *experiment, const char *what, const char *subject)
{
	return experiment_make_record_in(experiment, what, subject, 0);
}

/* A step of the way of an image, there and back. */
static inline void experiments_add_travel(struct json *records, const char *subject, const char *step, int block,
					  int64_t bytes)
{
	struct json *push = experiment_make_record_in("distribution", "push", subject, block);
	struct json *pull = experiment_make_record_in("distribution", "pull", subject, block);

	json_add_text(push, "step", step);
	json_add_int(push, "push_ns", 200000000);
	json_add_int(push, "sent_bytes", bytes);
	json_add_text(pull, "step", step);
	json_add_int(pull, "pull_ns", 150000000);
	json_add_int(pull, "received_bytes", bytes);
	json_add_int(pull, "start_ns", 100000000);
	json_add_int(pull, "total_ns", 250000000);
	json_append(records, push);
	json_append(records, pull);
}

/* What the charts of experiments show. */
static inline void experiments_fill(struct json *records, const char *subject)
{
	struct json *write = experiment_make_record("cow", "write", subject);

	json_add_text(write, "target", "large");
	json_add_text(write, "order", "first");
	json_add_int(write, "file_bytes", 64 << 20);
	json_add_int(write, "written_bytes", 1);
	json_add_int(write, "latency_ns", 20000000);
	json_add_int(write, "allocated_bytes", 64 << 20);
	json_append(records, write);

	struct json *upon = experiment_make_record("layers", "start", subject);
	struct json *commit = experiment_make_record("layers", "commit", subject);

	json_add_int(upon, "layers", 1);
	json_add_int(upon, "latency_ns", 2500000);
	json_add_int(commit, "layers", 1);
	json_add_int(commit, "commit_ns", 9000000);
	json_add_int(commit, "allocated_bytes", 12 << 10);
	json_append(records, commit);

	experiments_add_travel(records, subject, "first", 0, 1 << 20);

	struct json *commands = experiment_make_record("exec", "commands", subject);

	json_add_text(commands, "way", "channel");
	json_add_int(commands, "first_ns", 900000);
	json_add_int(commands, "again_ns", 400000);
	json_append(records, commands);
	json_append(records, upon);
	struct json *row = experiment_make_record("disk", "row", subject);
	struct json *base = json_copy(row), *boot = json_copy(row);

	json_add_text(row, "row", "instance_created");
	json_add_int(row, "apparent_bytes", 16384);
	json_add_int(row, "unique_bytes", 16384);
	json_append(records, row);
	json_add_text(base, "row", "image_base");
	json_add_int(base, "apparent_bytes", 2 << 20);
	json_add_int(base, "unique_bytes", 2 << 20);
	json_append(records, base);
	json_add_text(boot, "row", "boot_artefacts");
	json_add_int(boot, "apparent_bytes", 0);
	json_add_int(boot, "unique_bytes", 0);
	json_append(records, boot);

	struct json *work = experiment_make_record("work", "work", subject);
	static const char *const series[] = {"ns", "cost_ns", "host_ns"};

	json_add_text(work, "workload", "syscall");
	json_add_text(work, "status", "ok");
	json_add_int(work, "ops_count", 1000);
	json_add_int(work, "warmup_count", 1);
	for (size_t i = 0; i < sizeof(series) / sizeof(series[0]); i++) {
		struct json *numbers = json_array();

		for (int k = 0; k < 4; k++)
			json_append(numbers, json_new_int(140000 + 1000 * k));
		json_add(work, series[i], numbers);
	}
	json_append(records, work);

	struct json *point = experiment_make_record("memory", "point", subject);
	struct json *start = experiment_make_record("memory", "start", subject);
	struct json *end = experiment_make_record("memory", "end", subject);

	json_add_int(point, "n", 1);
	json_add_int(point, "footprint_bytes", 100 << 20);
	json_add_int(start, "n", 1);
	json_add_int(start, "latency_ns", 1500000);
	json_add_int(end, "n", 1);
	json_add_text(end, "reason", "instances_max");
	json_append(records, start);
	json_append(records, point);
	json_append(records, end);
}
