/* SPDX-License-Identifier: Apache-2.0 */
/* What the ramps of `memory` and `density` found (measure/experiment-ramp.c): slopes over N, the knee, the end. */
#pragma once

#include "harness/analyze/analysis.h"

/** The parts of one further instance, in bytes: they add up to `ramp_fit.line`. */
#define RAMP_PARTS(X)                                                                                   \
	X(PSS, "pss_bytes", "its processes (Pss)")                                                      \
	X(KERNEL, "kernel_bytes", "kernel memory (growth of the whole host's)")                         \
	X(SEC, "sec_pagetables_bytes", "page tables of its guest")                                      \
	X(CACHE, "private_cache_bytes", "page cache of its own files")                                  \
	X(DAEMONS, "daemons_bytes", "growth of what manages it")

enum ramp_part {
#define RAMP_ENUM(id, key, text) RAMP_##id,
	RAMP_PARTS(RAMP_ENUM)
#undef RAMP_ENUM
	RAMP_PART_COUNT
};

/** One point of a ramp. */
struct ramp_point {
	size_t ramp; /**< which one, from 0 */
	int64_t sample; /**< the turn that it is of */
	double n, footprint_bytes, available_bytes;
	bool fitted; /**< the line goes through it: there is enough of it (method R2.1) */
};

/** What the host may be short of; in the order of HOSTLOAD_RESOURCES of measure/hostload.h. */
#define RAMP_WAITS(X)                                                                                   \
	X(CPU, "cpu", "waited_cpu_ns", "waits for the CPUs")                                            \
	X(IO, "io", "waited_io_ns", "waits for the disk")                                               \
	X(MEMORY, "memory", "waited_memory_ns", "waits for memory")

enum ramp_wait {
#define RAMP_WAIT_ENUM(id, name, key, text) RAMP_WAIT_##id,
	RAMP_WAITS(RAMP_WAIT_ENUM)
#undef RAMP_WAIT_ENUM
	RAMP_WAIT_COUNT
};

struct ramp_start {
	size_t ramp;
	double n, latency_ns; /**< NAN: it failed */
	double at_ns, waited_ns[RAMP_WAIT_COUNT]; /**< since the ramp began; NAN: not known */
	double harness_cpu_ns; /**< of harness and keeper since then, but for weighing; NAN: not known */
};

/** How long the end of one instance took, while n lived. */
struct ramp_stop {
	double n, took_ns;
	double harness_cpu_ns; /**< of harness and keeper for it; NAN: not known */
};

/** All starts and ends at about the same N. */
struct ramp_bin {
	size_t n_low, n_high, starts, failed;
	double latency_ns, teardown_ns; /**< medians; NAN: there is none */
	double harness_start_ns, harness_end_ns; /**< CPU time of harness and keeper for one, means; NAN: not known */
};

/** Where starts became slow, and what the host was short of meanwhile. */
struct ramp_knee {
	double n;		  /**< from which five starts took twice as long as the first five; NAN: none */
	double waited_ratio[RAMP_WAIT_COUNT]; /**< share of the time of these five that something waited; NAN */
	/** Of RAMP_WAITS where that is a tenth or more, else "work": nothing was short, each start itself does more;
	 * "unknown": the kernel does not say; NULL: there is no knee. */
	const char *limit;
};

/** Everything about one subject in one experiment. */
struct ramp_fit {
	size_t subject;
	const char *experiment;
	size_t concurrency; /**< how many were started at the same time */
	char title[136]; /**< the subject's; where the experiment has several, with the concurrency */
	struct ramp_point *points;
	size_t point_count, ramps;
	struct ramp_start *starts;
	size_t start_count, failed;
	struct ramp_stop *stops;
	size_t stop_count;
	struct ramp_bin *bins; /**< as far as there are starts */
	size_t bin_count;
	/** The headline mem_marginal_bytes: bytes of one further instance (Theil-Sen), and the fixed cost. */
	struct estimate marginal;
	struct interval within; /**< where there is one ramp, from its points alone: slope_interval_within() */
	double intercept;
	size_t fitted; /**< points that the line goes through */
	double parts[RAMP_PART_COUNT], line; /**< least squares over the same points */
	double cgroup_kernel, harness; /**< the same: charged kernel memory, and what the harness takes itself */
	double available; /**< the same: by how much the host's MemAvailable falls with each */
	double n_max;	    /**< most instances at once */
	struct ramp_knee knee; /**< of the first ramp */
	const char *reason; /**< why the last ramp ended */
	const char *error;  /**< of the start that failed then; "" */
	double teardown_ns, idle_cpu_ratio; /**< at the end, of all; CPUs that all idle ones used */
};

/** Of each experiment, subject and concurrency that has records, for ramp_fits_free(). */
struct ramp_fit *ramp_fits_make(const struct analysis *analysis, size_t *ret_count);
void ramp_fits_free(struct ramp_fit *fits, size_t count);
const char *ramp_part_key(enum ramp_part part);
const char *ramp_part_text(enum ramp_part part);
/** The key of the share that something waited, and its name: "cpu". */
const char *ramp_wait_name(enum ramp_wait wait);
/** What starts at the knee were limited by, in words. */
const char *ramp_limit_text(const char *limit);
/** What ended a ramp, in words. */
const char *ramp_reason_text(const char *reason);
/** Do the marginal bytes and the fall of MemAvailable differ by more than 15 % (F-MEMX)? */
bool ramp_is_doubtful(const struct ramp_fit *fit);
