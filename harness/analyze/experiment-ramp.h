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

struct ramp_start {
	size_t ramp;
	double n, latency_ns; /**< NAN: it failed */
};

/** Everything about one subject in one experiment. */
struct ramp_fit {
	size_t subject;
	const char *experiment;
	struct ramp_point *points;
	size_t point_count, ramps;
	struct ramp_start *starts;
	size_t start_count, failed;
	/** The headline mem_marginal_bytes: bytes of one further instance (Theil-Sen), and the fixed cost. */
	struct estimate marginal;
	double intercept;
	size_t fitted; /**< points that the line goes through */
	double parts[RAMP_PART_COUNT], line; /**< least squares over the same points */
	double cgroup_kernel, harness; /**< the same: charged kernel memory, and what the harness takes itself */
	double available; /**< the same: by how much the host's MemAvailable falls with each */
	double n_max;	    /**< most instances at once */
	double knee;	    /**< N from which five starts took twice as long as the first five; NAN: none */
	const char *reason; /**< why the last ramp ended */
	double teardown_ns, idle_cpu_ratio; /**< at the end, of all; CPUs that all idle ones used */
};

/** Of each experiment and subject that has records, for ramp_fits_free(). */
struct ramp_fit *ramp_fits_make(const struct analysis *analysis, size_t *ret_count);
void ramp_fits_free(struct ramp_fit *fits, size_t count);
const char *ramp_part_key(enum ramp_part part);
const char *ramp_part_text(enum ramp_part part);
/** What ended a ramp, in words. */
const char *ramp_reason_text(const char *reason);
/** Do the marginal bytes and the fall of MemAvailable differ by more than 15 % (F-MEMX)? */
bool ramp_is_doubtful(const struct ramp_fit *fit);
