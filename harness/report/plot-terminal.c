/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/report/plot-terminal.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/base/places.h"
#include "harness/base/spawn.h"
#include "harness/base/units.h"
#include "harness/report/escape.h"
#include "harness/report/plot-chart.h"

#define TERMINAL_ROWS 22
#define TERMINAL_CURVES 8 /* letters beyond these are not told apart */
#define TERMINAL_TIMEOUT_NS 10000000000u

/* gnuplot's "dumb" terminal draws curves with letters in this order of line types. */
static const char terminal_script[] =
	"set terminal dumb size columns, rows noenhanced\n"
	"set output 'out.txt'\n"
	"set datafile separator \"\\t\"\n"
	"set encoding utf8\n"
	"set title 'Start-up: share of the samples that are ready after a time in ms'\n"
	"set yrange [0:1]\nset xrange [x_low:x_high]\n"
	"set ytics ('0' 0, '50 %%' 0.5, '100 %%' 1)\n"
	"if (x_log) { set logscale x }\n"
	"set key below Left reverse samplen 3 maxrows curves\n"
	"plot for [i=1:curves] 'data.txt' index i - 1 using 1:2 with steps title curve[i]\n";

static void add_curve(struct script *script, const struct analysis_summary *summary, const char *title,
		      const struct plot_axis *axis)
{
	cleanup_free double *sorted = stats_sorted(summary->values, summary->count);
	size_t finite = summary->count - summary->stats.censored;

	script_table(script, title, "ms\tshare");
	script_field(script, axis->low);
	script_field(script, 0);
	script_row_end(script);
	for (size_t k = 0; k <= finite; k++) {
		script_field(script, k < finite ? sorted[k] / PLOT_NS_PER_MS : axis->high);
		script_field(script, (double)(k < finite ? k + 1 : finite) / (double)summary->count);
		script_row_end(script);
	}
}

/* Fills both texts; returns how many curves there are. */
static size_t make_script(const struct analysis *analysis, int columns, struct script *script)
{
	struct plot_axis axis = plot_latency_axis(analysis, false);
	size_t count = 0;

	script_number(script, columns, "columns");
	script_number(script, TERMINAL_ROWS, "rows");
	script_number(script, axis.low, "x_low");
	script_number(script, axis.high, "x_high");
	script_number(script, axis.log, "x_log");
	script_arrays(script, TERMINAL_CURVES, "curve");
	for (size_t i = 0; i < analysis->subject_count && count < TERMINAL_CURVES; i++) {
		const struct analysis_summary *summary = plot_latency(analysis, i);
		char value[UNITS_MAX];

		if (!summary || summary->count == summary->stats.censored)
			continue;
		cleanup_free char *title = alloc_format("%s, median %s", analysis->subjects[i].title,
							isfinite(summary->stats.median) ?
								units_text(UNITS_NS, summary->stats.median, value) :
								"not reached");
		cleanup_free char *clean = escape_text(ESCAPE_TERMINAL, title);

		add_curve(script, summary, clean, &axis);
		script_text(script, clean, "curve[%zu]", ++count);
	}
	script_number(script, (double)count, "curves");
	(void)fputs(terminal_script, script->head);
	return count;
}

static int draw(const char *folder, const char *script, const char *data, FILE *out, struct error *err)
{
	cleanup_free char *script_path = alloc_format("%s/plot.gp", folder);
	cleanup_free char *data_path = alloc_format("%s/data.txt", folder);
	cleanup_free char *out_path = alloc_format("%s/out.txt", folder);
	const char *arguments[] = {"gnuplot", "-d", "plot.gp", NULL};
	const char *variables[] = {"LC_ALL=C.UTF-8", "HOME=/", NULL};
	struct spawn_program program = {arguments, variables, folder, TERMINAL_TIMEOUT_NS};
	int rc = file_write(script_path, script, strlen(script), err);

	if (!rc)
		rc = file_write(data_path, data, strlen(data), err);
	if (!rc)
		rc = spawn_run(&program, err);
	if (rc < 0)
		return rc;
	cleanup_free char *text = file_read(out_path, NULL, err);

	if (!text)
		return -EIO;
	for (char *line = text + strspn(text, "\f\n"), *end; line && *line; line = end) {
		end = strchr(line, '\n');
		int length = (int)(end ? end - line : (ptrdiff_t)strlen(line));

		while (length && strchr(" \f", line[length - 1]))
			length--;
		(void)fprintf(out, "%.*s\n", length, line);
		end = end ? end + 1 : NULL;
	}
	return 0;
}

int plot_terminal(const struct analysis *analysis, int columns, FILE *out, struct error *err)
{
	cleanup_free char *folder = alloc_format("%s/tare-plot-XXXXXX", places_runtime());
	cleanup_free char *head = NULL, *data = NULL;
	size_t head_size, data_size;
	struct script script = {.head = open_memstream(&head, &head_size),
				.data = open_memstream(&data, &data_size)};
	size_t curves = make_script(analysis, columns, &script);

	(void)fclose(script.head);
	(void)fclose(script.data);
	if (!curves)
		return 0;
	if (!mkdtemp(folder))
		return error_errno(err, errno, "%s: cannot create the folder", folder);
	int rc = draw(folder, head, data, out, err);

	(void)file_remove_tree(folder, NULL);
	return rc;
}
