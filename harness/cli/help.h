/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the commands say of themselves: help, man page and completions are all made from command_table[] and the argp
 * tables of its commands, so that none can tell another story.
 */
#pragma once

#include <argp.h>
#include <stdbool.h>
#include <stdio.h>

#include "harness/cli/command.h"

/** The text of `tare help`. */
void help_print(FILE *out);
/** tare(1) as roff. */
void help_man(FILE *out);
/** Completions for the shells. */
void help_bash(FILE *out);
void help_zsh(FILE *out);

/** The next row of a command's options that has a long name; NULL: the end. `from`: NULL, or the one before. */
const struct argp_option *help_next_option(const struct command *command, const struct argp_option *from);
/** A command's doc: what stands before the \v, and after it ("" where there is nothing). For free(). */
char *help_doc(const struct command *command, bool after);
/** Is `value`, as an option's table has it, a list of words to choose from: "text|md"? */
bool help_has_choices(const char *value);
