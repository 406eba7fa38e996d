/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The record of one attempt, as the journal keeps it: one JSON object a line. Every attempt has one,
 * also a failed, a timed-out and a skipped one. Times are relative to the sample's `request`
 * (t0_ns is relative to the run's epoch), so that all stay below 2^53. An unknown number is null, never 0.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/model/cache-state.h"
#include "harness/model/clock-sync.h"
#include "harness/model/instance.h"
#include "harness/model/profile.h"
#include "harness/model/timeline.h"

/** An integer that could not be read; JSON null. */
#define UNKNOWN INT64_MIN
#define SAMPLE_ERROR_MAX 1024

/* id, name in the journal */
#define SAMPLE_STATUSES(X)                                                                              \
	X(OK, "ok")                                                                                     \
	X(TIMEOUT, "timeout")		    /* not ready in time: +infinity in rank statistics */      \
	X(START_ERROR, "start_error")	    /* create or start failed, or the engine said that it died */ \
	X(CRASH, "crash")		    /* the main process ended before it was ready */           \
	X(OOM, "oom")			    /* a limit of its memory killed it, or a part of it */     \
	X(WRONG_CHECKSUM, "wrong_checksum") /* what ran was not the payload that was meant to run */   \
	X(GARBAGE, "garbage")		    /* a user's program: what it wrote is no metric */     \
	X(LOST_CHANNEL, "lost_channel")	    /* closed or garbled before ready */                       \
	X(ABORTED, "aborted")		    /* the run was interrupted in it */                        \
	X(SKIPPED, "skipped")		    /* its runtime cannot work here */

enum sample_status {
#define SAMPLE_ENUM(id, name) SAMPLE_##id,
	SAMPLE_STATUSES(SAMPLE_ENUM)
#undef SAMPLE_ENUM
	SAMPLE_STATUS_COUNT
};

/** What a block is for; they are never mixed in one statistic. */
enum block_kind {
	BLOCK_LATENCY,	 /**< start, ready, stop: nothing that disturbs the clock */
	BLOCK_FOOTPRINT, /**< start, settle, weigh memory and disk, stop */
	BLOCK_EXPERIMENT, /**< a turn of the scenario's experiment (experiment.h) */
	BLOCK_KIND_COUNT
};

/* member, JSON key, source of the number: the lenses of method 2.1 and 2.2, in bytes */
#define SAMPLE_MEMORY_FIELDS(X)                                                                         \
	X(footprint, "footprint_bytes",                                                                 \
	  "sum of Pss + cgroup kernel memory + private page cache of one instance + growth of its daemons") \
	X(pss, "pss_bytes", "sum of Pss over the instance's processes (smaps_rollup)")                 \
	X(pss_anon, "pss_anon_bytes", "anonymous part of it")                                          \
	X(pss_file, "pss_file_bytes", "file part of it")                                               \
	X(pss_shmem, "pss_shmem_bytes", "shared memory part of it")                                    \
	X(uss, "uss_bytes", "private pages only")                                                      \
	X(rss, "rss_bytes", "resident, shared pages counted in full")                                  \
	X(anon_huge, "anon_huge_bytes", "anonymous huge pages")                                        \
	X(swap_pss, "swap_pss_bytes", "swapped out")                                                   \
	X(private_cache, "private_cache_bytes", "page cache of the instance's own files (cachestat)")   \
	X(cgroup_current, "cgroup_current_bytes", "the cgroup's usage counter")                        \
	X(cgroup_peak, "cgroup_peak_bytes", "its maximum so far")                                      \
	X(cgroup_kernel, "cgroup_kernel_bytes", "kernel memory charged to the cgroup")                 \
	X(cgroup_file, "cgroup_file_bytes", "page cache charged to the cgroup")                        \
	X(guest_configured, "guest_configured_bytes", "RAM that the guest was given")                  \
	X(guest_touched, "guest_ram_touched_bytes", "resident part of the guest's RAM mapping")        \
	X(guest_used, "guest_used_bytes",                                                            \
	  "MemTotal - MemAvailable - free pages on lists of CPUs, as the guest sees it") \
	X(daemon_growth, "daemon_growth_bytes",                                                         \
	  "growth of the engine's daemons (Pss) since before the instance; may be negative") \
	X(vmm_overhead, "vmm_overhead_bytes", "Pss outside of the guest's RAM mapping")

/** One weighing. `unknown_reason` names what could not be read and why; "" where all was. */
struct memory_reading {
	char point[16]; /**< "idle", later "after_work" and "peak" */
	int64_t settle_ns;
	bool unsettled; /**< still moving when the settle time was over (method R2.4) */
	int64_t process_count;
#define SAMPLE_MEMBER(member, key, text) int64_t member;
	SAMPLE_MEMORY_FIELDS(SAMPLE_MEMBER)
#undef SAMPLE_MEMBER
	char unknown_reason[160];
};

/** Allocated and apparent bytes of one row of the disk table (method R3.3). UNKNOWN where not read. */
struct disk_reading {
	char point[16]; /**< "ready" */
	struct {
		int64_t allocated_bytes, apparent_bytes, files_count;
	} rows[DISK_ROW_COUNT];
};

/** What the payload said of itself and what the host saw of it. "" and UNKNOWN: not known. */
struct identity {
	char kernel_release[72], boot_id[40], clocksource[24], hostname[65];
	int64_t inner_pid;	 /**< process id as the payload sees it */
	int64_t host_pid;	 /**< the channel's peer as the host sees it */
	int visible_from_host; /**< 1: that peer is the payload itself; 0: it is another program (a VMM); -1:
				  unknown */
	bool own_kernel;	 /**< its boot id is not the host's */
	char payload_sha256[DIGEST_HEX];
	struct profile profile; /**< where the payload is a process of the host */
	/** Its own clock stamps as it sent them, "MONOTONIC_ns BOOTTIME_ns TSC": of a guest's stages and of ready. */
	char stamp_init[72], stamp_main[72], stamp_ready[72];
};

struct sample {
	int64_t id;	       /**< running number in the run */
	char subject[SUBJECT_NAME_MAX];
	enum block_kind kind;
	int64_t block, position; /**< block number within its kind (warm-up blocks included), place in the block */
	bool warmup, valid;
	char invalid_reason[96];
	enum sample_status status;
	char phase[24];	       /**< where it failed: "create", "start", "ready", "inspect", "stop", "destroy" */
	char error[SAMPLE_ERROR_MAX];
	int64_t timeout_ns, t0_ns, gap_ns; /**< gap_ns: waited before it for the host to calm down (method R5.4) */
	struct event events[EVENT_COUNT];  /**< t_ns relative to request; may be read as int64 (a keeper stamp
					      can precede it) */
	int64_t cpu_subject_ns,
		cpu_harness_ns; /**< of the main process (rusage after exit), of the harness meanwhile */
	int64_t involuntary_switches, major_faults, steal_ns, psi_cpu_some_us;
	int64_t maxrss_bytes;  /**< largest resident set of the main process (rusage) */
	int64_t refill_ns; /**< after it: until what it took of what is made ahead was there again; UNKNOWN: nothing */
	int64_t realtime_shift_ns; /**< how much the wall clock moved against the monotonic one meanwhile */
	int64_t exit_status;   /**< as wait4 gives it; UNKNOWN: not the keeper's child or not ended */
	struct memory_reading memory;
	bool has_memory;
	struct disk_reading disk;
	bool has_disk;
	struct identity identity;
	bool has_identity;
	struct cache_state cache; /**< without `wanted`: was not looked at */
	struct clock_sync sync; /**< without a method: none was tried */
	char cpus[64];	       /**< list of the CPUs on which the main process may run, read when ready; "" */
	char residue[256];     /**< what was left behind after destroy; "": nothing */
};

void sample_init(struct sample *sample);
struct json *sample_to_json(const struct sample *sample);
/** Checks every field; `where` begins the error text ("samples.jsonl: line 7"). */
int sample_from_json(const struct json *json, const char *where, struct sample *ret_sample, struct error *err);
/** The key of a number that is below zero and cannot be (a duration, a size, a count); NULL: there is none. */
const char *sample_negative(const struct sample *sample);
/** Was the wall clock set during the sample (method R1.28: by more than 50 us)? */
bool sample_clock_stepped(int64_t realtime_shift_ns);
/** Span in ns between two events; UNKNOWN where one is missing. */
int64_t sample_span_ns(const struct sample *sample, enum event_id from, enum event_id to);
const char *sample_status_name(enum sample_status status);
const char *block_kind_name(enum block_kind kind);
const char *disk_row_name(enum disk_row row); /**< "instance", "base", "boot_artefacts", "platform" */
