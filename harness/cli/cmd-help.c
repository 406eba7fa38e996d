/* SPDX-License-Identifier: Apache-2.0 */
/* tare help: what there is, one command's options, and the same for man and the shells. */
#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cli/help.h"

enum { OPT_MAN = 0x100, OPT_BASH, OPT_ZSH };

static const struct argp_option help_options[] = {
	{"man", OPT_MAN, NULL, 0, "Print the manual page tare(1)", 0},
	{"bash", OPT_BASH, NULL, 0, "Print the completion for bash", 0},
	{"zsh", OPT_ZSH, NULL, 0, "Print the completion for zsh", 0},
	{0},
};

struct help_arguments {
	const char *command;
	void (*print)(FILE *out);
};

static error_t help_option(int key, char *value, struct argp_state *state)
{
	struct help_arguments *a = state->input;

	switch (key) {
	case OPT_MAN:
		a->print = help_man;
		return 0;
	case OPT_BASH:
		a->print = help_bash;
		return 0;
	case OPT_ZSH:
		a->print = help_zsh;
		return 0;
	case ARGP_KEY_ARG:
		if (a->command)
			argp_error(state, "one command at a time; '%.64s' is the second", value);
		a->command = value;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp help_argp = {
	.options = help_options,
	.parser = help_option,
	.args_doc = "[COMMAND]",
	.doc = "Lists the commands, or shows the options of one with defaults, units and examples.\v"
	       "Examples:\n"
	       "  tare help run\n"
	       "  tare help --man | man -l -\n"
	       "  source <(tare help --bash)",
};

static int help_exec(int argc, char **argv, struct error *err)
{
	struct help_arguments a = {.print = help_print};

	(void)argp_parse(&help_argp, argc, argv, 0, NULL, &a);
	if (a.command)
		return command_help(a.command, err);
	a.print(stdout);
	return EXIT_DONE;
}

const struct command cmd_help = {
	.name = "help",
	.arguments = "[COMMAND]",
	.summary = "this list, or the options of a command",
	.argp = &help_argp,
	.exec = help_exec,
};
