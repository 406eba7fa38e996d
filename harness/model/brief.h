/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the statistics need of a sample, in a tenth of its size: those of a journal of a million records are in memory
 * together. Where the whole of one is shown it is read again (recording_sample()).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/model/sample.h"

/** What many samples have in common, kept once for all of them. */
struct shared {
	char subject[SUBJECT_NAME_MAX];
	char phase[24], cpus[64];
	char memory_unknown_reason[160];
	int64_t timeout_ns;
	struct cache_state cache; /**< without what was resident, which the brief has */
	struct clock_sync sync;	  /**< without the numbers */
	struct identity identity; /**< without what each instance has of its own: boot id, host name, pid, stamps */
	bool has_identity;
};

/** What was weighed, in bytes; UNKNOWN where not read. */
struct weights {
	bool has_memory, has_disk, unsettled;
#define WEIGHTS_MEMBER(member, key, text) int64_t member;
	SAMPLE_MEMORY_FIELDS(WEIGHTS_MEMBER)
#undef WEIGHTS_MEMBER
	struct {
		int64_t allocated_bytes, apparent_bytes;
	} disk[DISK_ROW_COUNT];
};

/** The members are those of struct sample. */
struct brief {
	int64_t id, block;
	int64_t at; /**< where the whole of it is: for recording_sample() */
	const struct shared *shared;
	const struct weights *weights; /**< NULL: neither memory nor disk was weighed */
	int64_t steal_ns, psi_cpu_some_us, involuntary_switches, major_faults;
	int64_t refill_ns;
	int64_t cache_resident_count;
	uint64_t events;  /**< a bit for each event that is set */
	int64_t first_ns; /**< the earliest of them */
	uint8_t kind, status;
	bool warmup, valid, has_residue;
	bool shift_known, clock_stepped; /**< of realtime_shift_ns (sample_clock_stepped()) */
	bool wide;	/**< they are more than 4 s apart */
	uint32_t t_ns[]; /**< since the earliest, in the order of ids; where wide two for each, the low one first */
};

/** All of a recording, in the order of its journal. Zeroed: none. */
struct briefs {
	struct brief **list;
	size_t count;
	void *shared;	    /**< tree of those that there are */
	void *room;	    /**< chunks of memory, the newest first */
	size_t room_left;   /**< bytes of the newest */
};

void briefs_add(struct briefs *briefs, const struct sample *sample, int64_t at);
void briefs_release(struct briefs *briefs);

/** Span in ns between two events; UNKNOWN where one is missing. */
int64_t brief_span_ns(const struct brief *brief, enum event_id from, enum event_id to);
/** As cache_state_ratio() and cache_state_proven() say it of the whole. */
struct cache_state brief_cache(const struct brief *brief);

/** One that is needed for a moment: of a sample that is in no recording. */
struct brief_room {
	union {
		struct brief brief;
		char bytes[sizeof(struct brief) + 2 * EVENT_COUNT * sizeof(uint32_t)];
	};
	struct weights weights;
};

/** Without what is shared, which is NULL. The result is in `room` and lives as long. */
const struct brief *brief_of(const struct sample *sample, struct brief_room *room);
