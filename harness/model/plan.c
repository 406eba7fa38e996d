/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/model/plan.h"

#include <stdlib.h>

#include "harness/base/alloc.h"
#include "harness/base/random.h"

static void plan_block(struct plan *plan, const struct plan_step *block, struct random *random, size_t subjects)
{
	struct plan_step *first = &plan->steps[plan->count];

	for (size_t i = 0; i < subjects; i++) {
		first[i] = *block;
		first[i].subject = i;
	}
	random_shuffle(random, first, subjects, sizeof(*first));
	for (size_t i = 0; i < subjects; i++)
		first[i].position = i;
	plan->count += subjects;
}

void plan_make(const struct scenario *scenario, uint64_t seed, struct plan *ret_plan)
{
	struct plan plan = {.seed = seed};
	struct random random;
	uint64_t blocks = 0;

	random_seed(&random, seed);
	for (size_t kind = 0; kind < BLOCK_KIND_COUNT; kind++)
		blocks += scenario->blocks[kind].warmup + scenario->blocks[kind].count;
	plan.steps = alloc_zero(blocks * scenario->subject_count, sizeof(*plan.steps));
	for (size_t kind = 0; kind < BLOCK_KIND_COUNT; kind++) {
		const struct block_counts *counts = &scenario->blocks[kind];

		for (uint64_t block = 0; block < counts->warmup + counts->count; block++) {
			struct plan_step step = {
				.kind = (enum block_kind)kind,
				.block = block,
				.warmup = block < counts->warmup,
			};

			plan_block(&plan, &step, &random, scenario->subject_count);
		}
	}
	*ret_plan = plan;
}

void plan_release(struct plan *plan)
{
	free(plan->steps);
	plan->steps = NULL;
	plan->count = 0;
}

struct json *plan_order_json(const struct plan *plan, const struct scenario *scenario)
{
	struct json *order = json_array(), *names = NULL;

	for (size_t i = 0; i < plan->count; i++) {
		const struct plan_step *step = &plan->steps[i];

		if (!step->position) {
			struct json *block = json_object();

			names = json_array();
			json_add_text(block, "kind", block_kind_name(step->kind));
			json_add_int(block, "block", (int64_t)step->block);
			json_add_bool(block, "warmup", step->warmup);
			json_add(block, "subjects", names);
			json_append(order, block);
		}
		json_append(names, json_new_text(scenario->subjects[step->subject].name));
	}
	return order;
}
