/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/analyze/experiment-layers.h"

#include <math.h>
#include <stdlib.h>

#include "harness/analyze/experiment-records.h"
#include "harness/base/alloc.h"

#define LAYERS "layers"

/* Which records: `what` of a subject, with so many layers (NAN: with any). */
struct wanted {
	const struct analysis *analysis;
	size_t subject;
	const char *what;
	double layers;
};

static bool is_wanted(const struct json *record, const void *data)
{
	const struct wanted *wanted = data;

	return experiment_is(record, wanted->what) &&
	       experiment_subject(wanted->analysis, record) == wanted->subject &&
	       (isnan(wanted->layers) || experiment_value(record, LAYERS) == wanted->layers);
}

static struct stats_summary summary_of(const struct analysis *analysis, size_t subject, const char *what, double layers,
				       const char *key)
{
	const struct wanted wanted = {.analysis = analysis, .subject = subject, .what = what, .layers = layers};

	return experiment_stats(analysis, LAYERS, key, is_wanted, &wanted);
}

/* The most layers that a start of the subject had below it, and whether there was any. */
static bool most_layers(const struct analysis *analysis, size_t subject, size_t *ret_most)
{
	struct stats_summary layers = summary_of(analysis, subject, "start", NAN, LAYERS);

	*ret_most = layers.n ? (size_t)layers.max : 0;
	return layers.n;
}

struct layers_row *layers_rows_make(const struct analysis *analysis, size_t *ret_count)
{
	struct layers_row *rows = NULL;
	size_t count = 0, most;

	for (size_t subject = 0; subject < analysis->subject_count; subject++) {
		if (!most_layers(analysis, subject, &most))
			continue;
		rows = alloc_grow(rows, count + most + 1, sizeof(*rows));
		for (size_t layers = 0; layers <= most; layers++) {
			double n = (double)layers;

			rows[count++] = (struct layers_row){
				.subject = subject,
				.layers = layers,
				.latency_ns = summary_of(analysis, subject, "start", n, "latency_ns"),
				.commit_ns = summary_of(analysis, subject, "commit", n, "commit_ns"),
				.allocated_bytes = summary_of(analysis, subject, "commit", n, "allocated_bytes"),
				.apparent_bytes = summary_of(analysis, subject, "commit", n, "apparent_bytes"),
			};
		}
	}
	*ret_count = count;
	return rows;
}

struct layers_images layers_images_of(const struct analysis *analysis, size_t subject)
{
	struct stats_summary images = summary_of(analysis, subject, "images", NAN, "images");

	return (struct layers_images){
		.subject = subject,
		.images = images.n ? images.median : NAN,
		.apart_bytes = summary_of(analysis, subject, "images", NAN, "apart_bytes"),
		.together_bytes = summary_of(analysis, subject, "images", NAN, "together_bytes"),
		.shared_bytes = summary_of(analysis, subject, "images", NAN, "shared_bytes"),
	};
}
