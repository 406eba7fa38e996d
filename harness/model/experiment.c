/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/model/experiment.h"

#include <assert.h>
#include <string.h>

const struct experiment_spec experiment_specs[] = {
	{"cow", "the first and the second write to a file of the image: how long it takes, what it allocates", NULL},
};

const size_t experiment_spec_count = sizeof(experiment_specs) / sizeof(experiment_specs[0]);

const struct experiment_spec *experiment_spec_find(const char *name)
{
	for (size_t i = 0; i < experiment_spec_count; i++)
		if (!strcmp(experiment_specs[i].name, name))
			return &experiment_specs[i];
	return NULL;
}

uint64_t experiment_number(const struct experiment_choice *choice, const char *option)
{
	const struct experiment_option *options = choice->spec->options;

	for (size_t i = 0; options && options[i].name; i++)
		if (!strcmp(options[i].name, option))
			return choice->numbers[i];
	assert(!"an option that the experiment has");
	return 0;
}
