/* SPDX-License-Identifier: Apache-2.0 */
/* tare merge: the runs of a class on one page. */
#include <argp.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/cli/command.h"
#include "harness/report/escape.h"
#include "harness/report/merge.h"
#include "harness/report/report.h"

static const struct argp_option merge_options[] = {
	{"out", 'o', "DIR", 0, "Where the page goes (default: merged, in the current folder)", 0},
	{"plots", 'p', "FORMATS", 0, "Chart to draw: svg, png, pdf with commas between, or none (default: svg,png)", 0},
	{0},
};

struct merge_arguments {
	const char *out, *plots;
	struct merge merge;
};

static bool is_run(const char *folder)
{
	cleanup_free char *path = alloc_format("%s/" RECORDING_PLAN, folder);

	return file_exists(path);
}

static int is_shown(const struct dirent *entry)
{
	return *entry->d_name != '.';
}

/* A run's folder, or a folder with runs in it: those that students handed in. */
static void take_folder(struct merge *merge, const char *folder)
{
	struct dirent **entries;
	int count = is_run(folder) ? -1 : scandir(folder, &entries, is_shown, alphasort);
	bool any = false;

	for (int i = 0; i < count; i++) {
		cleanup_free char *below = alloc_format("%s/%s", folder, entries[i]->d_name);

		if (is_run(below))
			merge_add(merge, below);
		any |= is_run(below);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	if (!any)
		merge_add(merge, folder);
}

static error_t merge_option(int key, char *value, struct argp_state *state)
{
	struct merge_arguments *a = state->input;

	switch (key) {
	case 'o':
		a->out = value;
		return 0;
	case 'p':
		a->plots = value;
		return 0;
	case ARGP_KEY_ARG:
		take_folder(&a->merge, value);
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "DIR is missing: folders of runs, or a folder with such folders in it");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp merge_argp = {
	.options = merge_options,
	.parser = merge_option,
	.args_doc = "DIR...",
	.doc = "Pools runs of several machines into one page with a chart and a table by kind of machine, and names "
	       "what was changed after its run. Only what was measured is shown; nothing of the runs is written to.\v"
	       "The exit status is 1 where a run was changed or left out.\n\n"
	       "Examples:\n"
	       "  tare merge handed-in/ --out class\n"
	       "  tare merge alice/run bob/run",
};

static int merge_exec(int argc, char **argv, struct error *err)
{
	struct merge_arguments a = {.out = "merged", .plots = "svg,png"};
	size_t taken = 0, troubled = 0;

	(void)argp_parse(&merge_argp, argc, argv, 0, NULL, &a);
	int rc = report_check_plots(a.plots, err);

	for (size_t i = 0; i < a.merge.run_count; i++) {
		const struct merge_run *run = &a.merge.runs[i];
		cleanup_free char *text = alloc_format("%s: %s", run->folder, run->trouble);
		cleanup_free char *clean = escape_text(ESCAPE_TERMINAL, text);

		taken += run->taken;
		troubled += *run->trouble != '\0';
		if (!rc && *run->trouble)
			(void)fprintf(stderr, "tare: %s\n", clean);
	}
	if (!rc && !taken)
		rc = error_input(err, "none of the folders is a run that can be read");
	cleanup_free char *formats = alloc_text(strcmp(a.plots, "none") ? a.plots : "");

	for (char *at = formats; *at; at++)
		*at = *at == ',' ? ' ' : *at;
	if (!rc)
		rc = merge_write(&a.merge, a.out, formats, err);
	merge_release(&a.merge);
	if (rc < 0)
		return rc;
	cleanup_free char *clean = escape_text(ESCAPE_TERMINAL, a.out);

	(void)printf("%s/merged.html (also merged.md, merged.csv): %zu run%s\n", clean, taken, taken == 1 ? "" : "s");
	return troubled ? EXIT_NO : EXIT_DONE;
}

const struct command cmd_merge = {
	.name = "merge",
	.arguments = "DIR...",
	.summary = "pool the runs of a class into one page, by kind of machine",
	.argp = &merge_argp,
	.exec = merge_exec,
};
