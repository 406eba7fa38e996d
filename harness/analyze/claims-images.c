/* SPDX-License-Identifier: Apache-2.0 */
/* Two claims about images: in layers that are shared, and through a registry. An engine decides them; what a VM's disks
 * do instead stands beside it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/analyze/claims-decide.h"
#include "harness/analyze/experiment-distribution.h"
#include "harness/analyze/experiment-layers.h"
#include "harness/base/cleanup.h"
#include "harness/base/units.h"

#define TURNS_MIN 3
/* Of what images could share at most, and of what a change moves of the image: so much decides. */
#define SHARED_MOST 0.9
#define SHARED_LITTLE 0.1
#define MOVED_LITTLE 0.1
#define MOVED_MOST 0.5

/* The best of a kind that `is_good`: a runtime by its name, rather the one without options. SIZE_MAX: none. */
static size_t subject_of(const struct analysis *a, const char *runtime,
			 bool (*is_good)(const struct analysis *a, size_t subject))
{
	size_t best = SIZE_MAX;

	for (size_t i = 0; i < a->subject_count; i++)
		if (!strcmp(a->subjects[i].runtime, runtime) && is_good(a, i) &&
		    (best == SIZE_MAX || !strcmp(a->subjects[i].name, runtime)))
			best = i;
	return best;
}

static struct estimate part_of(const struct stats_summary *stats, double whole)
{
	struct estimate part = {stats->median / whole, stats->ci};

	part.ci.lo /= whole;
	part.ci.hi /= whole;
	return part;
}

/* --- layers --- */

static bool has_images(const struct analysis *a, size_t subject)
{
	struct layers_images images = layers_images_of(a, subject);

	return images.shared_bytes.n >= TURNS_MIN && images.images > 1 && images.apart_bytes.median > 0;
}

void claim_decide_layers(const struct analysis *a, struct claim_result *r)
{
	size_t docker = subject_of(a, "docker", has_images), vm = subject_of(a, "vm", has_images);
	char apart[UNITS_MAX], together[UNITS_MAX];

	if (docker == SIZE_MAX)
		return;
	struct layers_images images = layers_images_of(a, docker);
	/* Even images that are all the same take one. */
	double most = images.apart_bytes.median * (1 - 1 / images.images);

	r->effect = part_of(&images.shared_bytes, most);
	r->verdict = r->effect.value >= SHARED_MOST	? CLAIM_SUPPORTED
		     : r->effect.value <= SHARED_LITTLE ? CLAIM_REFUTED
							: CLAIM_INCONCLUSIVE;
	r->pairs = images.shared_bytes.n;
	(void)snprintf(r->effect_of, sizeof(r->effect_of), "shared bytes / most that could be: %.32s",
		       a->subjects[docker].name);
	(void)snprintf(r->because, sizeof(r->because),
		       "%.0f images of %.40s, each a small change of the one before, take %s together; each alone with "
		       "all its layers, they would take %s.",
		       images.images, a->subjects[docker].title,
		       units_text(UNITS_BYTES, images.together_bytes.median, together),
		       units_text(UNITS_BYTES, images.apart_bytes.median, apart));
	r->caveat[0] = '\0';
	if (vm == SIZE_MAX)
		return;
	images = layers_images_of(a, vm);
	(void)snprintf(r->caveat, sizeof(r->caveat),
		       "Not only containers: %.0f disks of %.40s in a chain of qcow2 files take %s together, and %s "
		       "alone.", images.images, a->subjects[vm].title,
		       units_text(UNITS_BYTES, images.together_bytes.median, together),
		       units_text(UNITS_BYTES, images.apart_bytes.median, apart));
}

/* --- registry --- */

/* What was pulled of a subject in a step; without a median where that is unknown. */
static struct distribution_row row_of(const struct analysis *a, size_t subject, const char *step)
{
	struct distribution_row found = {0};
	size_t count;
	cleanup_free struct distribution_row *rows = distribution_rows_make(a, &count);

	for (size_t i = 0; i < count; i++)
		if (rows[i].subject == subject && !strcmp(rows[i].step, step))
			found = rows[i];
	return found;
}

static bool has_pulls(const struct analysis *a, size_t subject)
{
	struct distribution_row first = row_of(a, subject, DISTRIBUTION_FIRST);

	return first.total_ns.n >= TURNS_MIN && first.received_bytes.median > 0 &&
	       row_of(a, subject, DISTRIBUTION_CHANGE).total_ns.n >= TURNS_MIN;
}

void claim_decide_registry(const struct analysis *a, struct claim_result *r)
{
	size_t docker = subject_of(a, "docker", has_pulls), vm = subject_of(a, "vm", has_pulls);
	char bytes[2][UNITS_MAX], times[2][UNITS_MAX];

	if (docker == SIZE_MAX)
		return;
	struct distribution_row first = row_of(a, docker, DISTRIBUTION_FIRST),
				change = row_of(a, docker, DISTRIBUTION_CHANGE);

	r->effect = part_of(&change.received_bytes, first.received_bytes.median);
	r->verdict = r->effect.value <= MOVED_LITTLE ? CLAIM_SUPPORTED
		     : r->effect.value >= MOVED_MOST ? CLAIM_REFUTED
						     : CLAIM_INCONCLUSIVE;
	r->pairs = change.received_bytes.n;
	(void)snprintf(r->effect_of, sizeof(r->effect_of), "received bytes, change / image: %.32s",
		       a->subjects[docker].name);
	(void)snprintf(r->because, sizeof(r->because),
		       "%.40s pulled and started an image in %s, of which %s came from the registry; a small change of "
		       "it in %s and %s.",
		       a->subjects[docker].title, units_text(UNITS_NS, first.total_ns.median, times[0]),
		       units_text(UNITS_BYTES, first.received_bytes.median, bytes[0]),
		       units_text(UNITS_NS, change.total_ns.median, times[1]),
		       units_text(UNITS_BYTES, change.received_bytes.median, bytes[1]));
	r->caveat[0] = '\0';
	if (vm == SIZE_MAX)
		return;
	first = row_of(a, vm, DISTRIBUTION_FIRST);
	change = row_of(a, vm, DISTRIBUTION_CHANGE);
	(void)snprintf(r->caveat, sizeof(r->caveat),
		       "Not only containers: kernel and disk of %.40s came from the same registry with %s, and a small "
		       "change as a qcow2 file with %s.",
		       a->subjects[vm].title, units_text(UNITS_BYTES, first.received_bytes.median, bytes[0]),
		       units_text(UNITS_BYTES, change.received_bytes.median, bytes[1]));
}
