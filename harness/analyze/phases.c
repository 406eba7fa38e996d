/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/analyze/phases.h"

#include <math.h>
#include <stdlib.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"

/* They happen beside the way to ready, in another thread or process. */
static bool is_side_event(enum event_id id)
{
	switch (id) {
	case EVENT_CLONE_RETURN:
	case EVENT_NETWORK_MADE:
	case EVENT_ENGINE_START:
	case EVENT_API_START_RETURN:
	case EVENT_START_RETURN:
	case EVENT_STOP_RETURN:
		return true;
	default:
		return false;
	}
}

/* Events between request and ready by time, then by the order in which they normally happen. */
static size_t events_sort(const struct sample *sample, enum event_id ids[EVENT_COUNT])
{
	const struct event *events = sample->events;
	int64_t begin = (int64_t)events[EVENT_REQUEST].t_ns, end = (int64_t)events[EVENT_READY_OBS].t_ns;
	size_t count = 0;

	for (size_t i = 0; i < EVENT_COUNT; i++) {
		int64_t t = (int64_t)events[i].t_ns;

		if (!events[i].set || is_side_event((enum event_id)i) || t < begin || t > end || i > EVENT_READY_OBS)
			continue;
		size_t at = count++;

		for (; at > 0 && (int64_t)events[ids[at - 1]].t_ns > t; at--)
			ids[at] = ids[at - 1];
		ids[at] = (enum event_id)i;
	}
	return count;
}

static void phase_median(const struct analysis_subject *subject, struct phase *phase)
{
	cleanup_free double *values = alloc_zero(subject->sample_count, sizeof(*values));

	for (size_t i = 0; i < subject->sample_count; i++) {
		const struct brief *s = subject->samples[i];
		int64_t span = brief_span_ns(s, phase->from, phase->to);

		if (analysis_counts_in(s) && s->status == SAMPLE_OK && s->kind == BLOCK_LATENCY && span != UNKNOWN)
			values[phase->n++] = (double)span;
	}
	stats_sort(values, phase->n);
	phase->median_ns = stats_quantile(values, phase->n, 0.5);
}

size_t phases_of_sample(const struct sample *sample, struct phase ret_phases[EVENT_COUNT])
{
	enum event_id ids[EVENT_COUNT];
	bool ready = sample->events[EVENT_REQUEST].set && sample->events[EVENT_READY_OBS].set;
	size_t count = ready ? events_sort(sample, ids) : 0;

	for (size_t i = 0; i + 1 < count; i++)
		ret_phases[i] = (struct phase){
			.from = ids[i],
			.to = ids[i + 1],
			.medoid_ns = (double)sample_span_ns(sample, ids[i], ids[i + 1]),
			.err_ns = (double)(sample->events[ids[i]].err_ns + sample->events[ids[i + 1]].err_ns),
			.median_ns = NAN,
		};
	return count ? count - 1 : 0;
}

size_t phases_of(const struct analysis_subject *subject, struct phase ret_phases[EVENT_COUNT])
{
	size_t count = subject->medoid ? phases_of_sample(subject->medoid, ret_phases) : 0;

	for (size_t i = 0; i < count; i++)
		phase_median(subject, &ret_phases[i]);
	return count;
}
