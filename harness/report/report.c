/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/report/report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/report/colour.h"
#include "harness/report/escape.h"
#include "harness/report/plot-terminal.h"
#include "harness/report/plot.h"
#include "harness/report/text-wrap.h"

const struct report_format report_formats[] = {
	{"text", "the summary, at most 80 columns (default)", .make = report_text},
	{"md", "everything, as Markdown", .make = report_markdown},
	{"html", "everything, as one page for a browser", .make = report_html},
	{"csv", "every sample, one a row", .put = report_csv},
	{"json", "everything, for programs", .make = report_json},
	{"ci", "the headline numbers, as github-action-benchmark reads them", .make = report_ci},
};

const size_t report_format_count = sizeof(report_formats) / sizeof(report_formats[0]);

const struct report_format *report_format_find(const char *name)
{
	for (size_t i = 0; i < report_format_count; i++)
		if (!strcmp(report_formats[i].name, name))
			return &report_formats[i];
	return NULL;
}

char *report_format_text(const struct report_format *format, const struct analysis *analysis, struct error *err)
{
	char *text = NULL;
	size_t length = 0;

	if (format->make)
		return format->make(analysis, err);
	FILE *out = open_memstream(&text, &length);
	int rc = format->put(analysis, out, err);

	(void)fclose(out);
	if (rc < 0) {
		free(text);
		text = NULL;
	}
	return text;
}

int report_write_all(const struct recording *recording, const struct analysis *analysis, struct error *err)
{
	static const struct {
		const char *file, *format;
	} files[] = {{REPORT_JSON, "json"}, {REPORT_MARKDOWN, "md"}, {REPORT_HTML, "html"}};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		cleanup_free char *path = alloc_format("%s/%s", recording->folder, files[i].file);
		cleanup_free char *text = report_format_text(report_format_find(files[i].format), analysis, err);

		if (!text)
			return err ? err->code : -EIO;
		int rc = file_write(path, text, strlen(text), err);

		if (rc < 0)
			return rc;
	}
	return 0;
}

int report_make(const struct recording *recording, const struct analysis *analysis, const char *plots,
		struct error *err)
{
	bool missing = false;
	int rc = plot_all(analysis, recording->folder, strcmp(plots, "none") ? plots : "", NULL, &missing, err);

	return rc < 0 ? rc : report_write_all(recording, analysis, err);
}

/* Under the summary: where to go on reading. */
static void print_places(const char *folder, FILE *out)
{
	bool scripts = false, pictures = false;

	for (size_t i = 0; i < plot_count; i++) {
		cleanup_free char *script = alloc_format("%s/" PLOT_FOLDER "/%s.gp", folder, plot_table[i].name);
		cleanup_free char *svg = alloc_format("%s/" PLOT_FOLDER "/%s.svg", folder, plot_table[i].name);
		cleanup_free char *png = alloc_format("%s/" PLOT_FOLDER "/%s.png", folder, plot_table[i].name);

		scripts |= file_exists(script);
		pictures |= file_exists(svg) || file_exists(png);
	}
	cleanup_free char *clean = escape_text(ESCAPE_TERMINAL, folder);

	(void)fprintf(out, "Report: %s/" REPORT_HTML " (also " REPORT_MARKDOWN ", " REPORT_JSON ")\n", clean);
	if (scripts)
		(void)fprintf(out, pictures ? "Charts: %s/" PLOT_FOLDER "/\n" :
					      "Charts: not drawn (gnuplot is missing, or no format was asked for); "
					      "scripts and numbers\n  are in %s/" PLOT_FOLDER "/\n",
			      clean);
}

int report_print(const struct analysis *analysis, const char *format, FILE *out, struct error *err)
{
	const struct report_format *row = report_format_find(format);

	if (!row)
		return error_input(err, "--format: '%.32s' is not a format; text, md, html, csv, json or ci", format);
	cleanup_free char *text = row->make ? row->make(analysis, err) : NULL;
	int rc = row->put ? row->put(analysis, out, err) : 0;

	if (rc < 0 || (row->make && !text))
		return err ? err->code : -EIO;
	if (row->make == report_text) {
		colour_print(out, text);
		print_places(analysis->recording->folder, out);
	} else if (text) {
		(void)fputs(text, out);
	}
	if (fflush(out) || ferror(out))
		return error_errno(err, EIO, "standard output: cannot write");
	return 0;
}

int report_check_plots(const char *plots, struct error *err)
{
	return strcmp(plots, "none") ? plot_check_formats(plots, err) : 0;
}

/* One chart and nothing else: says what files it is. */
static int make_only(const struct analysis *analysis, const char *folder, const struct report_wish *wish, FILE *out,
		     struct error *err)
{
	const char *plots = strcmp(wish->plots, "none") ? wish->plots : "";
	size_t which = 0;
	bool missing = false;

	while (which < plot_count && strcmp(plot_table[which].name, wish->only) != 0)
		which++;
	if (which == plot_count || !plot_has(analysis, which))
		return error_input(err, "--only: '%.64s' is not a chart of this run; %s", wish->only,
				   which == plot_count ? "plots/ in its folder has those that are" :
							 "it has no numbers for it");
	int rc = plot_all(analysis, folder, plots, wish->only, &missing, err);

	if (rc < 0)
		return rc;
	if (missing)
		return error_host(err, "gnuplot is missing: only the script and the numbers of '%s' were written",
				  wish->only);
	cleanup_free char *clean = escape_text(ESCAPE_TERMINAL, folder);

	(void)fprintf(out, "%s/" PLOT_FOLDER "/%s.{%s%sgp,dat}\n", clean, wish->only, plots, *plots ? "," : "");
	return 0;
}

static int make_and_print(const struct recording *recording, const struct analysis *analysis,
			  const struct report_wish *wish, FILE *out, struct error *err)
{
	if (wish->only)
		return make_only(analysis, recording->folder, wish, out, err);
	int rc = report_make(recording, analysis, wish->plots, err);

	if (!rc && wish->terminal)
		rc = plot_terminal(analysis, TEXT_WIDTH, out, err);
	return rc < 0 ? rc : report_print(analysis, wish->format, out, err);
}

int report_folder(const char *folder, const struct report_wish *wish, FILE *out, struct error *err)
{
	struct recording recording;
	struct analysis analysis;
	int rc = recording_load(folder, &recording, err);

	if (rc < 0)
		return rc;
	if (wish->refuse_empty && !recording.briefs.count && !json_first(recording.experiments)) {
		recording_release(&recording);
		return error_input(err, "%s/" RECORDING_JOURNAL ": no sample; an empty run has nothing to report",
				   folder);
	}
	rc = analysis_make(&recording, &analysis, err);
	if (!rc) {
		rc = make_and_print(&recording, &analysis, wish, out, err);
		analysis_release(&analysis);
	}
	recording_release(&recording);
	return rc;
}
