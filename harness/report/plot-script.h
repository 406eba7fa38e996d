/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the charts share: the two files of one chart as they are written, and the texts on it. A script
 * is a head of assignments, made here, and a template of scripts/plots/, built in. Texts come from files
 * that nobody trusts: in a script they hold nothing but letters, digits and octal escapes, so that none
 * can end a string or start a command.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "harness/analyze/analysis.h"

#define SCRIPT_NOTES_MAX 8
#define SCRIPT_HOVER "hover" /* begins the columns of the table that a pointer shows */

/** One chart while it is written. */
struct script {
	FILE *head; /**< assignments */
	FILE *data; /**< tab-separated tables, each begun by script_table() */
	size_t notes, tables, rows;
	bool in_row;
	size_t width; /**< characters of small font that fit into the plot */
	FILE *hover;  /**< rows of the table of script_hover(); NULL until the first */
	char *hover_rows;
	size_t hover_size, hovers;
};

/** `name = "text"`; the name is made as printf does ("row_name[3]"). Lines of the text stay lines. */
void script_text(struct script *script, const char *text, const char *name, ...)
	__attribute__((format(printf, 3, 4)));
/** `name = number`. */
void script_number(struct script *script, double number, const char *name, ...)
	__attribute__((format(printf, 3, 4)));
/** Declares arrays of `count` things: names with a blank between. */
void script_arrays(struct script *script, size_t count, const char *names);
/** Begins the next table (gnuplot's index 0, 1, ...): comments on what it is and on its columns. */
void script_table(struct script *script, const char *what, const char *columns);
/** One field of a row, and the end of it. NAN is "?"; texts lose what would break the table. */
void script_field(struct script *script, double number);
void script_field_text(struct script *script, const char *text);
void script_row_end(struct script *script);

/**
 * A text that a pointer shows at (x, y) of a picture that can (SVG). `panel`: of a chart that has several, from 1;
 * there x is in the unit of the data.
 */
void script_hover(struct script *script, double x, double y, size_t panel, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
/** Writes them as the last table. Every chart's maker calls it, also without any. */
void script_hover_end(struct script *script);

/**
 * The chart's title, and the first notes below it: the scenario, and what all must know: "vm is TCG
 * (software emulation), not KVM" with `emulated` added.
 */
void script_title(struct script *script, const struct analysis *analysis, const char *title,
		  const char *emulated);
/** One more note below the title, in lines (SCRIPT_NOTES_MAX in all); `warning`: in a colour that is seen. */
void script_note(struct script *script, bool warning, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/** Appends to a list with commas in `size` bytes, "" at first; what does not fit ends in "...". */
void script_list(char *list, size_t size, const char *item);
/** The last note: the flags that touch the whole run or this metric; then the host and the run at the foot. */
void script_finish(struct script *script, const struct analysis *analysis, const char *metric);

/** A copy for free(), in lines of at most `width` characters, broken at blanks and signs where it can be. */
char *script_wrap(const char *text, size_t width, size_t *ret_lines);
