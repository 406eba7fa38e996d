/* SPDX-License-Identifier: Apache-2.0 */
/* The experiment of a scenario: its name, and the numbers that its row in experiment.c allows. */
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/model/scenario-fields.h"

#define KEY_NAME "name"

static int take_number(struct reading *r, const struct json *value, const struct place *where)
{
	struct experiment_choice *choice = &r->scenario->experiment;
	const struct experiment_option *options = choice->spec->options;
	size_t i = 0;

	while (options && options[i].name && strcmp(options[i].name, json_key(value)) != 0)
		i++;
	if (!options || !options[i].name)
		return error_input(r->err, "%s: the experiment '%s' has no such option; scenarios/README.md lists them",
				   where->text, choice->spec->name);
	if (!json_is_number(value))
		return error_input(r->err, "%s: is %s; a number", where->text, json_type_name(value));
	int rc = take_count(r, value, where, options[i].least, options[i].most);

	if (!rc)
		choice->numbers[i] = (uint64_t)json_number_of(value, 0);
	return rc;
}

static char *names_of_all(void)
{
	char *list = alloc_text("");

	for (size_t i = 0; i < experiment_spec_count; i++) {
		char *longer = alloc_format("%s%s%s", list, i ? ", " : "", experiment_specs[i].name);

		free(list);
		list = longer;
	}
	return list;
}

int take_experiment(struct reading *r, const struct json *value, const struct place *where)
{
	struct experiment_choice *choice = &r->scenario->experiment;
	const char *name = json_get_text(value, KEY_NAME, "");

	const struct experiment_spec *spec = experiment_spec_find(name);

	if (!spec) {
		cleanup_free char *all = names_of_all();

		return error_input(r->err, "%s." KEY_NAME ": '%.64s' is not an experiment; %s", where->text, name, all);
	}
	experiment_choose(choice, spec);
	for (const struct json *child = json_first(value); child; child = json_next(child)) {
		struct place place = place_of(where, json_key(child));

		if (json_get(value, json_key(child)) != child)
			return error_input(r->err, "%s: is there twice", place.text);
		int rc = strcmp(json_key(child), KEY_NAME) ? take_number(r, child, &place) : 0;

		if (rc < 0)
			return rc;
	}
	if (!r->scenario->blocks[BLOCK_EXPERIMENT].count)
		r->scenario->blocks[BLOCK_EXPERIMENT].count = 1;
	return 0;
}
