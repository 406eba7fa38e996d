/* SPDX-License-Identifier: Apache-2.0 */
/* tare clean: removes what a killed run left; never anything that carries no dead run's id. */
#include <argp.h>
#include <stdio.h>

#include "harness/base/places.h"
#include "harness/cli/command.h"
#include "harness/measure/leftovers.h"
#include "harness/model/runtime.h"

static const struct argp_option clean_options[] = {
	{"dry-run", 'n', NULL, 0, "Only list what would be removed (default: remove it)", 0},
	{0},
};

static error_t parse_option(int key, char *value, struct argp_state *state)
{
	bool *dry_run = state->input;

	(void)value;
	if (key == ARGP_KEY_ARG)
		argp_usage(state);
	if (key != 'n')
		return ARGP_ERR_UNKNOWN;
	*dry_run = true;
	return 0;
}

static const struct argp clean_argp = {
	.options = clean_options,
	.parser = parse_option,
	.doc = "Removes processes, cgroups, folders and engines' objects of runs that were killed. Living runs and "
	       "strangers' things are not touched.\v"
	       "Examples:\n"
	       "  tare clean --dry-run\n"
	       "  tare clean",
};

static void tell(void *data, const char *what, const char *which)
{
	const bool *dry_run = data;

	(void)printf("%s %s %s\n", *dry_run ? "would remove" : "removed", what, which);
}

static size_t engines_clean(bool *dry_run)
{
	size_t count = 0;

	for (size_t i = 0; runtimes[i]; i++)
		if (runtimes[i]->sweep)
			count += runtimes[i]->sweep(places_runtime(), *dry_run, tell, dry_run);
	return count;
}

static int clean_exec(int argc, char **argv, struct error *err)
{
	bool dry_run = false;

	(void)err;
	(void)argp_parse(&clean_argp, argc, argv, 0, NULL, &dry_run);
	/* First in the engines: whether a run is dead is seen by its private folder, too. */
	size_t count = engines_clean(&dry_run);

	if (!(count + leftovers_clean(dry_run, tell, &dry_run)))
		(void)puts("nothing is left behind");
	return EXIT_DONE;
}

const struct command cmd_clean = {
	.name = "clean",
	.arguments = "",
	.summary = "remove what a killed run left behind, and nothing else",
	.argp = &clean_argp,
	.exec = clean_exec,
};
