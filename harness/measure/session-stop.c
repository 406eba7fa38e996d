/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/measure/session-stop.h"

#include <math.h>

#include "harness/base/clock.h"

static const struct block_counts *latency_of(const struct session *s)
{
	return &s->scenario->blocks[BLOCK_LATENCY];
}

int session_look(struct session *s, size_t index, struct error *err)
{
	const struct plan_step *step = &s->plan.steps[index];
	uint64_t blocks = step->block + 1 - latency_of(s)->warmup;

	if (!(s->options->precision > 0) || s->latency_over || step->kind != BLOCK_LATENCY || step->warmup ||
	    step->position + 1 < s->scenario->subject_count || !stopping_due(blocks, latency_of(s)->count))
		return 0;
	int rc = stopping_look(s->options->folder, latency_of(s)->warmup, blocks, s->options->precision, &s->stopping,
			       err);

	s->latency_over = s->stopping.met || s->stopping.hopeless;
	return rc;
}

/* What is left of the budget must do for the other kinds of block too, which come after the last of latency. */
static uint64_t reserved_ns(const struct session *s)
{
	size_t others = (latency_of(s)->warmup + latency_of(s)->count) * s->scenario->subject_count;

	return s->options->precision > 0 ? session_estimate_ns(s, others) : 0;
}

bool session_over(struct session *s, size_t index)
{
	const struct plan_step *step = &s->plan.steps[index];
	bool latency = step->kind == BLOCK_LATENCY;
	uint64_t spent_ns = clock_now_ns() - s->begin_ns, budget_ns = s->options->budget_ns;

	if (s->budget_over || (latency && s->latency_over))
		return true;
	if (step->position || !budget_ns)
		return false;
	if (spent_ns > budget_ns)
		return s->budget_over = true;
	if (latency && spent_ns + reserved_ns(s) > budget_ns)
		return s->latency_over = s->latency_cut = true;
	return false;
}

const char *session_stop_reason(const struct session *s)
{
	if (s->budget_over || s->latency_cut)
		return "budget";
	if (!(s->options->precision > 0))
		return "complete";
	return s->stopping.hopeless ? "failures" : s->stopping.met ? "precision" : "max_blocks";
}

void session_stop_json(const struct session *s, struct json *end)
{
	struct json *precision;

	if (!(s->options->precision > 0))
		return;
	precision = stopping_rule_json(s->options->precision);
	json_add_int(precision, "blocks", (int64_t)s->stopping.blocks);
	json_add_number(precision, "widest_ratio", s->stopping.blocks ? s->stopping.widest : NAN);
	json_add_text(precision, "of", *s->stopping.of ? s->stopping.of : NULL);
	json_add_bool(precision, "met", s->stopping.met);
	json_add(end, "precision", precision);
}
