/* SPDX-License-Identifier: Apache-2.0 */
/* One row per command; help, dispatch and the list of commands are loops over command_table[]. */
#pragma once

#include "harness/base/error.h"

/** The program's exit statuses. */
enum exit_status {
	EXIT_DONE = 0,
	EXIT_NO = 1,    /**< a result says no: a comparison got worse, every sample of a subject failed */
	EXIT_USAGE = 2, /**< usage or bad input */
	EXIT_HOST = 3,  /**< the host cannot do it */
	EXIT_INTERRUPTED = 130,
};

struct argp;

/** One command, defined at the top of its cmd-NAME.c. */
struct command {
	const char *name;
	const char *arguments; /**< after the name in the usage line: "[SCENARIO|FILE.json]..." */
	const char *summary;   /**< one line of the command list */
	const struct argp *argp; /**< its options and texts: help, man page and completions are made from it */
	/** Runs with argv[0] = the command's name (argp parses). Returns an exit status, or a negative errno with
	 *  `err` set: then main prints "tare: TEXT" and ends with the status of the error's class. */
	int (*exec)(int argc, char **argv, struct error *err);
};

extern const struct command cmd_run, cmd_list, cmd_doctor, cmd_report, cmd_compare, cmd_clean, cmd_help, cmd_lab,
	cmd_merge;

/** All commands in the order of the help text; ends with NULL. */
extern const struct command *const command_table[];

/** Shows the help of one command. error_input: there is no such command. */
int command_help(const char *name, struct error *err);
