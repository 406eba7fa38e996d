/* SPDX-License-Identifier: Apache-2.0 */
/* tare report: everything that a run's folder says, made again from its journal. */
#include <argp.h>
#include <stdio.h>

#include "harness/cli/command.h"
#include "harness/report/report.h"

struct report_arguments {
	const char *folder;
	struct report_wish wish;
};

enum { OPT_PLOT = 0x100 };

static const struct argp_option report_options[] = {
	{"only", 'o', "CHART", 0, "Only this chart, such as startup; no report is made (default: all)", 0},
	{"plot", OPT_PLOT, NULL, 0, "Also a chart of characters, in the terminal (default: none)", 0},
	{"format", 'f', "text|md|html|csv|json|ci", 0,
	 "What to print; ci: the JSON that github-action-benchmark reads (default: text)", 0},
	{"plots", 'p', "FORMATS", 0, "Charts to draw: svg, png, pdf, or none (default: svg,png)", 0},
	{0},
};

static error_t report_option(int key, char *value, struct argp_state *state)
{
	struct report_arguments *a = state->input;

	switch (key) {
	case 'f':
		a->wish.format = value;
		return 0;
	case 'p':
		a->wish.plots = value;
		return 0;
	case 'o':
		a->wish.only = value;
		return 0;
	case OPT_PLOT:
		a->wish.terminal = true;
		return 0;
	case ARGP_KEY_ARG:
		if (a->folder)
			argp_error(state, "one folder at a time; '%s' is the second", value);
		a->folder = value;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "DIR is missing: the folder of a run");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp report_argp = {
	.options = report_options,
	.parser = report_option,
	.args_doc = "DIR",
	.doc = "Makes report.html, report.md, report.json and the charts of a run again from its journal, byte for "
	       "byte, and prints one of the formats. What was measured is only read.\v"
	       "Examples:\n"
	       "  tare report results/runs/RUN\n"
	       "  tare report results/runs/RUN --format md > report.md\n"
	       "  tare report results/runs/RUN --plots svg,png,pdf --only startup",
};

static int report_exec(int argc, char **argv, struct error *err)
{
	struct report_arguments a = {.wish = {.format = "text", .plots = "svg,png", .refuse_empty = true}};

	(void)argp_parse(&report_argp, argc, argv, 0, NULL, &a);
	if (!report_format_find(a.wish.format))
		return error_input(err, "--format: '%.32s' is not a format; text, md, html, csv, json or ci",
				   a.wish.format);
	int rc = report_check_plots(a.wish.plots, err);

	if (!rc)
		rc = report_folder(a.folder, &a.wish, stdout, err);
	return rc < 0 ? rc : EXIT_DONE;
}

const struct command cmd_report = {
	.name = "report",
	.arguments = "DIR",
	.summary = "print a run's answers, and make its report and charts again",
	.argp = &report_argp,
	.exec = report_exec,
};
