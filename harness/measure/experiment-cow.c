/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copy-on-write made visible (method R3.5): one byte is written and synced into a large file of the image, once more
 * into the same place, and elsewhere in it; the same with a small file, a new one, and the bare device where there is
 * one. Each time: how long it took, and by how much the instance's own layer grew. One fresh instance a turn.
 *
 * Record "write": target, file_bytes, order ("first", "again", "elsewhere"), written_bytes, latency_ns (the payload's
 * clock, from open to fsync), round_trip_ns (the harness's), allocated_bytes and apparent_bytes (growth of the layer),
 * errno (0: done).
 */
#include <stdio.h>
#include <stdlib.h>

#include "harness/measure/attempt-steps.h"
#include "harness/measure/disk.h"
#include "harness/measure/experiment.h"
#include "harness/model/runtime.h"

#define ANSWER_WAIT_NS 60000000000u
#define LARGE_BYTES (64 << 20)
#define ELSEWHERE (32 << 20)

/**
 * What is written to. `path` NULL: the device of the costs. It comes first, as a file system on it may keep back what
 * it has to write; then a new file, with which a folder of the image becomes the instance's own.
 */
struct target {
	const char *name, *path;
	int64_t bytes; /* how large it is */
};

static const struct target targets[] = {
	{"device", NULL, LARGE_BYTES},
	{"new", "/base/new", 0},
	{"large", "/base/large", LARGE_BYTES},
	{"small", "/base/small", 2},
};

static const struct {
	const char *name;
	int64_t offset;
} orders[] = {{"first", 0}, {"again", 0}, {"elsewhere", ELSEWHERE}};

/** The instance's own layer. UNKNOWN where it cannot be read. */
struct layer {
	int64_t allocated_bytes, apparent_bytes;
};

static struct layer layer_read(const struct attempt *a)
{
	struct disk_reading reading;

	disk_weigh(&a->costs, &reading);
	return (struct layer){reading.rows[DISK_INSTANCE].allocated_bytes, reading.rows[DISK_INSTANCE].apparent_bytes};
}

static int64_t growth(int64_t before, int64_t after)
{
	return before == UNKNOWN || after == UNKNOWN ? UNKNOWN : after - before;
}

static bool cow_write(struct experiment_turn *turn, struct attempt *a, const struct target *target, size_t order)
{
	const char *path = target->path ? target->path : a->costs.device;
	struct layer before = layer_read(a);
	int64_t offset = orders[order].offset;
	char command[128], value[32];

	if (!target->path)
		offset += (int64_t)a->costs.device_offset;
	(void)snprintf(command, sizeof(command), PROTOCOL_COMMAND_WRITE " %s %lld 1", path, (long long)offset);
	if (!attempt_command(a, command, ANSWER_WAIT_NS))
		return false;
	const char *text = channel_text(a->channel);
	struct round_trip trip = channel_round_trip(a->channel);
	struct json *record = experiment_begin_record(turn, "write");
	int64_t error = channel_fact(text, PROTOCOL_FACT_ERROR, value, sizeof(value)) ? strtoll(value, NULL, 10) : 0;
	int64_t latency_ns = channel_fact(text, PROTOCOL_FACT_WRITE_NS, value, sizeof(value)) ? strtoll(value, NULL, 10)
											      : UNKNOWN;
	struct layer after = layer_read(a);

	json_add_text(record, "target", target->name);
	json_add_int(record, "file_bytes", target->bytes);
	json_add_text(record, "order", orders[order].name);
	json_add_int(record, "written_bytes", 1);
	experiment_add_known(record, "latency_ns", latency_ns);
	json_add_int(record, "round_trip_ns", (int64_t)(trip.arrived_ns - trip.sent_ns));
	experiment_add_known(record, "allocated_bytes", growth(before.allocated_bytes, after.allocated_bytes));
	experiment_add_known(record, "apparent_bytes", growth(before.apparent_bytes, after.apparent_bytes));
	json_add_int(record, "errno", error);
	return experiment_record(turn, record);
}

static void cow_writes(struct experiment_turn *turn, struct attempt *a, void *data)
{
	(void)data;
	if (!costs_has_row(&a->costs, DISK_INSTANCE)) {
		experiment_fail(turn, SAMPLE_SKIPPED, "cow", "it has no layer of its own on a disk: nothing is copied");
		return;
	}
	for (size_t t = 0; t < sizeof(targets) / sizeof(targets[0]); t++) {
		bool whole = targets[t].bytes > ELSEWHERE;

		if (!targets[t].path && !*a->costs.device)
			continue;
		for (size_t order = 0; order < (whole ? 3 : 2); order++)
			if (experiment_must_end(turn) || !cow_write(turn, a, &targets[t], order))
				return;
	}
}

void experiment_cow(struct experiment_turn *turn)
{
	if (turn->subject->root == ROOT_LARGE)
		experiment_instance(turn, cow_writes, NULL);
	else
		experiment_fail(turn, SAMPLE_SKIPPED, "cow", "its root has no files to write to: it needs root=large");
}
