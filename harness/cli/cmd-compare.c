/* SPDX-License-Identifier: Apache-2.0 */
/* tare compare: is B worse than A? */
#include <argp.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/quantity.h"
#include "harness/base/file.h"
#include "harness/cli/command.h"
#include "harness/report/versus-report.h"

enum { OPT_ALL = 0x100, OPT_FORCE };

static const struct compare_format {
	const char *name;
	char *(*make)(const struct versus *versus, const struct versus_names *names, bool all);
} formats[] = {{"text", versus_text}, {"md", versus_markdown}, {"json", versus_json}};

struct compare_arguments {
	const char *sides[2];
	size_t side_count;
	const struct compare_format *format;
	const char *threshold;
	struct versus_options options;
	bool all;
};

static const struct argp_option compare_options[] = {
	{"threshold", 't', "PCT", 0,
	 "A change by more than this many percent counts, such as 10 (default: 5, for each metric its own)",
	 0},
	{"format", 'f', "text|md|json", 0, "What to print (default: text)", 0},
	{"all", OPT_ALL, NULL, 0, "Also the metrics that are no headline (default: none)", 0},
	{"force", OPT_FORCE, NULL, 0, "Judge in spite of unequal conditions (default: no verdict)", 0},
	{0},
};

static const struct compare_format *format_find(const char *name)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (!strcmp(formats[i].name, name))
			return &formats[i];
	return NULL;
}

static error_t compare_option(int key, char *value, struct argp_state *state)
{
	struct compare_arguments *a = state->input;

	switch (key) {
	case 't':
		a->threshold = value;
		return 0;
	case 'f':
		a->format = format_find(value);
		if (!a->format)
			argp_error(state, "--format: '%s' is not a format; text, md or json", value);
		return 0;
	case OPT_ALL:
		a->all = true;
		return 0;
	case OPT_FORCE:
		a->options.force = true;
		return 0;
	case ARGP_KEY_ARG:
		if (a->side_count == 2)
			argp_error(state, "two sides, A and B; '%s' is the third", value);
		a->sides[a->side_count++] = value;
		return 0;
	case ARGP_KEY_END:
		if (a->side_count < 2)
			argp_error(state, "%s is missing: the folder of a run, or DIR:SUBJECT",
				   a->side_count ? "B" : "A");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp compare_argp = {
	.options = compare_options,
	.parser = compare_option,
	.args_doc = "A B",
	.doc = "Holds B against A, each the folder of a run, or DIR:SUBJECT for one subject of it. Says "
	       "first what is "
	       "not equal, then how many times B is A, with intervals and verdicts. Subjects of one run are "
	       "paired by "
	       "block; the times of two hosts are compared after division by their `process`.\v"
	       "Exit status: 0 not worse; 1 a headline metric of B is worse by more than the threshold; 2 "
	       "the sides "
	       "cannot be compared.\n\n"
	       "Examples:\n"
	       "  tare compare results/runs/OLD results/runs/NEW\n"
	       "  tare compare OLD NEW --threshold 10 --format md > comment.md\n"
	       "  tare compare RUN:namespace RUN:vm",
};

/* One run that a side names; where both name the same, only the first is loaded. */
struct loaded {
	char *folder;
	char *subject; /* within the argument; NULL: all */
	struct recording recording;
	struct analysis analysis;
	bool ready;
};

static void side_name(struct loaded *side, const char *argument)
{
	side->folder = alloc_text(argument);
	char *colon = strrchr(side->folder, ':');

	if (colon && !file_exists(argument)) {
		*colon = '\0';
		side->subject = colon + 1;
	}
}

static int side_load(struct loaded *side, struct error *err)
{
	int rc = recording_load(side->folder, &side->recording, err);

	if (rc < 0)
		return rc;
	rc = analysis_make(&side->recording, &side->analysis, err);
	if (rc < 0) {
		recording_release(&side->recording);
		return error_wrap(err, rc, "%s", side->folder);
	}
	side->ready = true;
	return 0;
}

static void side_release(struct loaded *side)
{
	if (side->ready) {
		analysis_release(&side->analysis);
		recording_release(&side->recording);
	}
	free(side->folder);
}

static int side_find(const struct loaded *run, const char *subject, struct versus_side *ret_side,
		     struct error *err)
{
	*ret_side = (struct versus_side){.analysis = &run->analysis, .subject = SIZE_MAX};
	for (size_t i = 0; subject && i < run->analysis.subject_count; i++)
		if (!strcmp(run->analysis.subjects[i].name, subject))
			ret_side->subject = i;
	if (subject && ret_side->subject == SIZE_MAX)
		return error_input(err, "%s: there is no subject '%.64s'; plan.json names those that are",
				   run->folder, subject);
	return 0;
}

static int compare_print(const struct compare_arguments *a, const struct versus *versus, struct error *err)
{
	const struct versus_names names = {a->sides[0], a->sides[1]};
	cleanup_free char *text = a->format->make(versus, &names, a->all);

	(void)fputs(text, stdout);
	if (!versus->comparable && !versus->forced)
		return error_input(
			err,
			"%s and %s were not measured under equal conditions; --force gives verdicts all "
			"the same",
			names.a, names.b);
	return versus->regressions ? EXIT_NO : EXIT_DONE;
}

static int compare_loaded(const struct compare_arguments *a, struct loaded sides[2], struct error *err)
{
	bool same = !strcmp(sides[0].folder, sides[1].folder);
	struct versus_side x = {0}, y = {0};
	struct versus versus;

	if (!sides[0].subject != !sides[1].subject)
		return error_input(
			err, "one side is a run and the other is a subject; DIR:SUBJECT on both, or neither");
	int rc = side_find(&sides[0], sides[0].subject, &x, err);

	if (!rc)
		rc = side_find(&sides[!same], sides[1].subject, &y, err);
	if (!rc && same && !sides[0].subject)
		rc = error_input(err, "%s is held against itself; two runs, or two of its subjects",
				 sides[0].folder);
	if (!rc)
		rc = versus_make(x, y, &a->options, &versus, err);
	if (rc < 0)
		return rc;
	rc = compare_print(a, &versus, err);
	versus_release(&versus);
	return rc;
}

static int threshold_read(struct compare_arguments *a, struct error *err)
{
	a->options.threshold = NAN;
	if (!a->threshold)
		return 0;
	int rc = quantity_parse_percent(a->threshold, &a->options.threshold, err);

	return rc < 0 ? error_wrap(err, rc, "--threshold") : 0;
}

static int compare_exec(int argc, char **argv, struct error *err)
{
	struct compare_arguments a = {.format = &formats[0]};
	struct loaded sides[2] = {0};

	(void)argp_parse(&compare_argp, argc, argv, 0, NULL, &a);
	int rc = threshold_read(&a, err);

	for (size_t i = 0; i < 2; i++)
		side_name(&sides[i], a.sides[i]);
	if (!rc)
		rc = side_load(&sides[0], err);
	if (!rc && strcmp(sides[0].folder, sides[1].folder) != 0)
		rc = side_load(&sides[1], err);
	if (!rc)
		rc = compare_loaded(&a, sides, err);
	for (size_t i = 0; i < 2; i++)
		side_release(&sides[i]);
	return rc;
}

const struct command cmd_compare = {
	.name = "compare",
	.arguments = "A B",
	.summary = "hold a run or subject against another; status 1 if it is worse",
	.argp = &compare_argp,
	.exec = compare_exec,
};
