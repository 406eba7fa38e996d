/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the time of a start-up goes. A phase is the span between two neighbouring events; the phases of one
 * sample add up to its whole exactly (method R7.2), medians of phases do not.
 */
#pragma once

#include "harness/analyze/analysis.h"

/** One phase of a subject. */
struct phase {
	enum event_id from, to;
	double medoid_ns; /**< in the medoid sample: these add up to its request-to-ready */
	double err_ns;	  /**< how far off medoid_ns may be: the bounds of both events */
	double median_ns; /**< over the samples that have both events; NAN: none */
	size_t n;	  /**< how many have */
};

/** The phases of one sample from `request` to `ready_obs`, in order: all but the median. 0: not ready. */
size_t phases_of_sample(const struct sample *sample, struct phase ret_phases[EVENT_COUNT]);
/** The phases from `request` to `ready_obs` in the order of the medoid sample; 0 where the subject has none. */
size_t phases_of(const struct analysis_subject *subject, struct phase ret_phases[EVENT_COUNT]);
