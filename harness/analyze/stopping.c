/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/analyze/stopping.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/analyze/analysis.h"

#define STOPPING_METRIC "request_to_ready_ns"

bool stopping_due(uint64_t blocks, uint64_t most)
{
	return blocks >= STOPPING_MIN_BLOCKS &&
	       (blocks == most || (blocks - STOPPING_MIN_BLOCKS) % STOPPING_STEP == 0);
}

struct json *stopping_rule_json(double target)
{
	struct json *rule = json_object();

	json_add_number(rule, "target_ratio", target);
	json_add_int(rule, "min_blocks", STOPPING_MIN_BLOCKS);
	json_add_int(rule, "step_blocks", STOPPING_STEP);
	return rule;
}

static void keep_blocks(struct recording *recording, uint64_t end)
{
	struct briefs *briefs = &recording->briefs;
	size_t kept = 0;

	for (size_t i = 0; i < briefs->count; i++)
		if (briefs->list[i]->kind == BLOCK_LATENCY && (uint64_t)briefs->list[i]->block < end)
			briefs->list[kept++] = briefs->list[i];
	briefs->count = kept;
}

static bool has_failed(flag_set flags)
{
	return flags >> FLAG_FAIL & 1;
}

static void widen(struct stopping *stopping, const struct estimate *estimate, const char *of,
		  const char *against)
{
	double width = stats_precision(estimate);

	stopping->hopeless = false;
	if (width <= stopping->widest)
		return;
	stopping->widest = width;
	(void)snprintf(stopping->of, sizeof(stopping->of), "%s%s%s", of, *against ? " / " : "", against);
}

static void look(const struct analysis *a, double target, struct stopping *stopping)
{
	for (size_t i = 0; i < a->summary_count; i++) {
		const struct analysis_summary *sum = &a->summaries[i];
		const struct estimate median = {sum->stats.median, sum->stats.ci};

		if (!strcmp(sum->metric->name, STOPPING_METRIC) && !has_failed(sum->flags))
			widen(stopping, &median, a->subjects[sum->subject].name, "");
	}
	for (size_t i = 0; i < a->comparison_count; i++) {
		const struct analysis_comparison *c = &a->comparisons[i];

		if (!strcmp(c->metric_a->name, STOPPING_METRIC) && c->metric_b == c->metric_a &&
		    !has_failed(c->flags))
			widen(stopping, &c->result.ratio, a->subjects[c->b].name, a->subjects[c->a].name);
	}
	stopping->met = !stopping->hopeless && stopping->widest <= target;
}

int stopping_look(const char *folder, uint64_t warmup, uint64_t blocks, double target, struct stopping *ret,
		  struct error *err)
{
	struct recording recording;
	struct analysis analysis;
	int rc = recording_load(folder, &recording, err);

	if (rc < 0)
		return rc;
	keep_blocks(&recording, warmup + blocks);
	rc = analysis_make(&recording, &analysis, err);
	if (!rc) {
		*ret = (struct stopping){.blocks = blocks, .widest = -1, .hopeless = true};
		look(&analysis, target, ret);
		analysis_release(&analysis);
	}
	recording_release(&recording);
	return rc;
}
