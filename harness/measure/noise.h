/* SPDX-License-Identifier: Apache-2.0 */
/* What else the host did meanwhile: counters before and after a sample, and the wait for it to calm down. */
#pragma once

#include <stdint.h>

#include "harness/model/sample.h"

/** Cumulative counters of the host and of this program; UNKNOWN where the kernel has none. */
struct noise {
	int64_t steal_ns, psi_cpu_some_us, harness_cpu_ns;
};

void noise_read(struct noise *ret_noise);
/** Puts the differences into the sample. */
void noise_difference(const struct noise *before, const struct noise *after, struct sample *sample);
/** How patient the wait between samples is. A host that does not calm down is waited for less each time. */
struct calm {
	uint64_t patience_ns; /**< 0 at first: the full 2 s */
};

/** Method R5.4: at least 50 ms, until at most one other task runs and little is dirty, at most 2 s. Gives the
 * time waited. */
uint64_t noise_calm_down(struct calm *calm);
