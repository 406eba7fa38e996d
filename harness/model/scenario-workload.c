/* SPDX-License-Identifier: Apache-2.0 */
/* "workload": which of them a scenario runs: "all", a name, an array of names, or a program of the user's own; it
 * brings the experiment `work`. */
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/model/scenario-fields.h"

#define ALL "all"

static int take_one(struct reading *r, const struct json *value, const struct place *where)
{
	struct workload_choice *choice = &r->scenario->workloads;
	const char *name = json_text_of(value, "");
	const struct workload *workload = workload_find(name);

	if (!workload)
		return error_input(r->err, "%s: '%.64s' is not a workload; tare list workloads shows them",
				   where->text, name);
	for (size_t i = 0; i < choice->count; i++)
		if (choice->list[i] == workload)
			return error_input(r->err, "%s: '%.64s' is there twice", where->text, name);
	choice->list = alloc_grow(choice->list, choice->count + 1, sizeof(*choice->list));
	choice->list[choice->count++] = workload;
	return 0;
}

static int take_list(struct reading *r, const struct json *value, const struct place *where)
{
	int rc = 0;

	for (const struct json *child = json_first(value); !rc && child; child = json_next(child))
		rc = take_one(r, child, where);
	return rc;
}

/* All for which a box needs nothing but itself. */
static void take_all(struct workload_choice *choice)
{
	choice->list = alloc_zero(workload_count, sizeof(*choice->list));
	for (size_t i = 0; i < workload_count; i++)
		if (workload_table[i].class != WORKLOAD_OUTSIDE)
			choice->list[choice->count++] = &workload_table[i];
}

bool is_workload(const struct json *value)
{
	return json_is_text(value) || json_is_object(value) || (json_is_array(value) && json_count(value));
}

int take_workload(struct reading *r, const struct json *value, const struct place *where)
{
	struct experiment_choice *experiment = &r->scenario->experiment;

	if (experiment->spec && strcmp(experiment->spec->name, EXPERIMENT_WORK) != 0)
		return error_input(r->err,
				   "%s: the experiment is '%s'; workloads take " EXPERIMENT_WORK ", or none",
				   where->text, experiment->spec->name);
	if (!experiment->spec)
		experiment_choose(experiment, experiment_spec_find(EXPERIMENT_WORK));
	if (!r->scenario->blocks[BLOCK_EXPERIMENT].count)
		r->scenario->blocks[BLOCK_EXPERIMENT].count = 1;
	if (json_is_object(value))
		return take_program(r, value, where);
	if (json_is_array(value))
		return take_list(r, value, where);
	if (strcmp(json_text_of(value, ""), ALL) != 0)
		return take_one(r, value, where);
	take_all(&r->scenario->workloads);
	return 0;
}
