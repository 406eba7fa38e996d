/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers to people and programs. Every output is a text made from the analysis alone, so that
 * `tare report DIR` makes the same bytes again from the journal.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "harness/analyze/analysis.h"
#include "harness/base/error.h"

#define REPORT_JSON "report.json"
#define REPORT_MARKDOWN "report.md"
#define REPORT_HTML "report.html"
#define REPORT_EMBED_MAX 10000 /**< more samples than this stay in the journal (method section 7) */

/** One way to show the answers. It has either `make` or `put`. */
struct report_format {
	const char *name;    /**< "text", "md", "html", "csv", "json", "ci" */
	const char *summary; /**< for the help */
	/** For free(); NULL with `err` set: error. */
	char *(*make)(const struct analysis *analysis, struct error *err);
	/** What grows with the samples: writes as it goes, and holds one of them. */
	int (*put)(const struct analysis *analysis, FILE *out, struct error *err);
};

extern const struct report_format report_formats[];
extern const size_t report_format_count;
/** NULL: there is no such format. */
const struct report_format *report_format_find(const char *name);
/** The whole of a format, for free(); NULL: error. */
char *report_format_text(const struct report_format *format, const struct analysis *analysis, struct error *err);

/** The summary for a terminal: at most 80 columns, claims first. */
char *report_text(const struct analysis *analysis, struct error *err);
/** report.md: everything in the summary, and host, phases, charts, definitions. */
char *report_markdown(const struct analysis *analysis, struct error *err);
/** report.html: everything on one page that needs no other file; its charts are those in the folder. */
char *report_html(const struct analysis *analysis, struct error *err);
/** All samples, one a row; numbers as in the journal, unknown ones empty. */
int report_csv(const struct analysis *analysis, FILE *out, struct error *err);
/** The headline numbers for github-action-benchmark (customSmallerIsBetter). */
char *report_ci(const struct analysis *analysis, struct error *err);
/** report.json (method section 7, results/schema/report.schema.json). */
char *report_json(const struct analysis *analysis, struct error *err);

/** Writes report.json, .md and .html into the recording's folder, each as a whole or not at all. */
int report_write_all(const struct recording *recording, const struct analysis *analysis, struct error *err);
/** Is this a value for the option --plots: a list of formats, or "none"? */
int report_check_plots(const char *plots, struct error *err);
/** What a report is to make, and what of it is to be printed. */
struct report_wish {
	const char *plots;  /**< formats of the charts, or "none" */
	const char *format; /**< a row of report_formats[] */
	const char *only;   /**< the one chart to make, and nothing else; NULL: everything */
	bool refuse_empty;  /**< a run without a sample is bad input */
	bool terminal;	    /**< print a chart of characters below the summary */
};
/** recording_load(), analysis_make(), report_make() and report_print() for a run's folder. */
int report_folder(const char *folder, const struct report_wish *wish, FILE *out, struct error *err);
/**
 * Makes everything in the recording's folder: charts, report.json, report.md, report.html. `plots`: formats of
 * the charts, "svg,png", or "none". A machine without gnuplot is no error: the charts' scripts and numbers remain.
 */
int report_make(const struct recording *recording, const struct analysis *analysis, const char *plots,
		struct error *err);
/**
 * Prints one of the formats; under the text also where the report and the charts are. Samples of csv go out as they are
 * read: where one cannot be read the rows before it are out already.
 */
int report_print(const struct analysis *analysis, const char *format, FILE *out, struct error *err);
