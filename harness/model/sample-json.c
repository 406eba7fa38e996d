/* SPDX-License-Identifier: Apache-2.0 */
/* A sample to JSON and back. The keys are those of method section 7; one table serves both directions where it can. */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/model/event-stamp.h"
#include "harness/model/sample.h"

static void add_known(struct json *object, const char *key, int64_t number)
{
	if (number == UNKNOWN)
		json_add_null(object, key);
	else
		json_add_int(object, key, number);
}

static int64_t get_known(const struct json *object, const char *key)
{
	return json_get_int(object, key, UNKNOWN);
}

static void get_text(const struct json *object, const char *key, char *ret_text, size_t size)
{
	(void)snprintf(ret_text, size, "%s", json_get_text(object, key, ""));
}

static void add_text(struct json *object, const char *key, const char *text)
{
	json_add_text(object, key, *text ? text : NULL);
}

static struct json *events_to_json(const struct sample *sample)
{
	struct json *array = json_array();

	for (size_t i = 0; i < EVENT_COUNT; i++) {
		const struct event *event = &sample->events[i];

		if (!event->set)
			continue;
		struct json *row = json_object();

		json_add_text(row, "name", event_name((enum event_id)i));
		json_add_int(row, "t_ns", (int64_t)event->t_ns);
		json_add_int(row, "err_ns", (int64_t)event->err_ns);
		json_add_text(row, "src", event->source);
		json_append(array, row);
	}
	return array;
}

static int events_from_json(const struct json *array, const char *where, struct sample *sample, struct error *err)
{
	if (array && !json_is_array(array))
		return error_input(err, "%s: events: is %s; a list", where, json_type_name(array));
	for (const struct json *row = json_first(array); row; row = json_next(row)) {
		const char *name = json_get_text(row, "name", "");
		enum event_id id = event_by_name(name);
		int64_t t_ns = get_known(row, "t_ns"), err_ns = get_known(row, "err_ns");

		if (id == EVENT_COUNT)
			continue; /* a later version's event */
		if (t_ns == UNKNOWN || err_ns == UNKNOWN || err_ns < 0)
			return error_input(err, "%s: events: '%s' has no valid t_ns and err_ns", where, name);
		if (!event_stamp_valid(id, t_ns, err_ns))
			return error_input(err, "%s: events: '%s' at t_ns %lld is not within a sample", where, name,
					   (long long)t_ns);
		sample->events[id] = (struct event){.t_ns = (uint64_t)t_ns,
						    .err_ns = (uint64_t)err_ns,
						    .source = event_stamp_source(json_get_text(row, "src", "")),
						    .set = true};
	}
	return 0;
}

/* The numbers of struct sample that are stored under their own key of a group object ("" is the sample itself). */
static const struct {
	const char *group, *key;
	size_t offset;
} number_rows[] = {
	{"", "id", offsetof(struct sample, id)},
	{"", "block", offsetof(struct sample, block)},
	{"", "position", offsetof(struct sample, position)},
	{"", "timeout_ns", offsetof(struct sample, timeout_ns)},
	{"", "t0_ns", offsetof(struct sample, t0_ns)},
	{"", "gap_ns", offsetof(struct sample, gap_ns)},
	{"", "exit_status", offsetof(struct sample, exit_status)},
	{"", "maxrss_bytes", offsetof(struct sample, maxrss_bytes)},
	{"", "refill_ns", offsetof(struct sample, refill_ns)},
	{"cpu_time_ns", "subject", offsetof(struct sample, cpu_subject_ns)},
	{"cpu_time_ns", "harness", offsetof(struct sample, cpu_harness_ns)},
	{"noise", "steal_ns", offsetof(struct sample, steal_ns)},
	{"noise", "psi_cpu_some_us", offsetof(struct sample, psi_cpu_some_us)},
	{"noise", "realtime_shift_ns", offsetof(struct sample, realtime_shift_ns)},
	{"noise", "invol_switches_count", offsetof(struct sample, involuntary_switches)},
	{"noise", "major_faults_count", offsetof(struct sample, major_faults)},
};

#define NUMBER_ROWS (sizeof(number_rows) / sizeof(number_rows[0]))

static void numbers_to_json(const struct sample *sample, struct json *object)
{
	const char *open = "";
	struct json *group = object;

	for (size_t i = 0; i < NUMBER_ROWS; i++) {
		if (strcmp(open, number_rows[i].group)) {
			open = number_rows[i].group;
			group = json_object();
			json_add(object, open, group);
		}
		add_known(group, number_rows[i].key,
			  *(const int64_t *)((const char *)sample + number_rows[i].offset));
	}
}

/* What is there, and is no number that a double holds, is not the same as what is not known. */
static int numbers_from_json(const struct json *object, const char *where, struct sample *sample, struct error *err)
{
	for (size_t i = 0; i < NUMBER_ROWS; i++) {
		const char *name = number_rows[i].group;
		const struct json *value = json_get(*name ? json_get(object, name) : object, number_rows[i].key);
		int64_t number = json_int_of(value, UNKNOWN);

		*(int64_t *)((char *)sample + number_rows[i].offset) = number;
		if (!value || json_is_null(value) || number != UNKNOWN)
			continue;
		cleanup_free char *text = json_text(value, false);

		return error_input(err, "%s: %s%s%s: %.32s; a number or null", where, name, *name ? "." : "",
				   number_rows[i].key, text);
	}
	return 0;
}

/* Derived from the events, for readers who only want the headline; never read back. */
static struct json *latency_to_json(const struct sample *sample)
{
	struct json *object = json_object();

	add_known(object, "request_to_ready_ns", sample_span_ns(sample, EVENT_REQUEST, EVENT_READY_OBS));
	add_known(object, "launch_to_ready_ns", sample_span_ns(sample, EVENT_LAUNCH, EVENT_READY_OBS));
	add_known(object, "notify_latency_ns", sample_span_ns(sample, EVENT_READY_SRC, EVENT_READY_OBS));
	add_known(object, "stop_to_exited_ns", sample_span_ns(sample, EVENT_STOP_CALL, EVENT_EXITED));
	return object;
}

static struct json *memory_to_json(const struct memory_reading *m)
{
	struct json *array = json_array(), *object = json_object();

	json_add_text(object, "point", m->point);
	add_known(object, "settle_ns", m->settle_ns);
	json_add_bool(object, "unsettled", m->unsettled);
	add_known(object, "process_count", m->process_count);
#define MEMORY_ADD(member, key, text) add_known(object, key, m->member);
	SAMPLE_MEMORY_FIELDS(MEMORY_ADD)
#undef MEMORY_ADD
	add_text(object, "unknown_reason", m->unknown_reason);
	json_append(array, object);
	return array;
}

static void memory_from_json(const struct json *array, struct sample *sample)
{
	const struct json *object = json_first(array);
	struct memory_reading *m = &sample->memory;

	if (!object)
		return;
	sample->has_memory = true;
	get_text(object, "point", m->point, sizeof(m->point));
	m->settle_ns = get_known(object, "settle_ns");
	m->unsettled = json_get_bool(object, "unsettled", false);
	m->process_count = get_known(object, "process_count");
#define MEMORY_GET(member, key, text) m->member = get_known(object, key);
	SAMPLE_MEMORY_FIELDS(MEMORY_GET)
#undef MEMORY_GET
	get_text(object, "unknown_reason", m->unknown_reason, sizeof(m->unknown_reason));
}

static struct json *disk_to_json(const struct disk_reading *d)
{
	struct json *array = json_array(), *object = json_object();

	json_add_text(object, "point", d->point);
	for (size_t i = 0; i < DISK_ROW_COUNT; i++) {
		struct json *row = json_object();

		add_known(row, "allocated_bytes", d->rows[i].allocated_bytes);
		add_known(row, "apparent_bytes", d->rows[i].apparent_bytes);
		add_known(row, "files_count", d->rows[i].files_count);
		json_add(object, disk_row_name((enum disk_row)i), row);
	}
	json_append(array, object);
	return array;
}

static void disk_from_json(const struct json *array, struct sample *sample)
{
	const struct json *object = json_first(array);

	if (!object)
		return;
	sample->has_disk = true;
	get_text(object, "point", sample->disk.point, sizeof(sample->disk.point));
	for (size_t i = 0; i < DISK_ROW_COUNT; i++) {
		const struct json *row = json_get(object, disk_row_name((enum disk_row)i));

		sample->disk.rows[i].allocated_bytes = get_known(row, "allocated_bytes");
		sample->disk.rows[i].apparent_bytes = get_known(row, "apparent_bytes");
		sample->disk.rows[i].files_count = get_known(row, "files_count");
	}
}

static struct json *identity_to_json(const struct identity *id)
{
	struct json *object = json_object();

	add_text(object, "kernel_release", id->kernel_release);
	add_text(object, "boot_id", id->boot_id);
	add_text(object, "clocksource", id->clocksource);
	add_text(object, "hostname", id->hostname);
	add_known(object, "inner_pid", id->inner_pid);
	add_known(object, "host_pid", id->host_pid);
	if (id->visible_from_host < 0)
		json_add_null(object, "visible_from_host");
	else
		json_add_bool(object, "visible_from_host", id->visible_from_host);
	json_add_bool(object, "own_kernel", id->own_kernel);
	add_text(object, "payload_sha256", id->payload_sha256);
	add_text(object, "stamp_init", id->stamp_init);
	add_text(object, "stamp_user_main", id->stamp_main);
	add_text(object, "stamp_ready_src", id->stamp_ready);
	if (id->profile.known)
		json_add(object, "profile", profile_to_json(&id->profile));
	return object;
}

static void identity_from_json(const struct json *object, struct sample *sample)
{
	struct identity *id = &sample->identity;

	if (!json_is_object(object))
		return;
	sample->has_identity = true;
	get_text(object, "kernel_release", id->kernel_release, sizeof(id->kernel_release));
	get_text(object, "boot_id", id->boot_id, sizeof(id->boot_id));
	get_text(object, "clocksource", id->clocksource, sizeof(id->clocksource));
	get_text(object, "hostname", id->hostname, sizeof(id->hostname));
	id->inner_pid = get_known(object, "inner_pid");
	id->host_pid = get_known(object, "host_pid");
	const struct json *visible = json_get(object, "visible_from_host");

	id->visible_from_host = json_is_bool(visible) ? json_bool_of(visible, false) : -1;
	id->own_kernel = json_get_bool(object, "own_kernel", false);
	get_text(object, "payload_sha256", id->payload_sha256, sizeof(id->payload_sha256));
	get_text(object, "stamp_init", id->stamp_init, sizeof(id->stamp_init));
	get_text(object, "stamp_user_main", id->stamp_main, sizeof(id->stamp_main));
	get_text(object, "stamp_ready_src", id->stamp_ready, sizeof(id->stamp_ready));
	profile_from_json(json_get(object, "profile"), &id->profile);
}

struct json *sample_to_json(const struct sample *sample)
{
	struct json *object = json_object();

	json_add_text(object, "record", "sample");
	json_add_text(object, "subject", sample->subject);
	json_add_text(object, "kind", block_kind_name(sample->kind));
	json_add_bool(object, "warmup", sample->warmup);
	json_add_bool(object, "valid", sample->valid);
	add_text(object, "invalid_reason", sample->invalid_reason);
	json_add_text(object, "status", sample_status_name(sample->status));
	add_text(object, "phase", sample->phase);
	add_text(object, "error", sample->error);
	add_text(object, "cpus", sample->cpus);
	add_text(object, "residue", sample->residue);
	numbers_to_json(sample, object);
	json_add(object, "latency", latency_to_json(sample));
	json_add(object, "events", events_to_json(sample));
	if (*sample->cache.wanted)
		json_add(object, "state", cache_state_to_json(&sample->cache));
	if (*sample->sync.method)
		json_add(object, "clock_sync", clock_sync_to_json(&sample->sync));
	if (sample->has_identity)
		json_add(object, "identity", identity_to_json(&sample->identity));
	if (sample->has_memory)
		json_add(object, "memory", memory_to_json(&sample->memory));
	if (sample->has_disk)
		json_add(object, "disk", disk_to_json(&sample->disk));
	return object;
}

static int find_name(const char *const *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(names[i], name))
			return (int)i;
	return -1;
}

int sample_from_json(const struct json *json, const char *where, struct sample *ret_sample, struct error *err)
{
	const char *status_name = json_get_text(json, "status", ""), *kind_name = json_get_text(json, "kind", "");
	const char *statuses[SAMPLE_STATUS_COUNT], *kinds[BLOCK_KIND_COUNT];
	struct sample sample;

	for (size_t i = 0; i < SAMPLE_STATUS_COUNT; i++)
		statuses[i] = sample_status_name((enum sample_status)i);
	for (size_t i = 0; i < BLOCK_KIND_COUNT; i++)
		kinds[i] = block_kind_name((enum block_kind)i);
	int status = find_name(statuses, SAMPLE_STATUS_COUNT, status_name);
	int kind = find_name(kinds, BLOCK_KIND_COUNT, kind_name);

	sample_init(&sample);
	get_text(json, "subject", sample.subject, sizeof(sample.subject));
	if (!*sample.subject)
		return error_input(err, "%s: subject: missing", where);
	if (status < 0)
		return error_input(err, "%s: status: '%s' is not a status of a sample", where, status_name);
	if (kind < 0)
		return error_input(err, "%s: kind: '%s' is not a kind of block", where, kind_name);
	sample.status = (enum sample_status)status;
	sample.kind = (enum block_kind)kind;
	sample.warmup = json_get_bool(json, "warmup", false);
	sample.valid = json_get_bool(json, "valid", true);
	get_text(json, "invalid_reason", sample.invalid_reason, sizeof(sample.invalid_reason));
	get_text(json, "phase", sample.phase, sizeof(sample.phase));
	get_text(json, "error", sample.error, sizeof(sample.error));
	get_text(json, "cpus", sample.cpus, sizeof(sample.cpus));
	get_text(json, "residue", sample.residue, sizeof(sample.residue));
	int rc = numbers_from_json(json, where, &sample, err);

	if (rc < 0)
		return rc;
	if (sample.id == UNKNOWN || sample.id < 0 || sample.block == UNKNOWN || sample.block < 0)
		return error_input(err, "%s: id and block must be numbers from 0", where);
	rc = events_from_json(json_get(json, "events"), where, &sample, err);
	if (rc < 0)
		return rc;
	identity_from_json(json_get(json, "identity"), &sample);
	cache_state_from_json(json_get(json, "state"), &sample.cache);
	clock_sync_from_json(json_get(json, "clock_sync"), &sample.sync);
	memory_from_json(json_get(json, "memory"), &sample);
	disk_from_json(json_get(json, "disk"), &sample);
	const char *negative = sample_negative(&sample);

	if (negative)
		return error_input(err, "%s: %s: is below zero; a number from 0, or null", where, negative);
	*ret_sample = sample;
	return 0;
}
