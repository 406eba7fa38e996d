/* SPDX-License-Identifier: Apache-2.0 */
/* What the experiment `layers` found: the records of measure/experiment-layers.c, put together over its turns. */
#pragma once

#include "harness/analyze/analysis.h"

/** One subject with so many committed layers; n = 0 of a number: not known. */
struct layers_row {
	size_t subject;
	size_t layers;			       /**< below the instance's own */
	struct stats_summary latency_ns;       /**< of a start upon them */
	struct stats_summary commit_ns;	       /**< to make the highest of them; of 0 layers there is none */
	struct stats_summary allocated_bytes, apparent_bytes; /**< of that one */
};

/** All images of a subject's turns together. */
struct layers_images {
	size_t subject;
	double images; /**< the first and all commits; NAN: none were made */
	struct stats_summary apart_bytes, together_bytes, shared_bytes;
};

/** By subject, then layers; for free(). */
struct layers_row *layers_rows_make(const struct analysis *analysis, size_t *ret_count);
/** Of one subject. */
struct layers_images layers_images_of(const struct analysis *analysis, size_t subject);
