/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/model/brief.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"

#define CHUNK_BYTES ((size_t)1 << 20)

_Static_assert(EVENT_COUNT <= 64, "a bit of struct brief for each event");

/* The chunks are a list through their first word. */
static void *room_take(struct briefs *briefs, size_t bytes)
{
	bytes = (bytes + sizeof(int64_t) - 1) / sizeof(int64_t) * sizeof(int64_t);
	if (bytes > briefs->room_left) {
		void **chunk = alloc_zero(1, CHUNK_BYTES);

		*chunk = briefs->room;
		briefs->room = chunk;
		briefs->room_left = CHUNK_BYTES - sizeof(*chunk);
	}
	briefs->room_left -= bytes;
	return (char *)briefs->room + sizeof(void *) + briefs->room_left;
}

static int compare_shared(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct shared));
}

static void shared_of(const struct sample *sample, struct shared *shared)
{
	struct identity *id = &shared->identity;

	(void)memset(shared, 0, sizeof(*shared)); /* they are compared byte by byte */
	(void)memcpy(shared->subject, sample->subject, sizeof(shared->subject));
	(void)memcpy(shared->phase, sample->phase, sizeof(shared->phase));
	(void)memcpy(shared->cpus, sample->cpus, sizeof(shared->cpus));
	(void)memcpy(shared->memory_unknown_reason, sample->memory.unknown_reason,
		     sizeof(shared->memory_unknown_reason));
	shared->timeout_ns = sample->timeout_ns;
	shared->cache = sample->cache;
	shared->cache.resident_count = 0;
	shared->sync = sample->sync;
	shared->sync.count = shared->sync.err_ns = shared->sync.rtt_min_ns = shared->sync.guest_hz = 0;
	shared->has_identity = sample->has_identity;
	*id = sample->identity;
	(void)memset(id->boot_id, 0, sizeof(id->boot_id));
	(void)memset(id->hostname, 0, sizeof(id->hostname));
	(void)memset(id->stamp_init, 0, sizeof(id->stamp_init));
	(void)memset(id->stamp_main, 0, sizeof(id->stamp_main));
	(void)memset(id->stamp_ready, 0, sizeof(id->stamp_ready));
	id->host_pid = UNKNOWN;
}

static const struct shared *shared_find(struct briefs *briefs, const struct sample *sample)
{
	struct shared wanted;

	shared_of(sample, &wanted);
	struct shared *const *found = tfind(&wanted, &briefs->shared, compare_shared);

	if (found)
		return *found;
	struct shared *shared = alloc_zero(1, sizeof(*shared));

	*shared = wanted;
	if (!tsearch(shared, &briefs->shared, compare_shared))
		abort(); /* as without memory for anything else */
	return shared;
}

static void weights_of(const struct sample *sample, struct weights *weights)
{
	*weights = (struct weights){
		.has_memory = sample->has_memory,
		.has_disk = sample->has_disk,
		.unsettled = sample->memory.unsettled,
#define WEIGHTS_SET(member, key, text) .member = sample->memory.member,
		SAMPLE_MEMORY_FIELDS(WEIGHTS_SET)
#undef WEIGHTS_SET
	};
	for (size_t i = 0; i < DISK_ROW_COUNT; i++) {
		weights->disk[i].allocated_bytes = sample->disk.rows[i].allocated_bytes;
		weights->disk[i].apparent_bytes = sample->disk.rows[i].apparent_bytes;
	}
}

/* How many numbers of 32 bits the instants take. */
static size_t words_of(const struct brief *brief)
{
	return (size_t)__builtin_popcountll(brief->events) * (brief->wide ? 2 : 1);
}

/* They may be in any order, but all of them are close together. */
static void take_events(const struct event *events, struct brief *brief)
{
	int64_t last_ns = INT64_MIN;
	size_t at = 0;

	brief->first_ns = INT64_MAX;
	for (size_t i = 0; i < EVENT_COUNT; i++) {
		int64_t t_ns = (int64_t)events[i].t_ns;

		if (!events[i].set)
			continue;
		brief->events |= UINT64_C(1) << i;
		brief->first_ns = t_ns < brief->first_ns ? t_ns : brief->first_ns;
		last_ns = t_ns > last_ns ? t_ns : last_ns;
	}
	brief->wide = brief->events && (uint64_t)last_ns - (uint64_t)brief->first_ns > UINT32_MAX;
	for (size_t i = 0; i < EVENT_COUNT; i++) {
		uint64_t since = events[i].t_ns - (uint64_t)brief->first_ns;

		if (!events[i].set)
			continue;
		brief->t_ns[at++] = (uint32_t)since;
		if (brief->wide)
			brief->t_ns[at++] = (uint32_t)(since >> 32);
	}
}

const struct brief *brief_of(const struct sample *sample, struct brief_room *room)
{
	struct brief *brief = &room->brief;

	*brief = (struct brief){
		.id = sample->id,
		.block = sample->block,
		.steal_ns = sample->steal_ns,
		.psi_cpu_some_us = sample->psi_cpu_some_us,
		.involuntary_switches = sample->involuntary_switches,
		.major_faults = sample->major_faults,
		.refill_ns = sample->refill_ns,
		.cache_resident_count = sample->cache.resident_count,
		.kind = (uint8_t)sample->kind,
		.status = (uint8_t)sample->status,
		.warmup = sample->warmup,
		.valid = sample->valid,
		.has_residue = *sample->residue,
		.shift_known = sample->realtime_shift_ns != UNKNOWN,
		.clock_stepped = sample_clock_stepped(sample->realtime_shift_ns),
	};
	take_events(sample->events, brief);
	if (sample->has_memory || sample->has_disk) {
		weights_of(sample, &room->weights);
		brief->weights = &room->weights;
	}
	return brief;
}

/* The list is doubled whenever the count is a power of two. */
void briefs_add(struct briefs *briefs, const struct sample *sample, int64_t at)
{
	struct brief_room room;
	const struct brief *brief = brief_of(sample, &room);
	size_t bytes = sizeof(*brief) + words_of(brief) * sizeof(brief->t_ns[0]);
	struct brief *kept = memcpy(room_take(briefs, bytes), brief, bytes);

	kept->at = at;
	kept->shared = shared_find(briefs, sample);
	if (brief->weights) {
		struct weights *weights = room_take(briefs, sizeof(*weights));

		*weights = *brief->weights;
		kept->weights = weights;
	}
	if (!(briefs->count & (briefs->count - 1)))
		briefs->list = alloc_grow(briefs->list, briefs->count ? 2 * briefs->count : 1, sizeof(briefs->list[0]));
	briefs->list[briefs->count++] = kept;
}

void briefs_release(struct briefs *briefs)
{
	while (briefs->shared) {
		struct shared *shared = *(struct shared **)briefs->shared;

		(void)tdelete(shared, &briefs->shared, compare_shared);
		free(shared);
	}
	while (briefs->room) {
		void **chunk = briefs->room;

		briefs->room = *chunk;
		free(chunk);
	}
	free(briefs->list);
	*briefs = (struct briefs){0};
}

/* False: it did not happen. Before its instant are those of the events with a lower id. */
static bool brief_event(const struct brief *brief, enum event_id id, int64_t *ret_t_ns)
{
	uint64_t bit = UINT64_C(1) << id;

	if (!(brief->events & bit))
		return false;
	size_t at = (size_t)__builtin_popcountll(brief->events & (bit - 1));
	uint64_t since = brief->wide ? (uint64_t)brief->t_ns[2 * at + 1] << 32 | brief->t_ns[2 * at] : brief->t_ns[at];

	*ret_t_ns = (int64_t)((uint64_t)brief->first_ns + since);
	return true;
}

int64_t brief_span_ns(const struct brief *brief, enum event_id from, enum event_id to)
{
	int64_t a, b;

	return brief_event(brief, from, &a) && brief_event(brief, to, &b) ? b - a : UNKNOWN;
}

struct cache_state brief_cache(const struct brief *brief)
{
	struct cache_state state = brief->shared->cache;

	state.resident_count = brief->cache_resident_count;
	return state;
}
