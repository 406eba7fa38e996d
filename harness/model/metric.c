/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/model/metric.h"

#include <math.h>
#include <string.h>

static double known(int64_t number)
{
	return number == UNKNOWN ? NAN : (double)number;
}

/* A time that ends with ready: a sample that timed out took longer than any that did not (method R5.10). */
static double until_ready(const struct brief *brief, enum event_id from)
{
	if (brief->status == SAMPLE_TIMEOUT)
		return INFINITY;
	return brief->status == SAMPLE_OK ? known(brief_span_ns(brief, from, EVENT_READY_OBS)) : NAN;
}

static double request_to_ready(const struct brief *brief)
{
	return until_ready(brief, EVENT_REQUEST);
}

static double launch_to_ready(const struct brief *brief)
{
	return until_ready(brief, EVENT_LAUNCH);
}

static double span_of_ok(const struct brief *brief, enum event_id from, enum event_id to)
{
	return brief->status == SAMPLE_OK ? known(brief_span_ns(brief, from, to)) : NAN;
}

static double request_to_running(const struct brief *brief)
{
	return span_of_ok(brief, EVENT_REQUEST, EVENT_VM_RUNNING);
}

static double storage(const struct brief *brief)
{
	return span_of_ok(brief, EVENT_REQUEST, EVENT_STORAGE_READY);
}

static double notify(const struct brief *brief)
{
	return span_of_ok(brief, EVENT_READY_SRC, EVENT_READY_OBS);
}

static double stop_to_exited(const struct brief *brief)
{
	return span_of_ok(brief, EVENT_STOP_CALL, EVENT_EXITED);
}

static double stop_to_released(const struct brief *brief)
{
	return span_of_ok(brief, EVENT_STOP_CALL, EVENT_RELEASED);
}

static double refill(const struct brief *brief)
{
	return known(brief->refill_ns);
}

static double footprint(const struct brief *brief)
{
	return brief->weights && brief->weights->has_memory ? known(brief->weights->footprint) : NAN;
}

static double pss(const struct brief *brief)
{
	return brief->weights && brief->weights->has_memory ? known(brief->weights->pss) : NAN;
}

static double instance_disk(const struct brief *brief)
{
	const struct weights *weights = brief->weights;

	return weights && weights->has_disk ? known(weights->disk[DISK_INSTANCE].allocated_bytes) : NAN;
}

/* Taken from all points of a ramp: analyze/marginal.h. */
static double of_ramps(const struct brief *brief)
{
	(void)brief;
	return NAN;
}

#define TIME UNIT_NS, BLOCK_LATENCY, 0.05
#define WEIGHT UNIT_BYTES, BLOCK_FOOTPRINT, 0.05

const struct metric metric_table[] = {
	{"request_to_ready_ns", "start-up", TIME, true, "faster", "slower", request_to_ready},
	{"launch_to_ready_ns", "start-up without own storage", TIME, false, "faster", "slower", launch_to_ready},
	{"request_to_running_ns", "start-up to the first guest instruction", TIME, false, "faster", "slower",
	 request_to_running},
	{"storage_ns", "own storage", TIME, false, "faster", "slower", storage},
	{"notify_latency_ns", "notification of ready", TIME, false, "faster", "slower", notify},
	{"stop_to_exited_ns", "stop", TIME, false, "faster", "slower", stop_to_exited},
	{"stop_to_released_ns", "stop until all is released", TIME, false, "faster", "slower", stop_to_released},
	{"refill_ns", "what was done ahead, done again", TIME, false, "faster", "slower", refill},
	{"memory_footprint_bytes", "memory of one idle instance", WEIGHT, true, "less", "more", footprint},
	{"mem_marginal_bytes", "memory of one more instance", UNIT_BYTES, BLOCK_EXPERIMENT, 0.05, true, "less", "more",
	 of_ramps},
	{"pss_bytes", "Pss of one idle instance", WEIGHT, false, "less", "more", pss},
	{"disk_instance_bytes", "disk of one instance", WEIGHT, true, "less", "more", instance_disk},
};

const size_t metric_count = sizeof(metric_table) / sizeof(metric_table[0]);

const struct metric *metric_find(const char *name)
{
	for (size_t i = 0; i < metric_count; i++)
		if (!strcmp(metric_table[i].name, name))
			return &metric_table[i];
	return NULL;
}

bool metric_is_of_samples(const struct metric *metric)
{
	return metric->kind != BLOCK_EXPERIMENT;
}

double metric_of_sample(const struct metric *metric, const struct sample *sample)
{
	struct brief_room room;

	return metric->value(brief_of(sample, &room));
}
