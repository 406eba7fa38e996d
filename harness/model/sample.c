/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/model/sample.h"

#include <string.h>

#define CLOCK_STEP_NS 50000

static const char *const status_names[] = {
#define SAMPLE_NAME(id, name) [SAMPLE_##id] = name,
	SAMPLE_STATUSES(SAMPLE_NAME)
#undef SAMPLE_NAME
};

static const char *const kind_names[] = {
	[BLOCK_LATENCY] = "latency",
	[BLOCK_FOOTPRINT] = "footprint",
	[BLOCK_EXPERIMENT] = "experiment",
};

static const char *const row_names[] = {
	[DISK_INSTANCE] = "instance",
	[DISK_BASE] = "base",
	[DISK_BOOT] = "boot_artefacts",
	[DISK_PLATFORM] = "platform",
};

void sample_init(struct sample *sample)
{
	(void)memset(sample, 0, sizeof(*sample));
	sample->valid = true;
	int64_t *const unknown[] = {&sample->timeout_ns,
				    &sample->gap_ns,
				    &sample->cpu_subject_ns,
				    &sample->cpu_harness_ns,
				    &sample->involuntary_switches,
				    &sample->major_faults,
				    &sample->steal_ns,
				    &sample->psi_cpu_some_us,
				    &sample->realtime_shift_ns,
				    &sample->exit_status,
				    &sample->maxrss_bytes,
				    &sample->refill_ns,
				    &sample->memory.settle_ns,
				    &sample->memory.process_count,
				    &sample->identity.inner_pid,
				    &sample->identity.host_pid,
#define SAMPLE_UNKNOWN(member, key, text) &sample->memory.member,
				    SAMPLE_MEMORY_FIELDS(SAMPLE_UNKNOWN)
#undef SAMPLE_UNKNOWN
	};

	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		*unknown[i] = UNKNOWN;
	for (size_t i = 0; i < DISK_ROW_COUNT; i++)
		sample->disk.rows[i].allocated_bytes = sample->disk.rows[i].apparent_bytes =
			sample->disk.rows[i].files_count = UNKNOWN;
	sample->identity.visible_from_host = -1;
}

bool sample_clock_stepped(int64_t shift)
{
	return shift != UNKNOWN && (shift > CLOCK_STEP_NS || shift < -CLOCK_STEP_NS);
}

int64_t sample_span_ns(const struct sample *sample, enum event_id from, enum event_id to)
{
	const struct event *a = &sample->events[from], *b = &sample->events[to];

	return a->set && b->set ? (int64_t)b->t_ns - (int64_t)a->t_ns : UNKNOWN;
}

const char *sample_status_name(enum sample_status status)
{
	return status_names[status];
}

const char *block_kind_name(enum block_kind kind)
{
	return kind_names[kind];
}

const char *disk_row_name(enum disk_row row)
{
	return row_names[row];
}
