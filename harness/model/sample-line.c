/* SPDX-License-Identifier: Apache-2.0 */
/* The keys in the order in which sample-json.c writes them. */
#include "harness/model/sample-line.h"

#include <string.h>

#include "harness/base/json-plain.h"
#include "harness/model/event-stamp.h"

static bool take_record(struct json_plain *plain, void *target)
{
	char type[16];

	(void)target;
	return json_plain_text(plain, type, sizeof(type)) && !strcmp(type, "sample");
}

static bool take_kind(struct json_plain *plain, void *target)
{
	struct sample *sample = target;
	char name[24];

	if (!json_plain_text(plain, name, sizeof(name)))
		return false;
	while (sample->kind < BLOCK_KIND_COUNT && strcmp(block_kind_name(sample->kind), name) != 0)
		sample->kind++;
	return sample->kind < BLOCK_KIND_COUNT;
}

static bool take_status(struct json_plain *plain, void *target)
{
	struct sample *sample = target;
	char name[24];

	if (!json_plain_text(plain, name, sizeof(name)))
		return false;
	while (sample->status < SAMPLE_STATUS_COUNT && strcmp(sample_status_name(sample->status), name) != 0)
		sample->status++;
	return sample->status < SAMPLE_STATUS_COUNT;
}

struct stamp {
	char name[32], source[24];
	int64_t t_ns, err_ns;
};

static const struct json_plain_field stamp_fields[] = {
	PLAIN_ROW_TEXT(struct stamp, name, "name"),
	PLAIN_ROW_NEEDED(struct stamp, t_ns, "t_ns"),
	PLAIN_ROW_NEEDED(struct stamp, err_ns, "err_ns"),
	PLAIN_ROW_TEXT(struct stamp, source, "src"),
	{0},
};

/* In the order of the events, each once: so the next one is not far behind the last. */
static bool take_events(struct json_plain *plain, void *target)
{
	struct sample *sample = target;
	size_t id = 0;

	if (!json_plain_step(plain, '['))
		return false;
	if (json_plain_step(plain, ']'))
		return true;
	do {
		struct stamp stamp = {.t_ns = UNKNOWN};

		if (!json_plain_object(plain, stamp_fields, &stamp))
			return false;
		while (id < EVENT_COUNT && strcmp(event_name((enum event_id)id), stamp.name) != 0)
			id++;
		if (id == EVENT_COUNT || !event_stamp_valid((enum event_id)id, stamp.t_ns, stamp.err_ns))
			return false;
		sample->events[id++] = (struct event){.t_ns = (uint64_t)stamp.t_ns,
						      .err_ns = (uint64_t)stamp.err_ns,
						      .source = event_stamp_source(stamp.source),
						      .set = true};
	} while (json_plain_step(plain, ','));
	return json_plain_step(plain, ']');
}

static bool take_visible(struct json_plain *plain, void *target)
{
	struct identity *id = target;
	static const struct {
		const char *word;
		int visible;
	} words[] = {{"true", 1}, {"false", 0}, {"null", -1}};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t length = strlen(words[i].word);

		if (strncmp(plain->at, words[i].word, length) != 0)
			continue;
		plain->at += length;
		id->visible_from_host = words[i].visible;
		return true;
	}
	return false;
}

static bool take_profile(struct json_plain *plain, void *target)
{
	struct identity *id = target;

	id->profile.known = true;
	return json_plain_object(plain, profile_fields, &id->profile);
}

static const struct json_plain_field identity_fields[] = {
	PLAIN_ROW_TEXT(struct identity, kernel_release, "kernel_release"),
	PLAIN_ROW_TEXT(struct identity, boot_id, "boot_id"),
	PLAIN_ROW_TEXT(struct identity, clocksource, "clocksource"),
	PLAIN_ROW_TEXT(struct identity, hostname, "hostname"),
	PLAIN_ROW_NUMBER(struct identity, inner_pid, "inner_pid"),
	PLAIN_ROW_NUMBER(struct identity, host_pid, "host_pid"),
	PLAIN_ROW_OWN(take_visible, "visible_from_host"),
	PLAIN_ROW_BOOL(struct identity, own_kernel, "own_kernel"),
	PLAIN_ROW_TEXT(struct identity, payload_sha256, "payload_sha256"),
	PLAIN_ROW_TEXT(struct identity, stamp_init, "stamp_init"),
	PLAIN_ROW_TEXT(struct identity, stamp_main, "stamp_user_main"),
	PLAIN_ROW_TEXT(struct identity, stamp_ready, "stamp_ready_src"),
	PLAIN_ROW_OWN(take_profile, "profile"),
	{0},
};

static bool take_identity(struct json_plain *plain, void *target)
{
	struct sample *sample = target;

	sample->has_identity = true;
	profile_init(&sample->identity.profile);
	return json_plain_object(plain, identity_fields, &sample->identity);
}

static const struct json_plain_field memory_fields[] = {
	PLAIN_ROW_TEXT(struct memory_reading, point, "point"),
	PLAIN_ROW_NUMBER(struct memory_reading, settle_ns, "settle_ns"),
	PLAIN_ROW_BOOL(struct memory_reading, unsettled, "unsettled"),
	PLAIN_ROW_NUMBER(struct memory_reading, process_count, "process_count"),
#define MEMORY_ROW(member, key, text) PLAIN_ROW_NUMBER(struct memory_reading, member, key),
	SAMPLE_MEMORY_FIELDS(MEMORY_ROW)
#undef MEMORY_ROW
	PLAIN_ROW_TEXT(struct memory_reading, unknown_reason, "unknown_reason"),
	{0},
};

static bool take_memory(struct json_plain *plain, void *target)
{
	struct sample *sample = target;

	sample->has_memory = true;
	return json_plain_step(plain, '[') && json_plain_object(plain, memory_fields, &sample->memory) &&
	       json_plain_step(plain, ']');
}

typedef typeof(((struct disk_reading *)NULL)->rows[0]) disk_row;

static const struct json_plain_field disk_row_fields[] = {
	PLAIN_ROW_NUMBER(disk_row, allocated_bytes, "allocated_bytes"),
	PLAIN_ROW_NUMBER(disk_row, apparent_bytes, "apparent_bytes"),
	PLAIN_ROW_NUMBER(disk_row, files_count, "files_count"),
	{0},
};

#define DISK(row, key) PLAIN_ROW_OBJECT(struct disk_reading, rows[row], key, disk_row_fields)

static const struct json_plain_field disk_fields[] = {
	PLAIN_ROW_TEXT(struct disk_reading, point, "point"), DISK(DISK_INSTANCE, "instance"), DISK(DISK_BASE, "base"),
	DISK(DISK_BOOT, "boot_artefacts"),	   DISK(DISK_PLATFORM, "platform"), {0},
};

static bool take_disk(struct json_plain *plain, void *target)
{
	struct sample *sample = target;

	sample->has_disk = true;
	return json_plain_step(plain, '[') && json_plain_object(plain, disk_fields, &sample->disk) &&
	       json_plain_step(plain, ']');
}

static const struct json_plain_field time_fields[] = {
	PLAIN_ROW_NUMBER(struct sample, cpu_subject_ns, "subject"),
	PLAIN_ROW_NUMBER(struct sample, cpu_harness_ns, "harness"),
	{0},
};

static const struct json_plain_field noise_fields[] = {
	PLAIN_ROW_NUMBER(struct sample, steal_ns, "steal_ns"),
	PLAIN_ROW_NUMBER(struct sample, psi_cpu_some_us, "psi_cpu_some_us"),
	PLAIN_ROW_NUMBER(struct sample, realtime_shift_ns, "realtime_shift_ns"),
	PLAIN_ROW_NUMBER(struct sample, involuntary_switches, "invol_switches_count"),
	PLAIN_ROW_NUMBER(struct sample, major_faults, "major_faults_count"),
	{0},
};

static const struct json_plain_field sample_fields[] = {
	{PLAIN_KEY("record"), PLAIN_OWN, .needed = true, .own = take_record},
	PLAIN_ROW_TEXT(struct sample, subject, "subject"),
	{PLAIN_KEY("kind"), PLAIN_OWN, .needed = true, .own = take_kind},
	PLAIN_ROW_BOOL(struct sample, warmup, "warmup"),
	PLAIN_ROW_BOOL(struct sample, valid, "valid"),
	PLAIN_ROW_TEXT(struct sample, invalid_reason, "invalid_reason"),
	{PLAIN_KEY("status"), PLAIN_OWN, .needed = true, .own = take_status},
	PLAIN_ROW_TEXT(struct sample, phase, "phase"),
	PLAIN_ROW_TEXT(struct sample, error, "error"),
	PLAIN_ROW_TEXT(struct sample, cpus, "cpus"),
	PLAIN_ROW_TEXT(struct sample, residue, "residue"),
	PLAIN_ROW_NEEDED(struct sample, id, "id"),
	PLAIN_ROW_NEEDED(struct sample, block, "block"),
	PLAIN_ROW_NEEDED(struct sample, position, "position"),
	PLAIN_ROW_NUMBER(struct sample, timeout_ns, "timeout_ns"),
	PLAIN_ROW_NEEDED(struct sample, t0_ns, "t0_ns"),
	PLAIN_ROW_NUMBER(struct sample, gap_ns, "gap_ns"),
	PLAIN_ROW_NUMBER(struct sample, exit_status, "exit_status"),
	PLAIN_ROW_NUMBER(struct sample, maxrss_bytes, "maxrss_bytes"),
	PLAIN_ROW_NUMBER(struct sample, refill_ns, "refill_ns"),
	{PLAIN_KEY("cpu_time_ns"), PLAIN_OBJECT, .fields = time_fields},
	{PLAIN_KEY("noise"), PLAIN_OBJECT, .fields = noise_fields},
	PLAIN_ROW_IGNORED("latency"),
	PLAIN_ROW_OWN(take_events, "events"),
	PLAIN_ROW_OBJECT(struct sample, cache, "state", cache_state_fields),
	PLAIN_ROW_OBJECT(struct sample, sync, "clock_sync", clock_sync_fields),
	PLAIN_ROW_OWN(take_identity, "identity"),
	PLAIN_ROW_OWN(take_memory, "memory"),
	PLAIN_ROW_OWN(take_disk, "disk"),
	{0},
};

bool sample_from_line(const char *line, struct sample *ret_sample)
{
	struct json_plain plain = {.at = line};

	sample_init(ret_sample);
	return json_plain_object(&plain, sample_fields, ret_sample) && *plain.at == '\n' && !plain.at[1] &&
	       *ret_sample->subject && ret_sample->id >= 0 && ret_sample->block >= 0 && !sample_negative(ret_sample);
}
